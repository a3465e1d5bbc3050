"""Blue, red, amber, green: always worked out from facts, in Python and in the database alike."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from macfa.improvement import services
from macfa.improvement.lifecycle import RUNNING, ActionState
from macfa.improvement.models import Action, Brag, brag
from macfa.improvement.standing import standing
from tests import factories
from tests.cast import Cast, assemble
from workflows import clock

TODAY = date(2026, 11, 22)
DAYS = st.integers(-400, 400).map(lambda days: TODAY + timedelta(days=days))
#: Around the edges, where a day more or less matters.
EDGES = st.sampled_from((-43, -42, -41, -1, 0, 1)).map(lambda days: TODAY + timedelta(days=days))


@st.composite
def actions(draw: st.DrawFn) -> Action:
    """An action in any state, due and updated on any day."""
    action = Action(
        due=draw(DAYS | EDGES), updated_on=draw(DAYS | EDGES), at_risk=draw(st.booleans())
    )
    action.__dict__["state"] = draw(st.sampled_from(ActionState))
    return action


def plainly(action: Action, today: date, weeks: int) -> str:
    """The rule as a person would say it."""
    if action.state == "completed":
        return "blue"
    if action.state == "ended":
        return "ended"
    if (action.due - today).days < 0:
        return "red"
    silent = (today - action.updated_on).days > 7 * weeks
    return "amber" if action.at_risk or silent else "green"


@given(action=actions(), weeks=st.integers(0, 30))
def test_the_colour_is_what_the_rule_says(action: Action, weeks: int) -> None:
    assert brag(action, TODAY, weeks) == plainly(action, TODAY, weeks)


@given(action=actions(), weeks=st.integers(0, 30))
def test_only_an_accepted_action_is_blue_and_every_overdue_one_is_red(
    action: Action, weeks: int
) -> None:
    colour = brag(action, TODAY, weeks)
    assert (colour == Brag.BLUE) == (action.state == ActionState.COMPLETED)
    running = action.state in RUNNING
    assert (colour == Brag.RED) == (running and action.due < TODAY)


@given(action=actions(), later=st.integers(0, 200))
def test_a_running_action_left_alone_never_looks_better_with_time(
    action: Action, later: int
) -> None:
    worse = [Brag.GREEN, Brag.AMBER, Brag.RED]
    before = brag(action, TODAY, 6)
    after = brag(action, TODAY + timedelta(days=later), 6)
    if before in worse:
        assert worse.index(after) >= worse.index(before)
    else:
        assert after == before


@pytest.fixture
def one_of_each(db: None) -> dict[str, Action]:
    """An action in each state, brought there by the acts themselves."""
    cast = assemble()
    audit = factories.audit_convened(cast)
    return {state: in_state(cast, audit, state) for state in ActionState}


def in_state(cast: Cast, audit: object, state: str) -> Action:
    finding = audit.findings.first() or factories.a_finding(cast, audit)  # type: ignore[attr-defined, arg-type]
    action = factories.an_action(cast, audit, finding)  # type: ignore[arg-type]
    if state in {ActionState.CLAIMED, ActionState.COMPLETED}:
        action = services.claim_completion(
            action=action, output="o", impact="i", evidence="e", by=cast["owner.csc"]
        )
    if state == ActionState.COMPLETED:
        action = services.accept(action=action, by=cast["qppa"])
    if state == ActionState.ENDED:
        action = services.end(action=action, reason="Overtaken", by=cast["qppa"])
    return action


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    due=DAYS | EDGES,
    updated_on=DAYS | EDGES,
    at_risk=st.booleans(),
    weeks=st.integers(0, 30) | st.just(6),
)
def test_the_database_gives_the_same_colour(
    one_of_each: dict[str, Action], due: date, updated_on: date, at_risk: bool, weeks: int
) -> None:
    Action.objects.update(due=due, updated_on=updated_on, at_risk=at_risk)
    partnership = one_of_each["ended"].audit.partnership
    type(partnership).objects.update(amber_after_weeks=weeks)
    found = {action.state: action for action in Action.objects.with_brag(TODAY)}
    assert set(found) == {state.value for state in ActionState}
    for action in found.values():
        assert action.brag_now == brag(action, TODAY, weeks)  # type: ignore[attr-defined]
    counts = Action.objects.brag_counts(TODAY)
    assert sum(counts.values()) == len(found)
    for colour, count in counts.items():
        assert Action.objects.standing([colour], TODAY).count() == count


def test_each_partnership_has_its_own_patience(one_of_each: dict[str, Action]) -> None:
    other = assemble("elsewhere")
    other.partnership.amber_after_weeks = 1
    other.partnership.save()
    audit = factories.audit_convened(other)
    factories.an_action(other, audit, factories.a_finding(other, audit))
    Action.objects.update(updated_on=clock.today() - timedelta(weeks=3))
    colours = {
        (action.audit.partnership.code, action.state): action.brag_now  # type: ignore[attr-defined]
        for action in Action.objects.with_brag(clock.today())
    }
    assert colours["oakvale", "under_way"] == "green"
    assert colours["elsewhere", "under_way"] == "amber"
    for action in Action.objects.all():
        assert action.brag == colours[action.audit.partnership.code, action.state]


def test_why_an_action_stands_as_it_does_is_said_in_words(one_of_each: dict[str, Action]) -> None:
    action = one_of_each["under_way"]
    action.due, action.updated_on = date(2026, 10, 30), date(2026, 11, 20)
    assert standing(action, TODAY).why == "Due 30 October 2026, 23 days ago"
    assert standing(action, date(2026, 10, 31)).why == "Due 30 October 2026, 1 day ago"
    assert standing(action, date(2026, 10, 30)).why == "Due 30 October 2026, today"
    assert standing(action, date(2026, 10, 29)).why == "Due 30 October 2026, in 1 day"
    action.due, action.at_risk = date(2026, 12, 31), True
    assert standing(action, TODAY).why == (
        "Its owner says it is at risk. Due 31 December 2026, in 39 days"
    )
    action.updated_on = date(2026, 10, 10)
    assert "No update since 10 October 2026" in standing(action, TODAY).why
    today = f"{clock.today():%-d %B %Y}"
    assert standing(one_of_each["completed"]).why == f"Accepted by Qppa on {today}"
    assert standing(one_of_each["ended"]).why == f"Ended by Qppa on {today}"
