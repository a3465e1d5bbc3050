"""The demo as it is loaded: audit A in action tracking, B in agency audits, C at its theme."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from macfa.audits.models import Audit
from macfa.rehearsal import ending, panel
from macfa.rehearsal.domestic_abuse import DOMESTIC_ABUSE
from macfa.rehearsal.fernhollow import assemble, long_ago
from macfa.rehearsal.neglect import NEGLECT
from macfa.rehearsal.play import Play
from macfa.rehearsal.script import NOT_RETURNED, AuditScript, Dates, ThemeScript
from macfa.returns import services as returns
from macfa.returns.models import AgencyReturn
from workflows import assignment, clock, tasks

if TYPE_CHECKING:
    from collections.abc import Callable

    from macfa.rehearsal.fernhollow import Troupe
    from macfa.rehearsal.script import CaseScript

#: The day on which the story stands as it is written.
TOLD_ON = date(2026, 11, 22)

NEXT_THEME = AuditScript(
    prefix="NXT",
    title="Audit of Q4 2026/27",
    period="Q4 2026/27",
    question="",
    themes=(
        ThemeScript(
            "Disabled children and the use of advocacy",
            ("priority", "data"),
            "Advocacy was offered in 4 of 22 plans.",
        ),
        ThemeScript(
            "Elective home education and visibility of the child",
            ("emerging",),
            "Raised by education and by the 0–19 service: 31 children whom nobody outside the "
            "home has seen this year.",
        ),
        ThemeScript(
            "Neglect re-audit",
            ("earlier_finding",),
            "The audit of Q1 asked for it: case grade Good or better in at least 4 of 6.",
        ),
    ),
    chosen_because="",
    enquiry=(),
    criteria="",
    looks_back=(TOLD_ON, TOLD_ON),
    agencies=(),
    population=0,
    strata=(),
    reserves=0,
    cases=(),
    dates=Dates(*(date(2026, 11, 16) for _ in range(10))),
)


def shift_to(today: date) -> timedelta:
    """How far the story moves so that it is about now: whole weeks, so weekdays stay."""
    return timedelta(weeks=(today - TOLD_ON).days // 7)


def load(step: Callable[[], None] = lambda: None) -> Troupe:
    """Load what of the demo is not there yet."""
    shift = shift_to(clock.today())
    with long_ago():
        troupe = assemble()
    for script, play_it in (
        (NEGLECT, _neglect),
        (DOMESTIC_ABUSE, _domestic_abuse),
        (NEXT_THEME, _next_theme),
    ):
        if not Audit.objects.filter(partnership=troupe.partnership, prefix=script.prefix).exists():
            play_it(Play(script, troupe, shift=shift, step=step))
    return troupe


def _neglect(play: Play) -> None:
    """Audit A: signed off, its actions running."""
    play.open()
    play.agree_scope()
    play.sample(numbers=[1, 2, 3, 4, 5, 7])
    with play.on(date(2026, 4, 17)):
        moved = play.audit.cases.get(number=7)
        fresh = returns.replace_case(
            case=moved, reason="The family moved to another area.", by=play.coordinator
        )
        play.describe([fresh])
    play.issue()
    play.return_all()
    play.record_missing()
    panel.convene(play)
    panel.moderate(play)
    panel.conclude(play)
    found = ending.record_findings(play)
    actions = ending.open_actions(play, found)
    ending.sign_off_report(play)
    ending.publish(play)
    ending.follow_actions(play, actions, TOLD_ON)


def _domestic_abuse(play: Play) -> None:
    """Audit B: issued, returns closing, two of them outstanding and reminded three times."""
    play.open()
    play.agree_scope()
    play.sample()
    play.issue()
    _give_education_more_time(play)
    play.return_all(before=lambda case, code: _conflict(play, case, code))
    _remind(play)


def _give_education_more_time(play: Play) -> None:
    """Half term falls into the weeks of the audit."""
    with play.on(date(2026, 10, 12)):
        for return_ in play.audit.returns.filter(agency__code="EDU"):
            returns.extend(
                return_=return_,
                due=date(2026, 11, 6) + play.shift,
                reason="Half-term week: schools are closed.",
                by=play.coordinator,
            )


def _conflict(play: Play, case: CaseScript, code: str) -> bool:
    """The police auditor attended an incident in DAC-05: the audit goes to a colleague."""
    if (case.number, code) != (5, "POL"):
        return False
    troupe = play.troupe
    return_ = _return(play, 5, "POL")
    with play.on(date(2026, 10, 8)):
        returns.say_involved(
            return_=return_,
            involvement=AgencyReturn.Involvement.INVOLVED,
            auditor=troupe["auditor.pol"],
            by=troupe["lead.pol"],
        )
        returns.declare(
            return_=return_,
            independent=False,
            conflict="I attended one of the incidents.",
            by=troupe["auditor.pol"],
        )
    with play.on(date(2026, 10, 9)):
        (item,) = tasks.open_items([return_])
        assignment.give(item=item, to=troupe["auditor2.pol"], by=troupe["lead.pol"])
    with play.on(date(2026, 10, 20)):
        play.write_and_submit(case, "POL", _return(play, 5, "POL"), troupe["auditor2.pol"])
    return True


def _return(play: Play, number: int, code: str) -> AgencyReturn:
    rows = play.audit.returns.select_related("case__audit", "agency__partnership")
    return rows.get(case__number=number, agency__code=code)


def _remind(play: Play) -> None:
    """The two returns that have not come: each reminded three times."""
    notes = ("Due today.", "Second reminder.", "Third reminder; raised with the panel’s chair.")
    for day, note in zip((30, 38, 51), notes, strict=True):
        with play.on(date(2026, 10, 1) + timedelta(days=day - 1)):
            for _case, _code, cell, return_ in play.cells():
                if cell.own == NOT_RETURNED:
                    returns.remind(return_=return_, note=note, by=play.coordinator)


def _next_theme(play: Play) -> None:
    """Audit C: three candidate themes; two QPPA members have given a view, one has not."""
    play.open()
    views = {
        "qppa": "Advocacy: the dataset could not be plainer, and the inspectors will ask.",
        "qppa2": "Home education worries my service most. The re-audit can wait for February.",
    }
    play.give_views(views, date(2026, 11, 17))
