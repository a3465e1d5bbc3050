"""Records at their first state, and work on them, made without the services of their rooms: for
tests of the engine, which does with them what no service would.
"""

from __future__ import annotations

from datetime import date, timedelta
from threading import Barrier, Thread
from typing import TYPE_CHECKING

from django.db import connection

from macfa.audits.models import Audit
from macfa.concerns.models import Concern
from macfa.findings.models import Report
from macfa.improvement.models import Action
from macfa.retention.models import Destruction, Hold, Kept
from macfa.returns.flow import ReturnFlow
from macfa.returns.models import AgencyReturn
from macfa.sampling.models import Case, Draw, Pool
from workflows import clock, tasks
from workflows.lifecycle import Lifecycle, act, begin, beginning
from workflows.models import Record, WorkItem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from django.db.models import Model

    from macfa.people.models import User
    from tests.cast import Cast


def an_audit(cast: Cast, prefix: str = "NEG") -> Audit:
    """An audit without a task."""
    audit = Audit(
        partnership=cast.partnership,
        prefix=prefix,
        title="Neglect",
        period="Q1 2026/27",
        opened_on=clock.today(),
        coordinator=cast["coordinator"],
    )
    with beginning():
        return begin(audit, "opened", by=cast["coordinator"])


def a_draw(cast: Cast, audit: Audit) -> Draw:
    """A draw of nobody from a pool of nobody."""
    by = cast["coordinator"]
    with beginning():
        pool = begin(
            Pool(audit=audit, file_name="", row_id_column="id", size=0, loaded_by=by),
            "pool_loaded",
            by=by,
            facts={"size": 0},
        )
        draw = Draw(audit=audit, pool=pool, method="", seed="", population=0, drawn_by=by)
        return begin(draw, "drawn", by=by, facts={"count": 0, "population": 0, "method": ""})


def a_case(cast: Cast, audit: Audit | None = None) -> Case:
    """The next case of an audit."""
    audit = audit or an_audit(cast)
    draw = audit.draws.first() or a_draw(cast, audit)
    number = audit.cases.count() + 1
    case = Case(
        audit=audit, draw=draw, number=number, label=f"{audit.prefix}-{number:02}", stratum="CP"
    )
    with beginning():
        return begin(case, "drawn", by=cast["coordinator"], facts={"stratum": "CP"})


def a_return(cast: Cast, case: Case | None = None, agency: str = "CSC") -> AgencyReturn:
    """A return that an agency owes, without a task."""
    case = case or a_case(cast)
    return_ = AgencyReturn(audit=case.audit, case=case, agency=cast.agencies[agency], due=a_day(14))
    with beginning():
        return begin(return_, "issued", by=cast["coordinator"])


def a_report(cast: Cast) -> Report:
    """A report that is being written, without a task."""
    by = cast["coordinator"]
    with beginning():
        report = Report(audit=an_audit(cast), author=by)
        return begin(report, "started", by=by, facts={"number": 1})


def an_action(cast: Cast) -> Action:
    """An action under way, without a task."""
    action = Action(
        audit=an_audit(cast),
        number=1,
        title="One chronology",
        agency=cast.agencies["CSC"],
        owner=cast["owner.csc"],
        due=a_day(60),
        measure="18 of 20",
    )
    with beginning():
        return begin(action, "opened", by=cast["coordinator"])


def a_concern(cast: Cast) -> Concern:
    """An immediate concern just raised, without a task."""
    by = cast["auditor.pol"]
    concern = Concern(
        partnership=cast.partnership,
        agency=cast.agencies["POL"],
        seen="Seen.",
        done="Done.",
        referral="R1",
        raised_by=by,
    )
    with beginning():
        return begin(concern, "raised", by=by)


def a_hold(cast: Cast) -> Hold:
    """A legal hold that stands."""
    by = cast["chair"]
    hold = Hold(partnership=cast.partnership, theme="Neglect", reason="Asked for.", placed_by=by)
    with beginning():
        return begin(hold, "placed", by=by)


def a_destruction(cast: Cast) -> Destruction:
    """A destruction of nothing that somebody proposed, without a task."""
    by = cast["coordinator"]
    destruction = Destruction(
        partnership=cast.partnership,
        audit=an_audit(cast),
        kind=Kept.IDENTITY_KEY,
        due_on=clock.today(),
        digest="",
        proposed_by=by,
    )
    with beginning():
        return begin(destruction, "proposed", by=by, facts={"kind": "Identity key"})


#: One of each kind of record with states, at its first.
FIRST: Mapping[type[Lifecycle], Callable[[Cast], Lifecycle]] = {
    Audit: an_audit,
    Case: a_case,
    AgencyReturn: a_return,
    Report: a_report,
    Action: an_action,
    Concern: a_concern,
    Hold: a_hold,
    Destruction: a_destruction,
}


def waiting(cast: Cast, case: Case | None = None, agency: str = "CSC") -> WorkItem:
    """Work that waits in the queue of an agency's auditors."""
    return_ = a_return(cast, case, agency)
    with act(return_, by=cast["coordinator"]) as (doing, return_):
        doing.move("say_involved", facts={"involvement": "involved"})
        tasks.start(doing, ReturnFlow.sent_back)
    return item_of(return_)


def has_left(person: User) -> None:
    """Somebody's roles ended yesterday."""
    person.memberships.update(until=clock.today() - timedelta(days=1))


def contents(row: Model) -> dict[str, object]:
    """What a row says, in the fields of its table."""
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def return_of(item: WorkItem) -> AgencyReturn:
    """The return that work is about."""
    assert isinstance(item.subject, AgencyReturn)
    return item.subject


def item_of(record: Record) -> WorkItem:
    """The open work on a record."""
    [item] = tasks.open_items([record])
    return item


def a_day(ahead: int) -> date:
    """A day from today on."""
    return clock.today() + timedelta(days=ahead)


def at_once(calls: Sequence[Callable[[], object]]) -> list[Exception | None]:
    """Call all of these at the same moment, each on a connection of its own: what each raised."""
    start = Barrier(len(calls))
    told: dict[int, Exception | None] = dict.fromkeys(range(len(calls)))

    def run(number: int) -> None:
        start.wait()
        try:
            calls[number]()
        except Exception as raised:  # noqa: BLE001 - what was raised is the outcome
            told[number] = raised
        finally:
            connection.close()

    threads = [Thread(target=run, args=(number,)) for number in told]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [told[number] for number in sorted(told)]
