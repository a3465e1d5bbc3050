"""What a benchmark says: figures beside a peer or a floor, as a Markdown table and as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

HEADER = ("", "Database", "What", "Value", "Beside", "", "Ratio", "Goal", "Met")


@dataclass(frozen=True)
class Goal:
    """A limit of a figure: of its value, or of its ratio to what stands beside it."""

    limit: float
    at_least: bool = False
    of_ratio: bool = True

    def __str__(self) -> str:
        bound = "at least" if self.at_least else "at most"
        return f"{bound} {self.limit:g}{' x' if self.of_ratio else ''}"

    def is_met(self, value: float, ratio: float | None) -> bool:
        """Whether a figure keeps the limit."""
        measured = ratio if self.of_ratio else value
        assert measured is not None, "a goal for a ratio needs something beside the figure"
        return measured >= self.limit if self.at_least else measured <= self.limit


@dataclass(frozen=True)
class Figure:
    """One figure of the table. `ratio` is that of value to `beside_value` unless turned round."""

    name: str
    database: str
    what: str
    value: float
    unit: str
    beside: str = ""
    beside_value: float | None = None
    ratio: float | None = None
    goal: str = ""
    met: bool | None = None


def figure(
    name: str,
    database: str,
    what: str,
    value: float,
    unit: str,
    *,
    beside: str = "",
    beside_value: float | None = None,
    times_faster: bool = False,
    goal: Goal | None = None,
) -> Figure:
    """A figure with its ratio, and whether it keeps its goal.

    `times_faster` turns the ratio round: how often the value goes into what stands beside it.
    """
    ratio = None
    if beside_value is not None:
        ratio = beside_value / value if times_faster else value / beside_value
    met = goal.is_met(value, ratio) if goal else None
    shown = str(goal) if goal else ""
    return Figure(name, database, what, value, unit, beside, beside_value, ratio, shown, met)


def as_json(figures: Iterable[Figure]) -> str:
    """The figures as `bench.json` keeps them."""
    return json.dumps([asdict(each) for each in figures], indent=2, ensure_ascii=False) + "\n"


def as_markdown(figures: Sequence[Figure], versions: Mapping[str, str]) -> str:
    """The table people read, with the versions it holds for and how many goals are met."""
    goals = [each.met for each in figures if each.met is not None]
    lines = [_line(HEADER), _line("-" * 3 for _ in HEADER), *map(_row, figures)]
    said = ", ".join(f"{name} {version}" for name, version in versions.items())
    return "\n".join([*lines, "", f"{sum(goals)} of {len(goals)} goals are met.", said, ""])


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _row(this: Figure) -> str:
    ratio = "" if this.ratio is None else f"{this.ratio:.2f} x"
    met = {True: "yes", False: "**no**", None: ""}[this.met]
    value, beside = _amount(this.value, this.unit), _amount(this.beside_value, this.unit)
    return _line(
        (this.name, this.database, this.what, value, this.beside, beside, ratio, this.goal, met)
    )


def _amount(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    return f"{value:,.{0 if value == int(value) or value >= 1000 else 2}f} {unit}"
