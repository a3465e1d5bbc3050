"""The second half of a played audit: findings, the report, and the actions."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING

from macfa.findings import services as findings
from macfa.improvement import services as improvement

if TYPE_CHECKING:
    from macfa.findings.models import Finding
    from macfa.improvement.models import Action
    from macfa.rehearsal.play import Event, Play
    from macfa.rehearsal.script import ActionScript


def record_findings(play: Play) -> list[Finding]:
    """What the panel found is recorded."""
    audit, script = play.audit, play.script
    cases = {case.number: case for case in audit.cases.all()}
    with play.on(script.dates.report):
        return [
            findings.record_finding(
                audit=audit,
                kind=found.kind,
                title=found.title,
                text=found.text,
                cases=[cases[number] for number in found.cases],
                repeats=found.repeats,
                by=play.coordinator,
            )
            for found in script.findings
        ]


def sign_off_report(play: Play) -> None:
    """The coordinator writes the report, and the QPPA signs it off."""
    script, by = play.script, play.coordinator
    with play.on(script.dates.report, 12):
        report = findings.start_report(audit=play.audit, by=by)
        report = findings.edit_report(
            report=report,
            summary=script.summary,
            method="Cases were drawn at random within strata; each agency audited its own work "
            "with the eight-domain tool; a panel moderated every case in one sitting.",
            limits=script.limits,
            by=by,
        )
        report = findings.put_forward(report=report, by=by)
    with play.on(script.dates.signed_off):
        findings.sign_off(report=report, by=play.troupe["qppa"])


def open_actions(play: Play, found: list[Finding]) -> list[Action]:
    """The actions are opened, each with an owner, a due date and a measure."""
    learning = [finding for finding in found if finding.kind == "learning"]
    with play.on(play.script.dates.report, 11):
        return [_open(play, action, learning) for action in play.script.actions]


def _open(play: Play, action: ActionScript, learning: list[Finding]) -> Action:
    troupe = play.troupe
    return improvement.open_action(
        audit=play.audit,
        title=action.title,
        findings=[learning[number - 1] for number in action.findings],
        agency=troupe.agencies[action.agency] if action.agency else None,
        owner=troupe.of("owner", action.agency) if action.agency else troupe["chair"],
        multi_agency=action.multi,
        due=action.due + play.shift,
        measure=action.measure,
        by=play.coordinator,
    )


def publish(play: Play) -> None:
    """The audit moves to action tracking."""
    with play.on(play.script.dates.signed_off, 13):
        play.audit = findings.publish(audit=play.audit, by=play.coordinator)


def follow_actions(play: Play, actions: list[Action], today: date) -> list[Event]:
    """How each action has gone by `today` (a day of the script), in the order of the days."""
    events: list[Event] = []
    for action, script in zip(actions, play.script.actions, strict=True):
        if script.outcome == "accepted":
            claimed, accepted = date(2026, 9, 28), date(2026, 10, 6)
            events.append((claimed, partial(claim, play, action, claimed)))
            events.append((accepted, partial(accept, play, action, accepted)))
        else:
            last = script.due - timedelta(days=2) if script.outcome == "overdue" else today
            day = last - timedelta(days=12)
            events.append((day, partial(report, play, action, script, day)))
    return sorted(events, key=itemgetter(0))


def report(play: Play, action: Action, script: ActionScript, day: date) -> None:
    """The owner says how it is going."""
    with play.on(day):
        improvement.update(
            action=action,
            text=script.update,
            at_risk=script.outcome == "at_risk",
            by=action.owner,
        )


def complete(play: Play, action: Action, claimed: date, accepted: date) -> None:
    """The owner claims completion with evidence; the QPPA accepts it."""
    claim(play, action, claimed)
    accept(play, action, accepted)


def claim(play: Play, action: Action, day: date) -> None:
    """The owner claims completion, with evidence."""
    with play.on(day):
        improvement.claim_completion(
            action=action,
            output="The alert went live in both hospitals and staff were briefed.",
            impact="Three children’s plans changed after a call to the lead professional.",
            evidence="Dip sample of September: 23 of 25 records show the call.",
            by=action.owner,
        )


def accept(play: Play, action: Action, day: date) -> None:
    """The QPPA accepts it."""
    with play.on(day):
        improvement.accept(
            action=action,
            comment="The records were seen. What changed for children is shown.",
            by=play.troupe["qppa"],
        )


def complete_all(play: Play, actions: list[Action]) -> None:
    """Every action is completed, and the audit closed."""
    for action in actions:
        day = play.script.dates.signed_off
        complete(play, action, day + timedelta(days=60), day + timedelta(days=70))
        play.step()
    with play.on(play.script.dates.signed_off + timedelta(days=80)):
        play.audit = improvement.close_audit(audit=play.audit, by=play.coordinator)
