"""Actions: opened, reported on, claimed, accepted, sent back, ended; and the audit closed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from macfa.audits.lifecycle import Stage
from macfa.audits.models import Audit
from macfa.findings import services as findings
from macfa.findings.models import Finding
from macfa.improvement import rules, services
from macfa.improvement.lifecycle import ActionState
from macfa.improvement.models import Action
from macfa.people import services as people
from macfa.people.models import User
from macfa.people.roles import Role
from macfa.returns import services as returns
from notifications.models import Notification
from tests import factories
from tests.cast import Cast, assemble
from tests.records import has_left
from tests.scenes import scene
from workflows import clock, ledger, tasks, timeline
from workflows.assignment import claim, give, release
from workflows.errors import AlreadyDone, NotAllowed, NotYet, Refused, Stale, WrongState
from workflows.models import WorkItem

#: In moderation, its cases released: the earliest an action may be opened.
built, cast, audit = scene(factories.audit_convened)


@pytest.fixture
def finding(cast: Cast, audit: Audit) -> Finding:
    return factories.a_finding(cast, audit)


@pytest.fixture
def action(cast: Cast, audit: Audit, finding: Finding) -> Action:
    return factories.an_action(cast, audit, finding)


def opened(audit: Audit, by: User, **changed: object) -> Action:
    given: dict[str, object] = {
        "title": "One shared chronology",
        "findings": [],
        "multi_agency": True,
        "due": clock.today() + timedelta(days=60),
        "measure": "18 of 20 records",
        **changed,
    }
    return services.open_action(audit=audit, by=by, **given)  # type: ignore[arg-type]


def owned_by(cast: Cast, name: str, agency: str | None = "CSC") -> dict[str, object]:
    return {"owner": cast[name], "agency": cast.agencies[agency] if agency else None}


def claim_by(
    person: User,
    action: Action,
    output: str = "60 trained",
    impact: str = "Three plans changed",
    evidence: str = "Dip sample: 23 of 25",
) -> Action:
    return services.claim_completion(
        action=action, output=output, impact=impact, evidence=evidence, by=person
    )


def claimed(cast: Cast, action: Action) -> Action:
    return claim_by(cast["owner.csc"], action)


def item_of(action: Action) -> WorkItem:
    [item] = tasks.open_items([action])
    return item


# --- opening -------------------------------------------------------------------------------------


def test_an_action_gives_its_owner_work_due_when_it_is_due(
    cast: Cast, action: Action, finding: Finding
) -> None:
    item = item_of(action)
    assert (item.title, item.owner, item.due) == (
        "Carry out the action",
        cast["owner.csc"],
        action.due,
    )
    assert action.reference == "NEG-A1"
    assert list(action.findings.all()) == [finding]


def test_coordinator_chair_and_panel_open_actions(cast: Cast, audit: Audit) -> None:
    numbers = [
        opened(audit, cast[name], **owned_by(cast, "lead.pol", "POL")).number
        for name in ("coordinator", "chair", "panel.pol")
    ]
    assert numbers == [1, 2, 3]


def test_nobody_else_opens_actions(cast: Cast, audit: Audit) -> None:
    insiders = ("qppa", "lead.csc", "owner.csc", "board", "auditor.pol")
    for person in (*map(cast.__getitem__, insiders), assemble("elsewhere")["coordinator"]):
        with pytest.raises(NotAllowed):
            opened(audit, person, **owned_by(cast, "owner.csc"))


def test_a_vague_or_measureless_action_is_not_opened(cast: Cast, audit: Audit) -> None:
    yesterday = clock.today() - timedelta(days=1)
    wanting: list[dict[str, object]] = [
        {"measure": "Better"},
        {"measure": "  "},
        {"title": " "},
        {"due": yesterday},
    ]
    for vague in wanting:
        with pytest.raises(NotYet):
            opened(audit, cast["coordinator"], **owned_by(cast, "owner.csc"), **vague)
    assert not audit.actions.exists()


def test_an_owner_belongs_to_the_lead_agency(cast: Cast, audit: Audit) -> None:
    elsewhere = assemble("elsewhere")
    for owner in (cast["owner.pol"], cast["auditor.csc"], elsewhere["owner.csc"], cast["qppa"]):
        with pytest.raises(NotYet, match="is not an action owner"):
            opened(audit, cast["chair"], owner=owner, agency=cast.agencies["CSC"])


def test_an_action_of_the_partnership_itself_belongs_to_who_serves_it(
    cast: Cast, audit: Audit
) -> None:
    action = opened(audit, cast["coordinator"], **owned_by(cast, "qppa", None))
    assert (item_of(action).owner, action.lead) == (cast["qppa"], "Oakvale Partnership")
    for name in ("owner.csc", "panel.pol", "board"):
        with pytest.raises(NotYet, match="partnership itself"):
            opened(audit, cast["coordinator"], **owned_by(cast, name, None))


def test_no_action_is_opened_before_the_cases_are_with_the_panel(cast: Cast) -> None:
    audit = factories.audit_issued(cast, "TWO")
    with pytest.raises(WrongState):
        opened(audit, cast["coordinator"], **owned_by(cast, "owner.csc"))


def test_the_same_form_posted_twice_opens_one_action(cast: Cast, audit: Audit) -> None:
    opened(audit, cast["chair"], token="once", **owned_by(cast, "owner.csc"))
    with pytest.raises(AlreadyDone):
        opened(audit, cast["chair"], token="once", **owned_by(cast, "owner.csc"))
    assert audit.actions.count() == 1


def test_an_action_opened_early_joins_its_finding_later(cast: Cast, audit: Audit) -> None:
    action = opened(audit, cast["coordinator"], **owned_by(cast, "owner.csc"))
    finding = factories.a_finding(cast, audit)
    action = services.join_findings(action=action, findings=[finding], by=cast["chair"])
    assert list(action.findings.all()) == [finding]
    with pytest.raises(NotYet):
        services.join_findings(action=action, findings=[], by=cast["chair"])
    with pytest.raises(NotAllowed):
        services.join_findings(action=action, findings=[finding], by=cast["owner.csc"])


def test_an_action_answers_no_finding_of_another_audit(cast: Cast, action: Action) -> None:
    other = assemble("elsewhere")
    strange = factories.a_finding(other, factories.audit_convened(other, "DAC"))
    with pytest.raises(NotAllowed, match="findings of NEG"):
        services.join_findings(action=action, findings=[strange], by=cast["coordinator"])
    with pytest.raises(NotAllowed, match="findings of NEG"):
        opened(
            action.audit,
            cast["coordinator"],
            **owned_by(cast, "owner.csc"),
            findings=[strange],
        )


# --- the owner -----------------------------------------------------------------------------------


def test_the_owner_reports_and_says_when_the_action_is_at_risk(cast: Cast, action: Action) -> None:
    by = cast["owner.csc"]
    action = services.update(action=action, text="34 trained", at_risk=True, by=by)
    assert action.at_risk
    assert action.updates.get().text == "34 trained"
    action = services.update(action=action, text="On track again", at_risk=False, by=by)
    assert not action.at_risk
    with pytest.raises(NotYet):
        services.update(action=action, text=" ", at_risk=False, by=by)


def test_nobody_but_the_owner_reports_or_claims(cast: Cast, action: Action) -> None:
    insiders = ("coordinator", "lead.csc", "owner.pol", "qppa")
    for person in (*map(cast.__getitem__, insiders), assemble("elsewhere")["owner.csc"]):
        with pytest.raises(NotAllowed, match="belongs to"):
            services.update(action=action, text="x", at_risk=False, by=person)
        with pytest.raises(NotAllowed, match="belongs to"):
            claim_by(person, action)


def test_output_impact_and_evidence_are_asked_for_each(cast: Cast, action: Action) -> None:
    for missing in ({"output": " "}, {"impact": ""}, {"evidence": " "}):
        with pytest.raises(NotYet) as refused:
            claim_by(cast["owner.csc"], action, **missing)
        assert len(refused.value.missing) == 1
    action.refresh_from_db()
    assert action.state == ActionState.UNDER_WAY


def test_a_claim_goes_to_the_coordinator_to_decide(cast: Cast, action: Action) -> None:
    item = item_of(claimed(cast, action))
    assert (item.title, item.owner) == (
        "Decide whether the action is complete",
        cast["coordinator"],
    )


def test_the_claim_on_a_coordinators_own_action_goes_to_the_qppa(cast: Cast, audit: Audit) -> None:
    action = opened(audit, cast["chair"], **owned_by(cast, "coordinator", None))
    item = item_of(claim_by(cast["coordinator"], action))
    assert (item.owner, item.team.role) == (None, Role.QPPA)
    told = Notification.objects.filter(event="task.waiting", event_key=f"waiting-{item.pk}")
    assert {row.recipient_id for row in told} == {cast["qppa"].pk, cast["qppa2"].pk}
    with pytest.raises(NotAllowed):
        claim(item=item, by=cast["coordinator"])
    claim(item=item, by=cast["qppa2"])


# --- deciding ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["coordinator", "chair", "panel.pol", "qppa"])
def test_panel_chair_coordinator_and_qppa_accept_an_action(
    cast: Cast, action: Action, name: str
) -> None:
    action = services.accept(action=claimed(cast, action), comment="Seen", by=cast[name])
    assert action.state == ActionState.COMPLETED
    assert action.decided_by == cast[name]
    assert not tasks.open_items([action])


def test_nobody_else_decides_about_an_action(cast: Cast, action: Action) -> None:
    action = claimed(cast, action)
    insiders = ("owner.csc", "lead.csc", "owner.pol", "board", "auditor.csc")
    for person in (*map(cast.__getitem__, insiders), assemble("elsewhere")["coordinator"]):
        with pytest.raises(NotAllowed):
            services.accept(action=action, by=person)
        with pytest.raises(NotAllowed):
            services.send_back(action=action, why="No", by=person)
        with pytest.raises(NotAllowed):
            services.end(action=action, reason="No", by=person)


@pytest.mark.parametrize("name", ["coordinator", "chair", "qppa"])
def test_an_owner_never_closes_their_own_action_whatever_else_they_are(
    cast: Cast, audit: Audit, name: str
) -> None:
    action = opened(audit, cast["panel.pol"], **owned_by(cast, name, None))
    with pytest.raises(NotAllowed, match="owns"):
        services.end(action=action, reason="Enough", by=cast[name])
    action = claim_by(cast[name], action)
    with pytest.raises(NotAllowed, match="owns"):
        services.accept(action=action, by=cast[name])
    with pytest.raises(NotAllowed, match="owns"):
        services.send_back(action=action, why="Mine", by=cast[name])
    action.refresh_from_db()
    assert action.state == ActionState.CLAIMED
    assert services.accept(action=action, by=cast["panel.pol"]).state == ActionState.COMPLETED


def test_an_action_is_not_accepted_before_its_completion_is_claimed(
    cast: Cast, action: Action
) -> None:
    with pytest.raises(WrongState):
        services.accept(action=action, by=cast["qppa"])


def test_an_action_sent_back_is_its_owners_again(cast: Cast, action: Action) -> None:
    action = claimed(cast, action)
    with pytest.raises(NotYet):
        services.send_back(action=action, why="", by=cast["qppa"])
    action = services.send_back(action=action, why="Nothing about children.", by=cast["qppa"])
    assert action.state == ActionState.UNDER_WAY
    assert item_of(action).owner == cast["owner.csc"]
    assert services.accept(action=claimed(cast, action), by=cast["chair"]).evidence


@pytest.mark.parametrize("first_claimed", [False, True])
def test_an_overtaken_action_ends_with_a_reason_apart_from_completed(
    cast: Cast, action: Action, first_claimed: bool
) -> None:
    action = claimed(cast, action) if first_claimed else action
    with pytest.raises(NotYet, match="no longer needed"):
        services.end(action=action, reason=" ", by=cast["qppa"])
    action = services.end(action=action, reason="The team was dissolved.", by=cast["qppa"])
    assert action.state == ActionState.ENDED
    assert action.ended_because == "The team was dissolved."
    assert not tasks.open_items([action])


def test_an_action_that_is_over_takes_nothing_more(cast: Cast, action: Action) -> None:
    action = services.accept(action=claimed(cast, action), by=cast["qppa"])
    with pytest.raises(WrongState):
        services.update(action=action, text="More", at_risk=False, by=cast["owner.csc"])
    with pytest.raises(WrongState):
        claimed(cast, action)
    with pytest.raises(WrongState):
        services.end(action=action, reason="Late thought", by=cast["qppa"])


def test_an_action_changed_meanwhile_is_not_decided_unseen(cast: Cast, action: Action) -> None:
    seen = claimed(cast, action).version
    services.update(action=action, text="Wait", at_risk=True, by=cast["owner.csc"])
    with pytest.raises(Stale, match="Owner Csc"):
        services.accept(action=action, by=cast["qppa"], expects=seen)


def test_a_claim_waits_for_all_coordinators_when_theirs_has_left(
    cast: Cast, action: Action
) -> None:
    other = cast.add("coordinator2", Role.COORDINATOR)
    has_left(cast["coordinator"])
    item = item_of(claimed(cast, action))
    assert (item.owner, item.team.name) == (None, "Coordinator")
    told = Notification.objects.filter(event_key=f"waiting-{item.pk}")
    assert [message.recipient for message in told] == [other]


# --- who is told what was decided ----------------------------------------------------------------


def told(cast: Cast, name: str, event: str) -> list[str]:
    rows = Notification.objects.filter(recipient=cast[name], event=event).order_by("seq")
    return [row.text for row in rows]


def test_the_owner_hears_that_their_action_is_accepted_and_the_holder_that_it_is_done(
    cast: Cast, action: Action
) -> None:
    services.accept(action=claimed(cast, action), by=cast["qppa"])
    assert told(cast, "owner.csc", "action.accepted") == ["Accepted as completed: NEG-A1"]
    assert told(cast, "coordinator", "task.done") == [
        "Done by Qppa: Decide whether the action is complete NEG-A1"
    ]


def test_nobody_hears_that_they_did_their_own_work(cast: Cast, action: Action) -> None:
    services.accept(action=claimed(cast, action), by=cast["coordinator"])
    assert told(cast, "coordinator", "task.done") == []


def test_the_owner_of_an_ended_action_is_told_once_claimed_or_not(
    cast: Cast, action: Action, finding: Finding
) -> None:
    other = factories.an_action(cast, action.audit, finding)
    services.end(action=claimed(cast, action), reason="Overtaken", by=cast["qppa"])
    services.end(action=other, reason="Overtaken", by=cast["qppa"])
    assert told(cast, "owner.csc", "action.ended") == ["No longer needed: NEG-A1"]
    assert told(cast, "owner.csc", "task.withdrawn") == [
        "No longer needed: Carry out the action NEG-A2"
    ]


# --- work and action name the same person --------------------------------------------------------


def test_the_work_on_an_action_cannot_be_given_away_from_its_owner(
    cast: Cast, action: Action
) -> None:
    item = item_of(action)
    for giver in ("coordinator", "lead.csc"):
        for taker in ("lead.csc", "owner.pol", "coordinator"):
            with pytest.raises(NotAllowed, match="hand the action over"):
                give(item=item, to=cast[taker], by=cast[giver], why="Busy")
    with pytest.raises(NotAllowed, match="always has an owner"):
        release(item=item, why="Too much", by=cast["owner.csc"])
    assert item_of(action).owner == action.owner


# --- closing the audit ---------------------------------------------------------------------------


def test_the_audit_closes_when_its_last_action_is_over(cast: Cast) -> None:
    audit = factories.audit_published(cast, "TWO")
    action = audit.actions.get()
    with pytest.raises(NotYet) as refused:
        services.close_audit(audit=audit, by=cast["coordinator"])
    assert refused.value.missing == (f"TWO-A1 {action.title}",)
    claimed(cast, action)
    with pytest.raises(NotYet):
        services.close_audit(audit=audit, by=cast["coordinator"])
    services.accept(action=action, by=cast["qppa"])
    for person in (cast["qppa"], cast["lead.pol"], assemble("elsewhere")["coordinator"]):
        with pytest.raises(NotAllowed):
            services.close_audit(audit=audit, by=person)
    assert services.close_audit(audit=audit, by=cast["coordinator"]).stage == Stage.CLOSED


def test_an_audit_is_not_closed_while_a_report_is_being_written(cast: Cast) -> None:
    audit = factories.audit_published(cast, "TWO")
    services.accept(action=claimed(cast, audit.actions.get()), by=cast["qppa"])
    findings.start_report(audit=audit, by=cast["chair"])
    with pytest.raises(NotYet) as refused:
        services.close_audit(audit=audit, by=cast["coordinator"])
    assert refused.value.missing == ("version 2 of the report: being written",)


def test_an_audit_is_not_closed_while_an_agency_still_audits_its_work(cast: Cast) -> None:
    audit = factories.audit_published(cast, "TWO", missing="POL")
    services.accept(action=claimed(cast, audit.actions.get()), by=cast["qppa"])
    by, late = cast["coordinator"], factories.a_return(audit)
    returns.accept_late(return_=late, why="Found after all", by=by)
    with pytest.raises(NotYet) as refused:
        services.close_audit(audit=audit, by=by)
    assert [words.partition(":")[0] for words in refused.value.missing] == ["Police on TWO-01"]
    returns.record_not_returned(return_=late, reason="Nobody left", by=by)
    assert services.close_audit(audit=audit, by=by).stage == Stage.CLOSED
    with pytest.raises(WrongState, match="TWO is closed"):
        returns.accept_late(return_=late, why="Found after all", by=by)


def test_an_audit_is_not_closed_before_its_actions_are_followed(cast: Cast, audit: Audit) -> None:
    with pytest.raises(WrongState):
        services.close_audit(audit=audit, by=cast["coordinator"])


# --- who sees ------------------------------------------------------------------------------------


def test_an_action_is_seen_by_its_owner_their_lead_and_who_follows_it(
    cast: Cast, action: Action
) -> None:
    elsewhere = assemble("elsewhere")
    sees = {name for name, one in cast.people.items() if Action.objects.visible_to(one).exists()}
    follow = {"coordinator", "chair", "qppa", "qppa2", "board", "panel.csc", "panel.pol"}
    assert sees == {*follow, "panel.edu", "owner.csc", "lead.csc"}
    for one in elsewhere.people.values():
        assert not Action.objects.visible_to(one).exists()


def test_somebody_who_has_left_sees_no_action_of_the_agency(cast: Cast, action: Action) -> None:
    membership = cast["lead.csc"].memberships.get()
    membership.until = clock.today() - timedelta(days=1)
    membership.save()
    assert not Action.objects.visible_to(cast["lead.csc"]).exists()


def test_every_step_of_an_action_is_told_and_the_ledger_is_whole(
    cast: Cast, action: Action
) -> None:
    services.update(action=action, text="Slow", at_risk=True, by=cast["owner.csc"])
    services.send_back(action=claimed(cast, action), why="Show impact", by=cast["qppa"])
    services.accept(action=claimed(cast, action), comment="Seen", by=cast["chair"])
    said = [line.sentence for line in timeline.lines(timeline.of_record(action))]
    assert said[0] == "Chair accepted the action as completed"
    assert "Qppa sent the action back to its owner" in said
    assert "Owner Csc said the action is at risk" in said
    assert "Coordinator opened the action" in said
    assert list(ledger.faults()) == []


def test_somebody_with_two_roles_may_decide_about_what_another_owns(
    cast: Cast, action: Action
) -> None:
    people.join(person=cast["owner.pol"], partnership=cast.partnership, role=Role.QPPA)
    assert services.accept(action=claimed(cast, action), by=cast["owner.pol"]).decided_by_id
    with pytest.raises(Refused):
        rules.check_may_decide(action, cast["owner.csc"])


def test_a_finding_keeps_its_actions_when_it_is_changed(cast: Cast, action: Action) -> None:
    finding = action.findings.get()
    findings.edit_finding(
        finding=finding,
        title="Said better",
        text="",
        cases=[],
        domains=[],
        agencies=[],
        by=cast["chair"],
    )
    assert list(finding.actions.all()) == [action]
