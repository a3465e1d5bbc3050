"""Why a draw as asked for cannot be made, in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from workflows.errors import Refused


class CannotDraw(Refused):
    """The draw as asked for cannot be made; the sentence says what to change."""


@dataclass(frozen=True, slots=True)
class Shortage:
    """A stratum that has fewer rows than it was asked for."""

    stratum: str
    asked: int
    available: int

    def __str__(self) -> str:
        were = "was" if self.asked == 1 else "were"
        return (
            f"Stratum {self.stratum} has {rows_in_words(self.available)} to draw from "
            f"and {self.asked} {were} asked for."
        )


class TooFew(CannotDraw):
    """One stratum or more is smaller than asked; ``shortages`` names every one."""

    def __init__(self, shortages: Sequence[Shortage]) -> None:
        super().__init__(" ".join(str(shortage) for shortage in shortages))
        self.shortages = tuple(shortages)
        self.stratum = shortages[0].stratum
        self.asked = shortages[0].asked
        self.available = shortages[0].available


def rows_in_words(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"
