"""Acts and moves: lawful ones only, each with its ledger entry, all or nothing, once."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction
from django_fsm import TransitionNotAllowed
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from macfa.audits.models import Audit
from notifications.models import Notification
from tests.cast import Cast, assemble
from tests.records import FIRST, an_audit, at_once
from workflows import clock, ledger, timeline
from workflows.errors import AlreadyDone, NotAllowed, Stale, WrongState
from workflows.ledger import placeholders
from workflows.lifecycle import (
    act,
    begin,
    begin_many,
    beginning,
    first_state,
    lifecycles,
    may_move,
    move_many,
    moves,
    states,
)
from workflows.models import Record

if TYPE_CHECKING:
    from workflows.lifecycle import Lifecycle

pytestmark = pytest.mark.django_db


@pytest.fixture
def audit(cast: Cast) -> Audit:
    return an_audit(cast)


def verbs(record: Record) -> list[str]:
    return [entry.verb for entry in timeline.of_record(record)][::-1]


# --- moves ------------------------------------------------------------------------------------


def test_a_move_changes_the_state_and_writes_one_entry(cast: Cast, audit: Audit) -> None:
    with act(audit, by=cast["coordinator"]) as (doing, _audit):
        doing.move("begin_sampling")
    audit.refresh_from_db()
    entry = timeline.of_record(audit)[0]
    assert audit.state == "case_sampling"
    assert (entry.verb, entry.facts) == (
        "begin_sampling",
        {"from": "theme_selection", "to": "case_sampling"},
    )
    head = ledger.sealed(entry.hash, [entry.pk])
    assert (audit.version, audit.ledger_length, audit.ledger_head) == (2, 2, head)


def test_an_unlawful_move_is_refused_in_words_and_changes_nothing(cast: Cast, audit: Audit) -> None:
    with (
        pytest.raises(WrongState, match="NEG is at “Theme selection”, so “publish”"),
        act(audit, by=cast["coordinator"]) as (doing, _audit),
    ):
        doing.move("publish")
    audit.refresh_from_db()
    assert (audit.state, audit.version, verbs(audit)) == ("theme_selection", 1, ["opened"])


def test_a_state_cannot_be_set_by_hand(audit: Audit) -> None:
    with pytest.raises(AttributeError, match="Direct state modification"):
        audit.state = "closed"


def test_may_move_says_what_the_lifecycle_allows_now(audit: Audit) -> None:
    assert may_move(audit, "begin_sampling")
    assert not may_move(audit, "publish")


def test_moving_many_writes_the_entries_that_moving_each_would(cast: Cast) -> None:
    one, two, three = (an_audit(cast, prefix) for prefix in ("ONE", "TWO", "TRI"))
    with beginning():
        move_many([one, two], "begin_sampling", by=cast["coordinator"], text="Agreed")
    with act(three, by=cast["coordinator"]) as (doing, three):
        doing.move("begin_sampling", text="Agreed")
    for audit in (one, two, three):
        audit.refresh_from_db()
        entry = timeline.of_record(audit)[0]
        assert (audit.state, audit.version) == ("case_sampling", 2)
        assert (entry.verb, entry.facts["to"], entry.said.text) == (
            "begin_sampling",
            "case_sampling",
            "Agreed",
        )
    assert list(ledger.faults()) == []


def test_moving_nothing_costs_nothing(cast: Cast, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        move_many([], "begin_sampling", by=cast["coordinator"])
        begin_many([], "opened", by=cast["coordinator"])


# --- acts -------------------------------------------------------------------------------------


def test_an_exception_inside_an_act_undoes_all_of_it(cast: Cast, audit: Audit) -> None:
    def fail() -> None:
        with act(audit, by=cast["coordinator"]) as (doing, _audit):
            doing.change(title="Changed")
            doing.move("begin_sampling")
            doing.tell(cast["qppa"].pk, event="test", event_key="test", text="Told", url="/")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    audit.refresh_from_db()
    assert (audit.title, audit.state, audit.version) == ("Neglect", "theme_selection", 1)
    assert verbs(audit) == ["opened"]
    assert not Notification.objects.exists()


def test_a_refusal_in_an_inner_act_undoes_the_outer_one(cast: Cast, audit: Audit) -> None:
    other = an_audit(cast, "DAC")

    def act_within() -> None:
        with act(audit, by=cast["coordinator"]) as (doing, _audit):
            doing.move("begin_sampling")
            with act(other, by=cast["coordinator"]) as (inner, _other):
                inner.move("publish")

    with pytest.raises(WrongState):
        act_within()
    audit.refresh_from_db()
    assert audit.state == "theme_selection"


def test_an_act_that_changes_nothing_leaves_the_version(cast: Cast, audit: Audit) -> None:
    with act(audit, by=cast["coordinator"]):
        pass
    audit.refresh_from_db()
    assert (audit.version, verbs(audit)) == (1, ["opened"])


def test_a_stale_version_is_refused_and_says_who_changed_what(cast: Cast, audit: Audit) -> None:
    with act(audit, by=cast["coordinator"], expects=1) as (doing, _audit):
        doing.note("scope_changed")
    with (
        pytest.raises(Stale, match="Coordinator changed the scope at"),
        act(audit, by=cast["coordinator"], expects=1) as (doing, _audit),
    ):
        doing.move("begin_sampling")
    audit.refresh_from_db()
    assert audit.state == "theme_selection"


def test_a_form_posted_again_lands_on_the_result_of_the_first(cast: Cast, audit: Audit) -> None:
    def post() -> None:
        with act(audit, by=cast["coordinator"], expects=1, token="form") as (doing, _audit):
            doing.move("begin_sampling")

    post()
    for _again in range(20):
        with pytest.raises(AlreadyDone) as refused:
            post()
        assert refused.value.record == audit.public_id
    assert verbs(audit) == ["opened", "begin_sampling"]


def test_a_repeat_that_would_be_lawful_again_still_has_one_effect(cast: Cast, audit: Audit) -> None:
    def post() -> None:
        with act(audit, by=cast["coordinator"], token="form") as (doing, _audit):
            doing.note("scope_changed")

    post()
    with pytest.raises(AlreadyDone):
        post()
    assert verbs(audit) == ["opened", "scope_changed"]


def test_a_repeat_that_is_refused_for_any_reason_lands_on_the_result(
    cast: Cast, audit: Audit
) -> None:
    def post(*, refuse: bool) -> None:
        with act(audit, by=cast["coordinator"], token="form") as (doing, _audit):
            if refuse:
                raise NotAllowed("Not yours any more.")
            doing.note("scope_changed")

    post(refuse=False)
    with pytest.raises(AlreadyDone):
        post(refuse=True)


def test_a_refusal_of_a_first_post_stays_a_refusal(cast: Cast, audit: Audit) -> None:
    with (
        pytest.raises(NotAllowed, match="Not yours"),
        act(audit, by=cast["coordinator"], token="form"),
    ):
        raise NotAllowed("Not yours.")


def test_a_record_is_begun_once_however_often_its_form_is_posted(cast: Cast) -> None:
    def post() -> Audit:
        audit = an_unsaved_audit(cast)
        with beginning("form"):
            return begin(audit, "opened", by=cast["coordinator"], token="form")

    first = post()
    with pytest.raises(AlreadyDone) as refused:
        post()
    assert refused.value.record == first.public_id
    assert type(first).objects.count() == 1


def an_unsaved_audit(cast: Cast) -> Audit:
    return Audit(
        partnership=cast.partnership,
        prefix="NEG",
        title="Neglect",
        opened_on=clock.today(),
        coordinator=cast["coordinator"],
    )


def test_a_record_is_begun_inside_a_transaction_only(cast: Cast) -> None:
    with pytest.raises(RuntimeError, match="beginning"):
        begin(an_unsaved_audit(cast), "opened", by=cast["coordinator"])


def test_an_act_on_a_record_that_is_in_an_act_already_is_refused(cast: Cast, audit: Audit) -> None:
    with (
        pytest.raises(RuntimeError, match="in an act already"),
        act(audit, by=cast["coordinator"]),
        act(audit, by=cast["coordinator"]),
    ):
        pass
    with act(audit, by=cast["coordinator"]) as (doing, _audit):
        doing.note("scope_changed")


def test_people_are_told_when_the_outermost_act_ends(cast: Cast, audit: Audit) -> None:
    person = cast["qppa"].pk
    with act(audit, by=cast["coordinator"]):
        with act(an_audit(cast, "DAC"), by=cast["coordinator"]) as (doing, _other):
            doing.tell(person, event="test", event_key="test", text="Told", url="/")
        assert not Notification.objects.exists()
    assert Notification.objects.get().recipient_id == person


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_twenty_posts_of_one_form_at_once_one_has_an_effect() -> None:
    cast = assemble()
    audit = an_audit(cast)

    def post() -> None:
        with act(audit, by=cast["coordinator"], expects=1, token="form") as (doing, _audit):
            doing.move("begin_sampling")

    outcomes = at_once([post] * 20)
    assert outcomes.count(None) == 1
    assert {type(raised) for raised in outcomes} == {type(None), AlreadyDone}
    assert verbs(audit) == ["opened", "begin_sampling"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_eight_posts_at_once_of_the_form_that_opens_an_audit_one_opens_it() -> None:
    cast = assemble()
    audits = [an_unsaved_audit(cast) for _post in range(8)]

    def post(audit: Audit) -> None:
        with beginning("form"):
            begin(audit, "opened", by=cast["coordinator"], token="form")

    outcomes = at_once([partial(post, audit) for audit in audits])
    assert outcomes.count(None) == 1
    assert {type(raised) for raised in outcomes} == {type(None), AlreadyDone}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_rows_that_point_to_a_record_are_stored_while_it_is_in_an_act() -> None:
    cast = assemble()
    audit = an_audit(cast)
    with act(audit, by=cast["coordinator"]) as (doing, _audit):
        doing.note("scope_changed")
        assert at_once([lambda: audit.themes.create(title="Beside it", evidence="")]) == [None]


# --- every lifecycle of the site --------------------------------------------------------------


def test_every_kind_of_record_with_states_is_walked_here() -> None:
    assert set(FIRST) == set(lifecycles())


@pytest.mark.parametrize("model", lifecycles())
def test_every_move_of_a_lifecycle_has_its_sentence(model: type[Lifecycle]) -> None:
    assert {move.name for move in moves(model)} <= model.SAYS.keys()


@pytest.mark.parametrize("model", ledger.record_models())
def test_every_sentence_of_a_kind_of_record_can_be_filled(model: type[Record]) -> None:
    for says in [*model.SAYS.values(), *ledger.SAYS.values()]:
        assert "{" not in says.format_map(dict.fromkeys(placeholders(says), "this"))


@pytest.mark.parametrize("model", lifecycles())
def test_every_state_of_a_lifecycle_can_be_reached(model: type[Lifecycle]) -> None:
    reached = {first_state(model)}
    for _step in states(model):
        reached |= {move.target for move in moves(model) if move.source in reached}
    assert reached == set(states(model))


class Walk(RuleBasedStateMachine):
    """A record of some kind, moved at random: by name, lawful or not."""

    @initialize(model=st.sampled_from(lifecycles()))
    def first(self, model: type[Lifecycle]) -> None:
        """Begin a record."""
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.cast = assemble("walked")
        self.record = FIRST[model](self.cast)
        self.path = [str(self.record.state)]
        self.names = sorted({move.name for move in moves(model)})

    @rule(chosen=st.integers(min_value=0, max_value=30))
    def move(self, chosen: int) -> None:
        """Try a move: it succeeds exactly where the graph has it."""
        name = self.names[chosen % len(self.names)]
        lawful = [
            move.target
            for move in moves(type(self.record))
            if (move.name, move.source) == (name, self.path[-1])
        ]
        facts = dict.fromkeys(placeholders(type(self.record).SAYS[name]), "this")
        try:
            with act(self.record, by=self.cast["coordinator"]) as (doing, _record):
                doing.move(name, text="Because", facts=facts)
        except WrongState:
            assert not lawful
        else:
            assert [str(doing.record.state)] == lawful
            self.path += lawful

    @invariant()
    def the_ledger_tells_the_path(self) -> None:
        """Its state is in its graph, and each step of its way has one entry."""
        if not hasattr(self, "record"):
            return
        self.record.refresh_from_db()
        entries = list(timeline.of_record(self.record))[::-1]
        told = [entry.facts["to"] for entry in entries if "to" in entry.facts]
        assert self.record.state in states(type(self.record))
        assert [self.path[0], *told] == self.path
        assert list(ledger.faults()) == []
        assert len(timeline.lines(entries)) == len(entries)

    def teardown(self) -> None:
        """Leave nothing behind."""
        if hasattr(self, "undo"):
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)


def test_no_walk_leaves_its_graph_or_its_ledger() -> None:
    walks = settings(max_examples=40, stateful_step_count=12, deadline=None)
    run_state_machine_as_test(Walk, settings=walks)


def test_the_library_itself_refuses_what_the_graph_has_not(audit: Audit) -> None:
    with pytest.raises(TransitionNotAllowed):
        audit.publish()
