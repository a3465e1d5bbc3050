"""Actions walked at random, by anybody: no state outside the graph, no move without its entry."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from macfa.audits.models import Audit
from macfa.improvement import services
from macfa.improvement.flow import OfferFlow
from macfa.improvement.lifecycle import RUNNING
from macfa.improvement.models import Action
from macfa.people.models import User
from tests import factories
from tests.cast import Cast, assemble
from workflows import ledger, tasks, timeline
from workflows.errors import Refused
from workflows.lifecycle import Lifecycle, first_state, moves, states

PEOPLE = ("owner.csc", "owner.pol", "lead.csc", "lead.pol", "coordinator", "qppa", "panel.csc")
FEW = settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])

Step = Callable[[Cast, Action, User], object]
STEPS: dict[str, Step] = {
    "update": lambda _, action, by: services.update(
        action=action, text="Going", at_risk=False, by=by
    ),
    "claim": lambda _, action, by: services.claim_completion(
        action=action, output="o", impact="i", evidence="e", by=by
    ),
    "accept": lambda _, action, by: services.accept(action=action, by=by),
    "send_back": lambda _, action, by: services.send_back(action=action, why="More", by=by),
    "end": lambda _, action, by: services.end(action=action, reason="Overtaken", by=by),
    "to_police": lambda cast, action, by: services.offer(
        action=action, agency=cast.agencies["POL"], why="Theirs", by=by
    ),
    "to_care": lambda cast, action, by: services.offer(
        action=action, agency=cast.agencies["CSC"], why="Ours", by=by
    ),
    "take_on": lambda _, action, by: services.take_on(action=action, owner=by, by=by),
    "decline": lambda _, action, by: services.decline(action=action, why="Not ours", by=by),
    "take_back": lambda _, action, by: services.take_offer_back(action=action, why="No", by=by),
    "to_the_lead": lambda cast, action, by: services.hand_over(
        action=action, owner=cast["lead.csc"], agency=cast.agencies["CSC"], why="Mine", by=by
    ),
    "to_itself": lambda _, action, by: services.hand_over(
        action=action, owner=by, agency=None, why="Mine", by=by
    ),
    "later": lambda _, action, by: services.change_due(
        action=action, due=action.due + timedelta(days=7), reason="Holidays", by=by
    ),
}


@pytest.fixture
def cast(db: None) -> Cast:
    return assemble()


@pytest.fixture
def audit(cast: Cast) -> Audit:
    return factories.audit_moderated(cast)


def check_told(record: Lifecycle) -> None:
    """The state is one of the graph's, reached move by move as the ledger tells it."""
    known = {(move.name, move.source, move.target) for move in moves(type(record))}
    told = [
        (entry.verb, entry.facts["from"], entry.facts["to"])
        for entry in reversed(timeline.of_record(record))
        if "from" in entry.facts
    ]
    assert set(told) <= known
    at = first_state(type(record))
    for _, source, target in told:
        assert source == at
        at = target
    assert record.state == at
    assert at in states(type(record))


@FEW
@given(
    walk=st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.sampled_from(PEOPLE)), max_size=25)
)
def test_an_action_walked_at_random_stays_sound(
    cast: Cast, audit: Audit, walk: list[tuple[str, str]]
) -> None:
    action = factories.an_action(cast, audit, factories.a_finding(cast, audit))
    for step, name in walk:
        action = Action.objects.get(pk=action.pk)
        try:
            STEPS[step](cast, action, cast[name])
        except Refused:
            assert Action.objects.get(pk=action.pk).version == action.version
        check_sound(Action.objects.get(pk=action.pk))
    assert list(ledger.faults()) == []


def check_sound(action: Action) -> None:
    """One open task while it runs, its owner's while under way; another while an agency is asked
    to take it on; never closed by its owner."""
    check_told(action)
    items = tasks.open_items([action])
    offers = [item for item in items if item.node == OfferFlow.answer]
    items = [item for item in items if item not in offers]
    assert len(items) == (action.state in RUNNING)
    assert len(offers) == (action.offered_to is not None)
    assert action.state == "under_way" or not offers
    if action.state == "under_way":
        assert items[0].owner_id == action.owner_id
        assert items[0].due == action.due
    if action.state in {"completed", "ended"}:
        assert action.decided_by_id not in {None, action.owner_id}
    if action.state == "completed":
        assert action.output
        assert action.impact
        assert action.evidence
