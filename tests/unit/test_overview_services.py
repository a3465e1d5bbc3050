"""Withdrawing an audit, and what must always be true of audits."""

from __future__ import annotations

import pytest

from macfa.audits.lifecycle import Stage
from macfa.audits.models import Audit
from macfa.improvement.lifecycle import ActionState
from macfa.improvement.models import Action
from macfa.moderation import services as moderation
from macfa.moderation.models import CaseGrade
from macfa.overview import invariants, services
from macfa.returns import services as returns
from macfa.returns.lifecycle import ReturnState
from notifications.models import Notification
from tests import factories
from tests.cast import Cast, assemble
from workflows import ledger
from workflows.errors import NotAllowed, NotYet, WrongState
from workflows.models import WorkItem


def test_a_withdrawn_audit_leaves_nobody_with_work_and_tells_them(cast: Cast) -> None:
    audit = factories.audit_issued(cast)
    audit = services.withdraw(audit=audit, reason="The theme was merged.", by=cast["coordinator"])
    assert audit.stage == Stage.WITHDRAWN
    assert not WorkItem.objects.open().exists()
    told = Notification.objects.filter(recipient=cast["lead.pol"], event="task.withdrawn")
    assert told.count() == audit.cases.count()
    assert list(ledger.faults()) == []


def test_withdrawing_keeps_what_agencies_submitted(cast: Cast) -> None:
    audit = factories.audit_returned(cast)
    services.withdraw(audit=audit, reason="Not needed.", by=cast["coordinator"])
    assert audit.returns.filter(state=ReturnState.SUBMITTED).exists()


def test_withdrawing_ends_running_actions_as_no_longer_needed(cast: Cast) -> None:
    audit = factories.audit_published(cast)
    services.withdraw(audit=audit, reason="Overtaken.", by=cast["coordinator"])
    action = audit.actions.get()
    assert action.state == ActionState.ENDED
    assert action.ended_because == "Overtaken."
    assert list(invariants.faults()) == []


def test_a_coordinator_cannot_end_their_own_action_by_withdrawing_the_audit(cast: Cast) -> None:
    audit = factories.audit_published(cast)
    Action.objects.filter(audit=audit).update(owner=cast["coordinator"])
    with pytest.raises(NotYet, match="own action") as refused:
        services.withdraw(audit=audit, reason="Overtaken.", by=cast["coordinator"])
    assert refused.value.missing[0].startswith("NEG-A1")


def test_withdrawing_needs_a_reason(cast: Cast) -> None:
    audit = factories.audit_opened(cast)
    with pytest.raises(NotYet, match="Say why"):
        services.withdraw(audit=audit, reason=" ", by=cast["coordinator"])


def test_only_a_coordinator_of_the_partnership_withdraws(cast: Cast) -> None:
    audit = factories.audit_opened(cast)
    outsider = assemble("elsewhere")["coordinator"]
    for person in (cast["lead.pol"], cast["qppa"], cast["chair"], cast["admin"], outsider):
        with pytest.raises(NotAllowed):
            services.withdraw(audit=audit, reason="No.", by=person)


def test_an_audit_is_withdrawn_once(cast: Cast) -> None:
    audit = factories.audit_opened(cast)
    services.withdraw(audit=audit, reason="No.", by=cast["coordinator"])
    with pytest.raises(WrongState):
        services.withdraw(audit=audit, reason="No.", by=cast["coordinator"])


def test_no_invariant_is_broken_by_a_whole_audit(cast: Cast) -> None:
    factories.audit_published(cast)
    assert list(invariants.faults()) == []


def test_an_action_completed_by_its_owner_is_found(cast: Cast) -> None:
    audit = factories.audit_published(cast)
    broken = Action.objects.filter(audit=audit)
    broken.update(state=ActionState.COMPLETED, decided_by=cast["owner.csc"])
    (fault,) = invariants.faults()
    assert "NEG-A1" in fault


def test_work_left_in_an_audit_that_has_ended_is_found(cast: Cast) -> None:
    audit = factories.audit_opened(cast)
    Audit.objects.update(state=Stage.CLOSED)
    assert list(invariants.faults()) == [
        "“Choose the theme and agree the scope NEG” is open, though its audit has ended."
    ]
    Audit.objects.update(state=Stage.THEME_SELECTION)
    services.withdraw(audit=audit, reason="Overtaken.", by=cast["coordinator"])
    assert list(invariants.faults()) == []


def test_a_return_of_a_withdrawn_audit_is_not_queried(cast: Cast) -> None:
    audit, by = factories.audit_returned(cast), cast["coordinator"]
    services.withdraw(audit=audit, reason="Overtaken.", by=by)
    with pytest.raises(WrongState, match="NEG is withdrawn"):
        returns.query(return_=factories.a_return(audit), text="Which dates?", by=by)


def test_a_chair_who_steps_out_of_a_case_of_a_withdrawn_audit_leaves_no_work(cast: Cast) -> None:
    audit = factories.audit_convened(cast)
    services.withdraw(audit=audit, reason="Overtaken.", by=cast["coordinator"])
    moderation.declare_conflict(
        member=audit.panel.members.get(person=cast["chair"]),
        case=audit.cases.all()[0],
        why="I know the family.",
        by=cast["chair"],
    )
    assert list(invariants.faults()) == []


def test_a_moderated_case_without_a_grade_is_found(cast: Cast) -> None:
    audit = factories.audit_moderated(cast)
    CaseGrade.objects.filter(case__audit=audit).update(current=False)
    assert len(list(invariants.faults())) == audit.cases.count()
