"""What must always hold of the engine's rows (see `check_invariants`). Each fault is a sentence.

I1 every move has its ledger entry, and the chains verify; I2 replaying the ledger gives the
stored states; I3 nobody has the same work twice; I4 everybody who was given work, or from whom
it was taken, was told once; I8 no process without its work; I10 no state outside its lifecycle.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from django.conf import settings
from django.db.models import CharField, Count, Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Concat
from django.utils.module_loading import import_string

from notifications.models import Notification
from workflows import ledger_check
from workflows.ledger import record_type
from workflows.lifecycle import Lifecycle, first_state, lifecycles, moves, states
from workflows.models import Assignment, LedgerEntry, Process, WorkItem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.db.models import QuerySet

CHUNK = 2000


def everything() -> Iterator[str]:
    """The faults of the whole site, from each place that the settings name."""
    for name in settings.WORKFLOWS_INVARIANTS:
        yield from import_string(name)()


def faults() -> Iterator[str]:
    """The faults of the engine's own rows."""
    yield from (f"I1 {fault}" for fault in ledger_check.faults())
    for model in lifecycles():
        yield from replayed(model)
        yield from strange_states(model)
    yield from same_work_twice()
    yield from nodes_gone()
    yield from holders_not_assigned()
    yield from not_told()
    yield from told_of_nothing()
    yield from process_faults()


class _Moved(NamedTuple):
    """What one ledger entry says of a move."""

    record: str
    verb: str
    position: int
    facts: dict[str, object]


def _rows(model: type[Lifecycle]) -> QuerySet[Any]:
    return model._default_manager.all()


def replayed(model: type[Lifecycle]) -> Iterator[str]:
    """I2: each move begins where the last one ended, and the last one's end is the state."""
    ends: list[tuple[str, str]] = []
    for record, entries in groupby(_moved(model), key=lambda moved: moved.record):
        end, said = _replay(model, entries)
        yield from said
        ends.append((record, end))
        if len(ends) == ledger_check.BATCH:
            yield from _check_states(model, ends)
            ends = []
    yield from _check_states(model, ends)
    yield from _moved_unsaid(model)


def _moved(model: type[Lifecycle]) -> Iterable[_Moved]:
    names = {move.name for move in moves(model)}
    entries = LedgerEntry.objects.filter(record_type=record_type(model), verb__in=names)
    rows = entries.order_by("record", "position").values_list("record", "verb", "position", "facts")
    return (_Moved(*row) for row in rows.iterator(chunk_size=CHUNK))


def _replay(model: type[Lifecycle], entries: Iterable[_Moved]) -> tuple[str, list[str]]:
    lawful = {(move.name, move.source, move.target) for move in moves(model)}
    state, said = first_state(model), []
    for moved in entries:
        source, target = str(moved.facts.get("from")), str(moved.facts.get("to"))
        name = f"I2 {record_type(model)} {moved.record}, entry {moved.position}"
        if source != state:
            said.append(f"{name}: “{moved.verb}” begins at {source}, but it was at {state}.")
        if (moved.verb, source, target) not in lawful:
            said.append(f"{name}: “{moved.verb}” from {source} to {target} is not lawful.")
        state = target
    return state, said


def _check_states(model: type[Lifecycle], ends: list[tuple[str, str]]) -> Iterator[str]:
    rows = _rows(model).filter(public_id__in=[record for record, _end in ends])
    stored = dict(rows.values_list("public_id", "state"))
    for record, end in ends:
        state = stored.get(record, end)
        if state != end:
            yield f"I2 {record_type(model)} {record} is at {state}; its ledger ends at {end}."


def _moved_unsaid(model: type[Lifecycle]) -> Iterator[str]:
    """I1: records that have left their first state without an entry that says so."""
    names = {move.name for move in moves(model)}
    said = LedgerEntry.objects.filter(
        record_type=record_type(model), record=OuterRef("public_id"), verb__in=names
    )
    rows = _rows(model).exclude(state=first_state(model)).filter(~Exists(said))
    for record, state in rows.values_list("public_id", "state").iterator(chunk_size=CHUNK):
        yield f"I1 {record_type(model)} {record} is at {state}, and its ledger says no move."


def strange_states(model: type[Lifecycle]) -> Iterator[str]:
    """I10: states that the lifecycle does not know."""
    rows = _rows(model).exclude(state__in=list(states(model)))
    for record, state in rows.values_list("public_id", "state").iterator(chunk_size=CHUNK):
        yield f"I10 {record_type(model)} {record} is at “{state}”, which is no state of it."


def same_work_twice() -> Iterator[str]:
    """I3: at most one open work item for a subject, a node and an owner."""
    by = ("subject_type", "subject_id", "flow_task", "owner")
    rows = WorkItem.objects.open().order_by().values(*by).annotate(number=Count("pk"))
    for row in rows.filter(number__gt=1).iterator(chunk_size=CHUNK):
        yield (
            f"I3 there are {row['number']} open items of {row['flow_task']} for subject "
            f"{row['subject_type']}:{row['subject_id']} and owner {row['owner']}."
        )


def nodes_gone() -> Iterator[str]:
    """Open work whose place in its flow has been renamed or moved away: it cannot go on."""
    places = WorkItem.objects.open().order_by().annotate(place=Cast("flow_task", CharField()))
    for place in places.values_list("place", flat=True).distinct():
        sample = WorkItem.objects.open().filter(flow_task=place).first()
        if sample is not None and sample.node is None:
            yield f"I8 open work stands at {place}, which no flow has."


def holders_not_assigned() -> Iterator[str]:
    """I4: whoever holds open work is the last person it was given to."""
    last = Assignment.objects.filter(item=OuterRef("pk")).order_by("-pk").values("person")[:1]
    items = WorkItem.objects.open().annotate(given_to=Subquery(last))
    agree = Q(owner=F("given_to")) | Q(owner=None, given_to=None)
    for item in items.exclude(agree).order_by("pk").iterator(chunk_size=CHUNK):
        yield f"I4 {_name(item)} is with person {item.owner_id}, but was not given to them last."


def not_told() -> Iterator[str]:
    """I4: everybody who was given work, and everybody from whom it was moved, was told once."""
    given = Assignment.objects.filter(person__isnull=False).annotate(key=_key(""))
    yield from _untold(given, recipient="person", what="of having it")
    before = Assignment.objects.filter(item=OuterRef("item"), pk__lt=OuterRef("pk"))
    moved = Assignment.objects.annotate(
        key=_key("-from"), holder=Subquery(before.order_by("-pk").values("person")[:1])
    )
    taken = Q(kind=Assignment.Kind.MOVED) | Q(kind=Assignment.Kind.RELEASED) & ~Q(by=F("holder"))
    yield from _untold(moved.filter(taken), recipient="holder", what="that it is gone")


def _key(ending: str) -> Concat:
    return Concat(Value("assignment-"), Cast("pk", CharField()), Value(ending))


def _untold(rows: QuerySet[Assignment], *, recipient: str, what: str) -> Iterator[str]:
    told = Notification.objects.filter(recipient=OuterRef(recipient), event_key=OuterRef("key"))
    for row in rows.filter(~Exists(told)).order_by("pk").iterator(chunk_size=CHUNK):
        yield f"I4 assignment {row.pk} of item {row.item_id}: nobody was told {what}."


def told_of_nothing() -> Iterator[str]:
    """I4: nobody was told of an assignment that there was not."""
    told = Notification.objects.filter(event="task.assigned").count()
    given = Assignment.objects.filter(person__isnull=False).count()
    if told > given:
        yield f"I4 people were told of {told} assignments, but there were {given}."


def process_faults() -> Iterator[str]:
    """I8: a process that has not ended has one open item, and one that has ended has none."""
    live = Exists(WorkItem.objects.open().filter(process=OuterRef("pk")))
    stuck = Process.objects.filter(~live, finished=None)
    undead = Process.objects.filter(live, finished__isnull=False)
    half = Process.objects.filter(
        Q(finished=None) & ~Q(status="NEW") | Q(finished__isnull=False, status="NEW")
    )
    said = (
        (stuck, "has not ended, and there is nothing to do in it"),
        (undead, "has ended, and there is still work open in it"),
        (half, "is half ended"),
    )
    for rows, what in said:
        for each in rows.order_by("pk").iterator(chunk_size=CHUNK):
            subject = f"{each.subject_type_id}:{each.subject_id}"
            yield f"I8 process {each.pk} of subject {subject} {what}."


def _name(item: WorkItem) -> str:
    return f"item {item.pk} “{item}”"
