"""The demo as it is loaded: audit A in action tracking, B in agency audits, C at its theme."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from operator import itemgetter
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
from macfa.sampling.identity import open_identity
from notifications import inbox
from workflows import assignment, clock, tasks

if TYPE_CHECKING:
    from collections.abc import Callable

    from macfa.rehearsal.fernhollow import Troupe
    from macfa.rehearsal.play import Event

#: The day on which the story stands as it is written.
TOLD_ON = date(2026, 11, 22)
#: An audit played part by part: it gives the day of each part before playing it.
Story = Iterator[date]
#: What people were told is read by then.
READ_AFTER = timedelta(weeks=3)
#: Who looked up which case when it was issued.
NEGLECT_KEYS = {3: "lead.csc", 5: "lead.hv"}
DOMESTIC_ABUSE_KEYS = {5: "lead.pol"}
#: The return whose auditor was not independent.
CONFLICTED = (5, "POL")

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
    stories = [
        play_it(Play(script, troupe, shift=shift, step=step))
        for script, play_it in (
            (NEGLECT, _neglect),
            (DOMESTIC_ABUSE, _domestic_abuse),
            (NEXT_THEME, _next_theme),
        )
        if not Audit.objects.filter(partnership=troupe.partnership, prefix=script.prefix).exists()
    ]
    if stories:
        _tell_together(stories)
        _read_what_is_old(troupe)
    return troupe


def _tell_together(stories: list[Story]) -> None:
    """Play several audits as they happened beside each other, whatever came first, first: what
    people are told is numbered in that order."""
    waiting = [(next(story), number, story) for number, story in enumerate(stories)]
    heapq.heapify(waiting)
    while waiting:
        _day, number, story = heapq.heappop(waiting)
        following = next(story, None)
        if following:
            heapq.heappush(waiting, (following, number, story))


def _read_what_is_old(troupe: Troupe) -> None:
    """Everybody has read what they were told until three weeks ago."""
    for person in troupe.people.values():
        inbox.mark_read(person.pk, until=clock.now() - READ_AFTER)


def _one_by_one(events: list[Event]) -> Story:
    for day, happens in sorted(events, key=itemgetter(0)):
        yield day
        happens()


def _neglect(play: Play) -> Story:
    """Audit A: signed off, its actions running."""
    yield play.script.dates.opened
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
    _open_keys(play, NEGLECT_KEYS)
    play.return_all()
    play.record_missing()
    panel.convene(play)
    panel.moderate(play)
    panel.conclude(play)
    found = ending.record_findings(play)
    actions = ending.open_actions(play, found)
    ending.sign_off_report(play)
    ending.publish(play)
    yield from _one_by_one(ending.follow_actions(play, actions, TOLD_ON))


def _open_keys(play: Play, openings: dict[int, str]) -> None:
    """Agencies look up who a case is, to find their records (R8)."""
    with play.on(play.script.dates.issued, 14):
        for number, account in openings.items():
            open_identity(
                case=play.audit.cases.get(number=number),
                reason="To find the child in our own records.",
                by=play.troupe[account],
            )


def _domestic_abuse(play: Play) -> Story:
    """Audit B: issued, returns closing, two of them outstanding and reminded three times."""
    dates = play.script.dates
    yield dates.opened
    play.open()
    play.agree_scope()
    yield dates.drawn
    play.sample()
    yield dates.issued
    play.issue()
    _open_keys(play, DOMESTIC_ABUSE_KEYS)
    yield from _one_by_one(
        [
            *play.answers(without=CONFLICTED),
            (date(2026, 10, 12), partial(_give_education_more_time, play)),
            *_conflict(play),
            *_reminders(play),
        ]
    )


def _give_education_more_time(play: Play) -> None:
    """Half term falls into the weeks of the audit."""
    with play.on(date(2026, 10, 12)):
        for return_ in play.audit.returns.outstanding().filter(agency__code="EDU"):
            returns.extend(
                return_=return_,
                due=date(2026, 11, 6) + play.shift,
                reason="Half-term week: schools are closed.",
                by=play.coordinator,
            )


def _conflict(play: Play) -> list[Event]:
    """The police auditor attended an incident in DAC-05: the audit goes to a colleague."""
    declared, given, handed_in = date(2026, 10, 8), date(2026, 10, 9), date(2026, 10, 20)
    return [
        (declared, partial(_declare, play, declared)),
        (given, partial(_give, play, given)),
        (handed_in, partial(_hand_in, play, handed_in)),
    ]


def _declare(play: Play, day: date) -> None:
    troupe, return_ = play.troupe, _return(play, *CONFLICTED)
    with play.on(day):
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


def _give(play: Play, day: date) -> None:
    troupe = play.troupe
    with play.on(day):
        (item,) = tasks.open_items([_return(play, *CONFLICTED)])
        assignment.give(item=item, to=troupe["auditor2.pol"], by=troupe["lead.pol"])


def _hand_in(play: Play, day: date) -> None:
    number, code = CONFLICTED
    case = next(case for case in play.script.cases if case.number == number)
    with play.on(day):
        return_ = _return(play, number, code)
        play.write_and_submit(case, code, return_, play.troupe["auditor2.pol"])


def _return(play: Play, number: int, code: str) -> AgencyReturn:
    rows = play.audit.returns.select_related("case__audit", "agency__partnership")
    return rows.get(case__number=number, agency__code=code)


def _reminders(play: Play) -> list[Event]:
    """The two returns that have not come: each reminded three times."""
    notes = {
        date(2026, 10, 30): "Due today.",
        date(2026, 11, 7): "Second reminder.",
        date(2026, 11, 20): "Third reminder; raised with the panel’s chair.",
    }
    return [(day, partial(_remind, play, day, note)) for day, note in notes.items()]


def _remind(play: Play, day: date, note: str) -> None:
    with play.on(day):
        for _case, _code, cell, return_ in play.cells():
            if cell.own == NOT_RETURNED:
                returns.remind(return_=return_, note=note, by=play.coordinator)


def _next_theme(play: Play) -> Story:
    """Audit C: three candidate themes; two QPPA members have given a view, one has not."""
    yield play.script.dates.opened
    play.open()
    yield date(2026, 11, 17)
    views = {
        "qppa": "Advocacy: the dataset could not be plainer, and the inspectors will ask.",
        "qppa2": "Home education worries my service most. The re-audit can wait for February.",
    }
    play.give_views(views, date(2026, 11, 17))
