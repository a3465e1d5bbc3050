"""The middle of a played audit: the panel is convened, sits, and moderates every case."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from macfa.moderation import services as moderation
from macfa.returns.lifecycle import ReturnState
from workflows import clock

if TYPE_CHECKING:
    from macfa.people.models import User
    from macfa.rehearsal.play import Play
    from macfa.rehearsal.script import CaseScript, Cell
    from macfa.sampling.models import Case

#: Who decided, whoever typed.
PANEL = "The panel"


def convene(play: Play) -> None:
    """The panel is convened, the cases are released, and its members prepare."""
    dates, people = play.script.dates, play.troupe
    members = [people[f"panel{number}"] for number in range(1, 5)]
    with play.on(dates.convened, 11):
        panel = moderation.convene(
            audit=play.audit,
            chair=people["chair"],
            members=members,
            meets_on=dates.panel + play.shift,
            by=play.coordinator,
        )
        moderation.release(audit=play.audit, by=play.coordinator)
    with play.on(dates.panel - timedelta(days=2)):
        for member in panel.members.select_related("person"):
            moderation.prepared(member=member, by=_account(member.person))
    _sit(play)


def _sit(play: Play) -> None:
    """The panel sits, with guests who have no account."""
    panel, agencies = play.audit.panel, play.troupe.agencies
    guests = [code for code in play.script.agencies if code not in {"CSC", "POL", "EDU"}][:4]
    with play.on(play.script.dates.panel, 9):
        for code in guests:
            moderation.add_guest(
                panel=panel,
                name=f"Safeguarding lead, {agencies[code].name}",
                agency=agencies[code],
                role="Panel member without an account",
                by=play.coordinator,
            )
        moderation.record_sitting(
            panel=panel,
            held_on=clock.today(),
            present=list(panel.members.all()),
            by=play.coordinator,
        )


def moderate(play: Play) -> None:
    """The panel goes through the cases; the coordinator types for the room."""
    for script in play.script.cases:
        with play.on(play.script.dates.panel, 10):
            case = play.audit.cases.get(number=script.number)
            _grade_agencies(play, case, script)
            _grade_domains(play, case, script)
            moderation.grade_case(
                case=case,
                grade=play.grades[script.grade],
                reason="The panel’s own judgement of the work together, and what it did for the "
                "child.",
                decided_by=PANEL,
                by=play.coordinator,
            )
        play.step()


def _grade_agencies(play: Play, case: Case, script: CaseScript) -> None:
    rows = case.returns.filter(state=ReturnState.SUBMITTED)
    for return_ in rows.select_related("case__audit__partnership", "agency", "grade"):
        cell = script.cells[return_.agency.code]
        moderation.grade_agency(
            return_=return_,
            grade=play.grades[cell.panel],
            reason=_reason(cell),
            decided_by=PANEL,
            by=play.coordinator,
        )


def _grade_domains(play: Play, case: Case, script: CaseScript) -> None:
    for domain, code in zip(play.domains, script.domains, strict=True):
        moderation.grade_domain(
            case=case,
            domain=domain,
            grade=play.grades[code],
            reason=f"What the returns say together about {domain.title.lower()}.",
            decided_by=PANEL,
            by=play.coordinator,
        )


def conclude(play: Play) -> None:
    """Moderation is concluded."""
    with play.on(play.script.dates.panel, 16):
        play.audit = moderation.conclude(audit=play.audit, by=play.coordinator)


def _account(person: User | None) -> User:
    assert person is not None
    return person


def _reason(cell: Cell) -> str:
    if cell.own == cell.panel:
        return "The panel agrees with the agency’s grade; the evidence supports it."
    return "Set beside the other returns, the evidence does not carry the agency’s own grade."
