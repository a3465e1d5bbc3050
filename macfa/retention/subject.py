"""Everything that is held about a case, for a subject access request: one line for each value.

A child is known by a reference alone, so whoever answers finds the reference first, by the identity
key. Cases of the same child in other audits are told by its mark and come along. The file names no
child. What may be somebody else's is marked for the data protection officer, who decides.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import BinaryField, ForeignKey, JSONField, Q
from django.utils import timezone

from macfa.concerns.models import Concern, ConcernNote, Confirmation
from macfa.people.models import User
from macfa.retention import rules
from macfa.retention.holdings import Holding
from macfa.retention.models import Kept
from macfa.retention.table import TABLE
from macfa.returns.models import AgencyReturn
from macfa.sampling.models import Case, PoolRow
from workflows import clock, timeline
from workflows.errors import NotYet
from workflows.ledger import record_type
from workflows.lifecycle import act, beginning
from workflows.models import LedgerEntry, Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.db.models import Field, Model

    from macfa.people.models import Partnership

HEADER = ("Case", "Kind of record", "Record", "What", "Value", "Agency", "Before it is given out")
Row = tuple[str, str, str, str, str, str, str]

NAMES = "Names somebody who worked on it: decide whether it stays"
WORDS = "Free text: look for other people in it, and redact what is theirs"
CONCERN = "A concern: giving it out may put somebody at risk, and it may tell of others"
SEALED = (
    "Sealed. Who may open the identity key does so on the case’s page, with a reason. "
    "It is not copied into this file."
)
ALONE = "Held by the agency alone, and not read by the coordinator: ask its lead."
#: Columns that tell nothing about anybody.
PLUMBING = frozenset(
    {"id", "public_id", "version", "ledger_length", "ledger_head", "mark", "case", "audit"}
    | {"agency_return", "draw", "pool", "partnership", "pool_row", "concern", "position"}
)
NAMES_SOMEBODY = frozenset({"looked_by", "decided_by", "done_by", "added_approved_by"})
#: What is held about a case besides what goes with the classes.
BESIDES = (
    Holding(Kept.REPORT, "the row of the list", PoolRow, "pool__audit", "key__case"),
    Holding(Kept.CONCERNS, "immediate concerns", Concern, "audit", "case"),
    Holding(Kept.CONCERNS, "notes", ConcernNote, "concern__audit", "concern__case"),
    Holding(Kept.CONCERNS, "confirmations", Confirmation, "concern__audit", "concern__case"),
)
HELD = tuple(each for each in (*TABLE, *BESIDES) if each.case)


@dataclass
class Answer:
    """The lines of the file, its name, and the audit that the request is about."""

    name: str
    thread: int
    rows: list[Row] = field(default_factory=list)


def hand_out(
    *, partnership: Partnership, reference: str, reason: str, by: User, token: str | None = None
) -> Answer:
    """Gather everything about a case and those of the same child; the ledger of each says who took
    it, how much, and why."""
    with beginning(token):
        rules.check_asks_what_is_held(partnership, reason, by)
        cases, hidden = _cases(partnership, reference.strip(), by)
        answer = Answer(f"subject-access-{clock.today()}.csv", cases[0].audit_id)
        for case in cases:
            answer.rows += _lines(case)
        if hidden:
            answer.rows.append(_not_yours(cases[0], hidden))
        for case in sorted(cases, key=lambda each: each.pk):
            with act(case, by=by, token=token) as (doing, _case):
                doing.note("subject_access", text=reason, facts={"rows": len(answer.rows)})
            token = None  # only the first act of a form carries it
    return answer


def _cases(partnership: Partnership, reference: str, by: User) -> tuple[list[Case], int]:
    """The case that is meant, then those of the same child; and how many of them are not for this
    person, who has a conflict of interest with them."""
    seen = Case.objects.visible_to(by).filter(audit__partnership=partnership)
    case = seen.filter(label__iexact=reference).select_related("audit").first()
    if case is None:
        raise NotYet(f"There is no case {reference} here that you may open.")
    key = getattr(case, "identity", None)
    if key is None or not key.mark:
        return [case], 0
    alike = Case.objects.filter(audit__partnership=partnership, identity__mark=key.mark)
    others = alike.exclude(pk=case.pk)
    mine = list(others.filter(pk__in=seen.values("pk")).select_related("audit").order_by("pk"))
    return [case, *mine], others.count() - len(mine)


def _not_yours(case: Case, hidden: int) -> Row:
    said = f"{hidden} more of the same child, which you may not open: ask another coordinator."
    return (case.label, "case", "", "other cases", said, "", "")


def _lines(case: Case) -> Iterator[Row]:
    gone = case.audit.destroyed
    for kind, day in gone.items():
        yield (case.label, "class of record", "", Kept(kind).label, f"Destroyed on {day}", "", "")
    for holding in HELD:
        yield from _of_table(case, holding)
    yield from _of_ledger(case)


def _of_table(case: Case, holding: Holding) -> Iterator[Row]:
    rows = holding.model._base_manager.filter(**{holding.case: case.pk}).order_by("pk")
    alone = set(rows.filter(holding.agency_alone).values_list("pk", flat=True))
    kind = str(holding.model._meta.verbose_name)
    for number, row in enumerate(rows, start=1):
        of = _agency(row)
        if row.pk in alone:
            yield (case.label, kind, str(number), "", ALONE, of, "Ask the agency")
            continue
        for what, value, mark in _values(row):
            sign = CONCERN if mark and holding.kind == Kept.CONCERNS else mark
            yield (case.label, kind, str(number), what, value, of, sign)


def _agency(row: Model) -> str:
    """Whose it is, where it is an agency's."""
    owner = getattr(row, "agency_return", row)
    return str(getattr(owner, "agency", None) or "")


def _values(row: Model) -> Iterator[tuple[str, str, str]]:
    """Each column of a row that says something: what, its value, and what to look for in it."""
    for column in row._meta.concrete_fields:
        value = getattr(row, column.attname)
        if column.name in PLUMBING or value in (None, "", [], {}):
            continue
        yield from _of_column(row, column, value)


def _of_column(row: Model, column: Field[Any, Any], value: Any) -> Iterator[tuple[str, str, str]]:
    what = str(column.verbose_name)
    if isinstance(column, BinaryField):
        yield what, SEALED, ""
    elif isinstance(column, JSONField):
        for name, each in _inside(value):
            yield f"{what}: {name}" if name else what, each, WORDS
    elif isinstance(column, ForeignKey):
        somebody = column.related_model is User
        yield what, str(getattr(row, column.name)), NAMES if somebody else ""
    elif column.choices:
        yield what, str(getattr(row, f"get_{column.name}_display")()), ""
    else:
        yield what, _plain(value), _mark(column)


def _mark(column: Field[Any, Any]) -> str:
    if column.name in NAMES_SOMEBODY:
        return NAMES
    words = column.get_internal_type() == "TextField" or (column.max_length or 0) >= 100
    return WORDS if words else ""


def _plain(value: Any) -> str:
    return (
        timezone.localtime(value).isoformat(" ", "minutes")
        if hasattr(value, "hour")
        else str(value)
    )


def _inside(value: Any) -> Iterator[tuple[str, str]]:
    """What JSON says: of a submission each answer, of a list its members."""
    if isinstance(value, dict):
        for name, each in value.items():
            said = each.values() if isinstance(each, dict) else [each]
            if text := ", ".join(str(one) for one in said if one):
                yield str(name), text
    else:
        yield "", ", ".join(map(str, value))


def _of_ledger(case: Case) -> Iterator[Row]:
    """What the ledger says of the case, its returns and concerns about it, oldest first."""
    records: Sequence[Record] = [
        case,
        *AgencyReturn.objects.filter(case=case),
        *Concern.objects.filter(case=case),
    ]
    own = Q(pk__in=())
    for each in records:
        own |= Q(record_type=record_type(type(each)), record=each.public_id)
    entries = LedgerEntry.objects.filter(own).select_related("said").order_by("at", "pk")
    for number, line in enumerate(timeline.lines(entries), start=1):
        about = (case.label, "ledger", str(number))
        yield (*about, _plain(line.at), line.sentence, line.reference, NAMES)
        if line.text:
            yield (*about, "what was said with it", line.text, line.reference, WORDS)
