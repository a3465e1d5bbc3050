"""Flows: frozen names, no dead ends, and tasks that are finished by who may, once."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from viewflow.workflow.fields import get_task_ref
from viewflow.workflow.lock import NoLock

from macfa.audits.flow import MacfaFlow, ThemeViewFlow
from macfa.audits.models import ThemeView
from macfa.people.models import Team
from macfa.people.roles import Role
from macfa.returns.flow import ReturnFlow
from notifications.models import Notification
from tests.cast import Cast
from tests.records import a_return, an_audit, item_of, return_of, waiting
from workflows import clock, diagrams, invariants, tasks
from workflows.assignment import claim, give, release
from workflows.checks import check_flow, check_site
from workflows.errors import NotAllowed, WrongState
from workflows.flow import End, Flow, HumanTask, Start, Switch, Work, flows, nodes, this
from workflows.lifecycle import act, begin, beginning
from workflows.models import LedgerEntry, Process, WorkItem

if TYPE_CHECKING:
    from pathlib import Path

    from macfa.people.models import User
    from macfa.returns.models import AgencyReturn
    from workflows.models import Record

pytestmark = pytest.mark.django_db

#: Where open work may stand. These names are stored in rows: a rename is a data migration.
FROZEN = [
    "audits/flow.MacfaFlow.opened",
    "audits/flow.MacfaFlow.select_theme",
    "audits/flow.MacfaFlow.draw_sample",
    "audits/flow.MacfaFlow.collect_returns",
    "audits/flow.MacfaFlow.moderate",
    "audits/flow.MacfaFlow.agree_findings",
    "audits/flow.MacfaFlow.track_actions",
    "audits/flow.MacfaFlow.closed",
    "audits/flow.ThemeViewFlow.asked",
    "audits/flow.ThemeViewFlow.give_view",
    "audits/flow.ThemeViewFlow.given",
    "concerns/flow.ConcernFlow.raised",
    "concerns/flow.ConcernFlow.acknowledge",
    "concerns/flow.ConcernFlow.confirm",
    "concerns/flow.ConcernFlow.confirmed",
    "concerns/flow.SecondPersonFlow.raised",
    "concerns/flow.SecondPersonFlow.acknowledge",
    "concerns/flow.SecondPersonFlow.confirm",
    "concerns/flow.SecondPersonFlow.confirmed",
    "findings/flow.ReportFlow.started",
    "findings/flow.ReportFlow.write",
    "findings/flow.ReportFlow.sign_off",
    "findings/flow.ReportFlow.agreed",
    "findings/flow.ReportFlow.signed_off",
    "improvement/flow.ActionFlow.opened",
    "improvement/flow.ActionFlow.carry_out",
    "improvement/flow.ActionFlow.decide",
    "improvement/flow.ActionFlow.accepted",
    "improvement/flow.ActionFlow.completed",
    "improvement/flow.OfferFlow.offered",
    "improvement/flow.OfferFlow.answer",
    "improvement/flow.OfferFlow.answered",
    "moderation/flow.ModerationFlow.released",
    "moderation/flow.ModerationFlow.moderate",
    "moderation/flow.ModerationFlow.moderated",
    "moderation/flow.PanelFlow.joined",
    "moderation/flow.PanelFlow.prepare",
    "moderation/flow.PanelFlow.prepared",
    "people/flow.AccessReviewFlow.asked",
    "people/flow.AccessReviewFlow.confirm",
    "people/flow.AccessReviewFlow.confirmed",
    "retention/flow.DestructionFlow.proposed",
    "retention/flow.DestructionFlow.confirm",
    "retention/flow.DestructionFlow.decided",
    "returns/flow.ReturnFlow.issued",
    "returns/flow.ReturnFlow.sent_back",
    "returns/flow.ReturnFlow.say_involvement",
    "returns/flow.ReturnFlow.anything_to_audit",
    "returns/flow.ReturnFlow.audit_own_work",
    "returns/flow.ReturnFlow.needs_sign_off",
    "returns/flow.ReturnFlow.sign_off",
    "returns/flow.ReturnFlow.signed_off",
    "returns/flow.ReturnFlow.asked",
    "returns/flow.ReturnFlow.answer_question",
    "returns/flow.ReturnFlow.returned",
]


@pytest.fixture
def return_(cast: Cast) -> AgencyReturn:
    """A return for which the agency lead has to say whether they were involved."""
    return_ = a_return(cast)
    with act(return_, by=cast["coordinator"]) as (doing, _return):
        tasks.start(doing, ReturnFlow.issued)
    return return_


def do(record: Record, node: HumanTask, by: User, move: str = "", **facts: str) -> WorkItem:
    """Move a record and finish its task."""
    with act(record, by=by) as (doing, _record):
        if move:
            doing.move(move, facts={**facts})
        return tasks.finish(doing, node)


# --- the graphs ---------------------------------------------------------------------------------


def test_the_names_that_rows_keep_are_frozen() -> None:
    assert [get_task_ref(node) for each in flows() for node in nodes(each)] == FROZEN


def test_every_flow_of_the_site_is_sound() -> None:
    assert check_site() == []


def test_a_flow_without_a_lock_is_refused() -> None:
    class Unlocked(Flow):
        lock_impl = NoLock()
        begun = Start(this.over)
        over = End()

    assert [fault.id for fault in check_flow(Unlocked)] == ["workflows.E002"]


def test_work_that_leads_nowhere_or_that_nobody_comes_to_is_refused() -> None:
    class Lost(Flow):
        begun = Start(this.first)
        first = HumanTask("First", work=no_work)
        island = HumanTask("", work=no_work).Next(this.fork)
        fork = Switch().Case(this.over, bool)
        over = End()

    assert [str(fault) for fault in check_flow(Lost)] == [
        "Lost.first: (workflows.E003) Nothing follows: the process would never end.",
        "Lost.island: (workflows.E003) Nothing leads here.",
        "Lost.island: (workflows.E003) The title of a task has 1 to 200 characters.",
        "Lost.fork: (workflows.E003) There is no `.Default(...)`: where no case holds, the process "
        "would never end.",
    ]


def no_work(_subject: object) -> Work:
    raise AssertionError


# --- the pictures of them -----------------------------------------------------------------------


@pytest.fixture
def docs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of pictures, just drawn."""
    monkeypatch.setattr(diagrams, "FOLDER", tmp_path / "docs")
    call_command("diagrams")
    return tmp_path / "docs"


def test_every_flow_and_lifecycle_has_its_picture(docs: Path) -> None:
    charts = {path.stem for path in (docs / "flows").glob("*.svg")}
    assert charts == {diagrams.slug(each) for each in flows()}
    states = (docs / "states.md").read_text()
    assert "stateDiagram-v2" in states
    assert "theme_selection --> case_sampling: begin_sampling" in states
    assert all(f"`{node.name}`" in (docs / "flows.md").read_text() for node in nodes(ReturnFlow))


def test_pictures_just_drawn_are_fresh(docs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("diagrams", "--check")
    assert "The diagrams are fresh." in capsys.readouterr().out


def test_a_stale_a_missing_and_a_needless_picture_are_found(
    docs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (docs / "states.md").write_text("Old")
    (docs / "flows" / "macfa-flow.svg").unlink()
    (docs / "flows" / "gone-flow.svg").write_text("<svg/>")
    with pytest.raises(SystemExit) as left:
        call_command("diagrams", "--check")
    said = capsys.readouterr().err
    assert left.value.code == 1
    assert all(name in said for name in ("states.md", "macfa-flow.svg", "gone-flow.svg"))
    call_command("diagrams")
    call_command("diagrams", "--check")


# --- from person to person ----------------------------------------------------------------------


def test_a_nil_return_ends_the_flow(cast: Cast, return_: AgencyReturn) -> None:
    do(return_, ReturnFlow.say_involvement, cast["lead.csc"], "say_nil", kind="not known")
    process = Process.objects.get()
    assert (process.status, process.finished is not None) == ("DONE", True)
    assert tasks.open_items([return_]) == []


def test_the_state_decides_whose_turn_it_is_next(cast: Cast, return_: AgencyReturn) -> None:
    lead, auditor = cast["lead.csc"], cast["auditor.csc"]
    first = do(return_, ReturnFlow.say_involvement, lead, "say_involved", involvement="involved")
    second = item_of(return_)
    assert (second.title, second.owner, second.after) == ("Audit your agency’s work", None, first)
    claim(item=second, by=auditor)
    do(return_, ReturnFlow.audit_own_work, auditor, "hand_in")
    assert (item_of(return_).title, item_of(return_).owner) == ("Sign off the return", lead)
    do(return_, ReturnFlow.sign_off, lead, "hand_back")
    assert (item_of(return_).title, item_of(return_).owner) == (second.title, auditor)
    do(return_, ReturnFlow.audit_own_work, auditor, "submit")
    assert tasks.open_items([return_]) == []
    assert list(invariants.faults()) == []


def test_only_peoples_tasks_leave_rows(cast: Cast, return_: AgencyReturn) -> None:
    do(return_, ReturnFlow.say_involvement, cast["lead.csc"], "say_nil", kind="not known")
    assert [item.node for item in WorkItem.objects.all()] == [ReturnFlow.say_involvement]


def test_work_that_lands_with_a_person_tells_them(cast: Cast, return_: AgencyReturn) -> None:
    told = Notification.objects.of(cast["lead.csc"].pk).get()
    assert told.text == "New task: Say whether you were involved NEG-01 CSC"
    assert told.url == f"/tasks/{item_of(return_).public_id}/"


def test_somebody_elses_task_is_not_finished(cast: Cast, return_: AgencyReturn) -> None:
    with pytest.raises(NotAllowed, match="is with Lead Csc"):
        do(return_, ReturnFlow.say_involvement, cast["auditor.csc"])
    assert item_of(return_).owner == cast["lead.csc"]


def test_a_task_that_is_not_waiting_is_not_finished(cast: Cast, return_: AgencyReturn) -> None:
    with pytest.raises(WrongState, match="“Sign off the return” is not waiting"):
        do(return_, ReturnFlow.sign_off, cast["lead.csc"])


def test_a_task_is_finished_once(cast: Cast, return_: AgencyReturn) -> None:
    lead = cast["lead.csc"]
    do(return_, ReturnFlow.say_involvement, lead, "say_nil", kind="not known")
    with pytest.raises(WrongState, match="is not waiting to be done"):
        do(return_, ReturnFlow.say_involvement, lead)


def test_a_task_nobody_held_becomes_the_doers(cast: Cast) -> None:
    item = waiting(cast)
    done = do(return_of(item), ReturnFlow.audit_own_work, cast["auditor.csc"], "submit")
    assert done.owner == cast["auditor.csc"]


def test_a_task_nobody_held_is_not_done_by_who_may_not_hold_it(cast: Cast) -> None:
    item = waiting(cast)
    with pytest.raises(NotAllowed, match="not an auditor of"):
        do(return_of(item), ReturnFlow.audit_own_work, cast["auditor.pol"])


def test_a_gate_may_be_passed_by_another_who_may(cast: Cast) -> None:
    audit = an_audit(cast)
    with act(audit, by=cast["coordinator"]) as (doing, _audit):
        tasks.start(doing, MacfaFlow.opened)
    second = cast.add("second", Role.COORDINATOR)
    with act(audit, by=second) as (doing, _audit):
        tasks.finish(doing, MacfaFlow.select_theme, owned=False)
    assert item_of(audit).node == MacfaFlow.draw_sample
    assert item_of(audit).owner == cast["coordinator"]


def test_withdrawn_work_ends_its_process(cast: Cast, return_: AgencyReturn) -> None:
    with act(return_, by=cast["coordinator"]) as (doing, _return):
        tasks.withdraw(doing, why="The case was replaced")
        tasks.withdraw(doing, why="Again")
    item = WorkItem.objects.get()
    assert (item.status, item.process.status) == ("CANCELED", "CANCELED")
    entry = LedgerEntry.objects.get(verb="work_withdrawn")
    assert (entry.facts, entry.said.text) == ({"task": item.title}, "The case was replaced")


# --- work of one person alone -------------------------------------------------------------------


def test_personal_work_neither_moves_nor_goes_back(
    cast: Cast, return_: AgencyReturn, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.add("lead2.csc", Role.AGENCY_LEAD, "CSC")
    monkeypatch.setattr(ReturnFlow.say_involvement, "personal", True)
    item, lead = item_of(return_), cast["lead.csc"]
    with pytest.raises(NotAllowed, match="asked of one person alone"):
        release(item=item, why="On leave", by=lead)
    with pytest.raises(NotAllowed, match="asked of one person alone"):
        give(item=item, to=cast["lead2.csc"], by=cast["coordinator"], why="On leave")


# --- many at once -------------------------------------------------------------------------------


def views(cast: Cast, number: int) -> list[ThemeView]:
    audit = an_audit(cast, f"A{number}")
    people = [cast.add(f"qppa.{number}.{each}", Role.QPPA) for each in range(number)]
    return [ThemeView(audit=audit, person=person) for person in people]


def rows_of(record: ThemeView) -> list[object]:
    """All that is stored of a view and its work, apart from names, numbers and times."""
    item, entries = item_of(record), LedgerEntry.objects.filter(record=record.public_id)
    told = Notification.objects.of(record.person_id).get()
    return [
        (record.ledger_length, item.node, item.status, item.owner_id == record.person_id),
        (item.flow_task_type, item.thread == record.audit_id, item.title, item.due, item.version),
        (item.process.status, item.after, item.token, item.public_id in told.url, told.event),
        [(entry.verb, list(entry.facts), entry.position) for entry in entries.order_by("position")],
        [(row.kind, row.person_id == record.person_id) for row in item.assignments.all()],
    ]


def test_beginning_many_stores_what_beginning_each_would(cast: Cast) -> None:
    [alone], together = views(cast, 1), views(cast, 3)
    with beginning():
        begin(alone, "view_asked", by=cast["coordinator"])
        with act(alone, by=cast["coordinator"]) as (doing, alone):
            tasks.start(doing, ThemeViewFlow.asked)
        tasks.begin_many(together, "view_asked", ThemeViewFlow.asked, by=cast["coordinator"])
    for view in ThemeView.objects.filter(audit__prefix="A3"):
        assert rows_of(view) == rows_of(alone)
    assert list(invariants.faults()) == []


def test_work_begun_in_bulk_goes_on_like_any_other(cast: Cast) -> None:
    with beginning():
        tasks.begin_many(views(cast, 2), "view_asked", ThemeViewFlow.asked, by=cast["coordinator"])
    for view in ThemeView.objects.all():
        do(view, ThemeViewFlow.give_view, view.person)
    assert list(invariants.faults()) == []


def test_statements_of_beginning_many_do_not_grow_with_the_records(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    team = Team.objects.for_role(cast.partnership, Role.QPPA)
    plan = partial(Work, "/", clock.today(), team, cast.partnership.pk)
    monkeypatch.setattr(ThemeViewFlow.give_view, "work_of", lambda view: plan(owner=view.person))
    costs = {}
    for number in (2, 20, 40, 200):
        records = views(cast, number)
        with CaptureQueriesContext(connection) as statements, beginning():
            tasks.begin_many(records, "view_asked", ThemeViewFlow.asked, by=cast["coordinator"])
        costs[number] = len(statements)
    assert max(costs[2], costs[20]) <= 10
    assert costs[40] == costs[200] <= 15


def test_work_from_whose_holding_something_follows_is_not_begun_in_bulk(cast: Cast) -> None:
    with pytest.raises(TypeError, match="begin these one by one"), beginning():
        tasks.begin_many([a_return(cast)], "issued", ReturnFlow.sent_back, by=cast["coordinator"])
