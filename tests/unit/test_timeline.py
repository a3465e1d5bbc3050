"""The timeline: the ledger read aloud in sentences, at a constant cost."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.cast import Cast
from tests.records import a_case, an_audit, return_of, waiting
from workflows import clock, timeline
from workflows.assignment import claim, give, release
from workflows.lifecycle import act
from workflows.models import LedgerEntry

if TYPE_CHECKING:
    from macfa.audits.models import Audit

pytestmark = pytest.mark.django_db


@pytest.fixture
def audit(cast: Cast) -> Audit:
    return an_audit(cast)


def test_a_line_has_a_sentence_a_time_and_a_reason(cast: Cast, audit: Audit) -> None:
    at = datetime(2026, 11, 22, 9, 5, tzinfo=UTC)
    with clock.playing(at), act(audit, by=cast["coordinator"]) as (doing, _audit):
        doing.note("scope_changed", text="The panel chair is away")
    line = timeline.lines(timeline.of_record(audit))[0]
    assert (line.sentence, line.at, line.text, line.reference) == (
        "Coordinator changed the scope",
        at,
        "The panel chair is away",
        "NEG",
    )


def test_the_newest_comes_first(cast: Cast, audit: Audit) -> None:
    with act(audit, by=cast["coordinator"]) as (doing, _audit):
        doing.note("scope_changed")
        doing.move("begin_sampling")
    sentences = [line.sentence for line in timeline.lines(timeline.of_record(audit))]
    assert sentences == [
        "Coordinator agreed the scope and moved the audit to case sampling",
        "Coordinator changed the scope",
        "Coordinator opened the audit",
    ]


def test_what_the_site_does_by_itself_is_said_so(audit: Audit) -> None:
    with act(audit, by=None) as (doing, _audit):
        doing.note("scope_changed")
    assert timeline.last_sentence(audit).startswith("The system changed the scope at ")


def test_people_are_named_as_they_are_called_now(cast: Cast, audit: Audit) -> None:
    person = cast["coordinator"]
    person.name = "Ann Archer"
    person.save()
    assert timeline.last_sentence(audit).startswith("Ann Archer opened the audit at ")


def test_facts_are_put_into_the_sentence(cast: Cast, audit: Audit) -> None:
    with act(audit, by=cast["coordinator"]) as (doing, _audit):
        doing.note("theme_proposed", facts={"number": 1}, text="Neglect")
    assert "proposed candidate theme 1" in timeline.last_sentence(audit)


def test_lists_are_read_out_and_unknown_people_are_nobody() -> None:
    assert timeline._fact("findings", ["F1", "F2"], {}) == "F1, F2"
    assert timeline._fact("to_person", "gone", {}) == "nobody"
    assert timeline._fact("to_person", "p1", {"p1": "Ann"}) == "Ann"


def test_what_an_older_entry_does_not_say_is_not_made_up(audit: Audit) -> None:
    entry = LedgerEntry.objects.get()
    entry.verb = "theme_proposed"
    assert timeline.sentence(entry, {}) == "The system proposed candidate theme (not recorded)"
    entry.verb = "renamed_long_ago"
    assert timeline.sentence(entry, {}) == "The system renamed long ago"
    entry.record_type = "audits.gone"
    assert timeline.sentence(entry, {}) == "The system renamed long ago"


def test_every_way_work_moves_is_told(cast: Cast) -> None:
    item = waiting(cast)
    claim(item=item, by=cast["auditor.csc"])
    give(item=item, to=cast["auditor2.csc"], by=cast["lead.csc"], why="On leave")
    release(item=item, why="Ill", by=cast["auditor2.csc"])
    give(item=item, to=cast["auditor.csc"], by=cast["lead.csc"])
    lines = timeline.lines(timeline.of_record(return_of(item)))[:4][::-1]
    task = "“Audit your agency’s work”"
    assert [(line.sentence, line.text) for line in lines] == [
        (f"Auditor Csc claimed {task}", ""),
        (f"Lead Csc moved {task} from Auditor Csc to Auditor2 Csc", "On leave"),
        (f"Auditor2 Csc put {task} back in the queue of Auditor, Children’s Social Care", "Ill"),
        (f"Lead Csc gave {task} to Auditor Csc", ""),
    ]


def test_a_thread_holds_what_happened_to_everything_in_it(cast: Cast, audit: Audit) -> None:
    waiting(cast, a_case(cast, audit))
    other = a_case(cast, an_audit(cast, "DAC"))
    told = set(timeline.of_thread(audit).values_list("reference", flat=True))
    assert told == {"NEG", "NEG-01", "NEG-01 CSC"}
    assert other.reference not in told


@pytest.mark.parametrize("number", [3, 60])
def test_a_timeline_costs_two_statements_however_long_it_is(
    cast: Cast, audit: Audit, django_assert_num_queries: Any, number: int
) -> None:
    for _time in range(number):
        with act(audit, by=cast["coordinator"]) as (doing, _audit):
            doing.note("scope_changed", text="Because")
    with django_assert_num_queries(2):
        lines = timeline.lines(timeline.of_thread(audit))
    assert len(lines) == number + 1
    assert lines[0].text == "Because"


def test_every_entry_ever_written_here_can_be_read(cast: Cast, audit: Audit) -> None:
    waiting(cast, a_case(cast, audit))
    entries = LedgerEntry.objects.all()
    assert len(timeline.lines(entries)) == entries.count()
