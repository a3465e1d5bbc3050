"""A whole audit made up from a seed and played to its end, for `manage.py simulate`."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from macfa.rehearsal import ending, panel
from macfa.rehearsal.fernhollow import AGENCIES, AgencyPeople, assemble, long_ago
from macfa.rehearsal.play import Play
from macfa.rehearsal.script import (
    NIL,
    ActionScript,
    AuditScript,
    CaseScript,
    Cell,
    Dates,
    FindingScript,
    ThemeScript,
)
from workflows import clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from macfa.rehearsal.fernhollow import Troupe

STRATA = ("EH", "CIN", "CP")
GRADES = ("O", "G", "RI", "I")
#: How often agencies have nothing to audit, and how often the panel lowers a grade.
NIL_SHARE, LOWERED = 0.3, 0.15


@dataclass(frozen=True)
class Size:
    """How large an audit to play."""

    cases: int
    agencies: int
    seed: int


def troupe_of(size: Size, code: str) -> Troupe:
    """A partnership with as many agencies as asked for."""
    known = AGENCIES[: size.agencies]
    more = tuple(
        AgencyPeople(f"AG{n}", f"Agency {n}", f"Lead {n}", (f"Auditor {n}",), f"Owner {n}")
        for n in range(1, size.agencies - len(known) + 1)
    )
    with long_ago():
        return assemble(code, f"{code.title()} Safeguarding Children Partnership", known + more)


def steps(size: Size) -> int:
    """How many steps a progress bar has."""
    return 1 + size.cases * size.agencies + size.cases + 2


def play(
    size: Size, troupe: Troupe, prefix: str, *, step: Callable[[], None] = lambda: None
) -> Play:
    """Play an audit from theme to last closed action, by all roles, through the services."""
    script = make_up(size, tuple(troupe.agencies)[: size.agencies], prefix)
    playing = Play(script, troupe, step=step)
    playing.open()
    playing.agree_scope()
    playing.sample()
    playing.issue()
    playing.return_all()
    panel.convene(playing)
    panel.moderate(playing)
    panel.conclude(playing)
    found = ending.record_findings(playing)
    actions = ending.open_actions(playing, found)
    ending.sign_off_report(playing)
    ending.publish(playing)
    ending.complete_all(playing, actions)
    return playing


def make_up(size: Size, agencies: tuple[str, ...], prefix: str) -> AuditScript:
    """The script of an audit of this size, the same for the same seed."""
    chance = random.Random(size.seed)  # noqa: S311 - an invented story, no secret
    strata = _strata(size.cases)
    cases = _cases(chance, strata, agencies)
    opened = clock.today() - timedelta(weeks=52)
    return AuditScript(
        prefix=prefix,
        title="A simulated audit",
        period="Simulated",
        question="Does every step work?",
        themes=(ThemeScript("A simulated theme", ("data",), "Made up from a seed."),),
        chosen_because="It is the only one.",
        enquiry=("Is history used?", "Is the child heard?"),
        criteria="Any case of the invented pool.",
        looks_back=(opened - timedelta(days=365), opened),
        agencies=agencies,
        population=max(30, size.cases * 4),
        strata=strata,
        reserves=len(strata),
        cases=cases,
        dates=_dates(opened),
        findings=(
            FindingScript("good_practice", "Somebody held the history", (1,)),
            FindingScript("learning", "Each episode was read alone", (1,)),
            FindingScript("system", "No one place for a shared chronology", (1,)),
        ),
        actions=(_action(agencies[0], opened), _action(agencies[-1], opened)),
        summary="A simulated audit, played through the same acts as the pages.",
        limits="Nothing in it is real.",
        seed=str(size.seed),
    )


def _strata(cases: int) -> tuple[tuple[str, int], ...]:
    share, rest = divmod(cases, len(STRATA))
    sizes = [share + (number < rest) for number in range(len(STRATA))]
    return tuple((name, size) for name, size in zip(STRATA, sizes, strict=True) if size)


def _cases(
    chance: random.Random, strata: tuple[tuple[str, int], ...], agencies: tuple[str, ...]
) -> tuple[CaseScript, ...]:
    names = [name for name, size in strata for _ in range(size)]
    return tuple(
        CaseScript(
            number=number,
            stratum=stratum,
            sex=chance.choice("FM"),
            age=chance.choice(("5–7", "8–10")),
            profile="An invented case.",
            cells={code: _cell(chance) for code in agencies},
            grade=chance.choice(GRADES[1:]),
            domains=tuple(chance.choice(GRADES) for _ in range(8)),
        )
        for number, stratum in enumerate(names, 1)
    )


def _cell(chance: random.Random) -> Cell:
    if chance.random() < NIL_SHARE:
        return Cell(NIL, NIL)
    place = chance.choices(range(len(GRADES)), weights=(1, 8, 6, 1))[0]
    lowered = min(place + (chance.random() < LOWERED), len(GRADES) - 1)
    return Cell(GRADES[place], GRADES[lowered])


def _dates(opened: date) -> Dates:
    weeks = (0, 2, 3, 4, 7, 7, 8, 10, 13, 15)
    return Dates(*(opened + timedelta(weeks=week) for week in weeks))


def _action(agency: str, opened: date) -> ActionScript:
    return ActionScript(
        "One shared chronology",
        (1,),
        agency,
        True,
        opened + timedelta(weeks=40),
        "18 of 20 sampled records are current",
    )
