"""What is played: the script of an audit, with what each agency and the panel will say."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

NIL, NOT_RETURNED = "–", "NR"


@dataclass(frozen=True)
class Cell:
    """What one agency returns on one case, and what the panel makes of it."""

    own: str
    panel: str

    @classmethod
    def read(cls, text: str) -> Cell:
        """Read `G`, `G→RI`, `–` (nil) or `NR` (not returned)."""
        own, _, panel = text.strip().partition("→")
        return cls(own, panel or own)

    @property
    def is_graded(self) -> bool:
        """Whether the agency audits its work and grades it."""
        return self.own not in {NIL, NOT_RETURNED}


@dataclass(frozen=True)
class CaseScript:
    """One case: its stratum and bands, what each agency returns, and the panel's grades."""

    number: int
    stratum: str
    sex: str
    age: str
    profile: str
    cells: dict[str, Cell]
    grade: str
    domains: tuple[str, ...]


@dataclass(frozen=True)
class FindingScript:
    """A finding, the cases it rests on, and where it was found before."""

    kind: str
    title: str
    cases: tuple[int, ...]
    repeats: str = ""
    text: str = ""


@dataclass(frozen=True)
class ActionScript:
    """An action, the finding it comes from (by its number), and how it went."""

    title: str
    findings: tuple[int, ...]
    agency: str
    multi: bool
    due: date
    measure: str
    outcome: str = "on_track"
    update: str = ""


@dataclass(frozen=True)
class ThemeScript:
    """A candidate theme, with its sources and the evidence for it."""

    title: str
    sources: tuple[str, ...]
    evidence: str


@dataclass(frozen=True)
class Dates:
    """The days on which an audit's stages happened."""

    opened: date
    scoped: date
    drawn: date
    issued: date
    due: date
    returned: date
    convened: date
    panel: date
    report: date
    signed_off: date


@dataclass(frozen=True)
class AuditScript:
    """A whole audit."""

    prefix: str
    title: str
    period: str
    question: str
    themes: tuple[ThemeScript, ...]
    chosen_because: str
    enquiry: tuple[str, ...]
    criteria: str
    looks_back: tuple[date, date]
    agencies: tuple[str, ...]
    population: int
    strata: tuple[tuple[str, int], ...]
    reserves: int
    cases: tuple[CaseScript, ...]
    dates: Dates
    findings: tuple[FindingScript, ...] = ()
    actions: tuple[ActionScript, ...] = ()
    summary: str = ""
    limits: str = ""
    seed: str = "fernhollow"
    not_told: frozenset[tuple[int, str]] = field(default_factory=frozenset)
    nil_kinds: dict[tuple[int, str], str] = field(default_factory=dict)


def read_cases(grid: str, agencies: tuple[str, ...], domains: str) -> tuple[CaseScript, ...]:
    """Read a grid of cases as the demo's pages print it, one case a line, bars between columns:
    number, stratum, sex, age, profile, a cell for each agency, and the case grade. `domains` has
    the panel's domain grades, one case a line."""
    graded = [tuple(line.split()) for line in domains.strip().splitlines()]
    cases = []
    for line, row in zip(grid.strip().splitlines(), graded, strict=True):
        number, stratum, sex, age, profile, *cells, grade = (p.strip() for p in line.split("|"))
        said = dict(zip(agencies, map(Cell.read, cells), strict=True))
        cases.append(CaseScript(int(number), stratum, sex, age, profile, said, grade, row))
    return tuple(cases)
