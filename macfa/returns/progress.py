"""How far an audit's returns are: the grid of cases and agencies, and its counts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from macfa.returns.lifecycle import OUTSTANDING, ReturnState
from macfa.returns.models import AgencyReturn

if TYPE_CHECKING:
    from collections.abc import Iterable

    from macfa.audits.models import Audit
    from macfa.people.models import Agency
    from macfa.sampling.models import Case

#: The colour of each state, and its word in a narrow cell.
COLOURS = {
    ReturnState.ISSUED: "yellow",
    ReturnState.DRAFTING: "blue",
    ReturnState.WITH_LEAD: "purple",
    ReturnState.SUBMITTED: "green",
    ReturnState.NIL: "grey",
    ReturnState.NOT_RETURNED: "red",
    ReturnState.WITHDRAWN: "grey",
}
ANSWERED = (ReturnState.SUBMITTED, ReturnState.NIL, ReturnState.WITHDRAWN)
SHORT = {
    ReturnState.ISSUED: "Waiting",
    ReturnState.DRAFTING: "Being audited",
    ReturnState.WITH_LEAD: "For sign-off",
    ReturnState.SUBMITTED: "Submitted",
    ReturnState.NIL: "Nil",
    ReturnState.NOT_RETURNED: "Not returned",
    ReturnState.WITHDRAWN: "Withdrawn",
}


@dataclass(frozen=True)
class Cell:
    """One return in the grid."""

    return_: AgencyReturn

    @property
    def word(self) -> str:
        """Its state in a word or two."""
        return SHORT[ReturnState(self.return_.state)]

    @property
    def colour(self) -> str:
        """The colour of its state; none for an answer that is in, which asks for nothing."""
        return "" if self.return_.state in ANSWERED else COLOURS[ReturnState(self.return_.state)]

    @property
    def is_overdue(self) -> bool:
        """Whether it is outstanding after its due date."""
        return self.return_.is_overdue


@dataclass(frozen=True)
class Row:
    """One case in the grid, with the returns of each agency in the order of the columns."""

    case: Case
    cells: list[list[Cell]]


@dataclass(frozen=True)
class Grid:
    """Cases beside agencies."""

    agencies: list[Agency]
    rows: list[Row]
    returns: list[AgencyReturn]


def grid(audit: Audit) -> Grid:
    """The returns of an audit. Costs three statements, however many there are."""
    agencies = list(audit.agencies.all())
    returns = list(audit.returns.select_related("setting"))
    placed: dict[tuple[int, int], list[Cell]] = {}
    for return_ in returns:
        placed.setdefault((return_.case_id, return_.agency_id), []).append(Cell(return_))
    rows = [
        Row(case, [placed.get((case.pk, agency.pk), []) for agency in agencies])
        for case in audit.cases.select_related("replaced_by").order_by("number")
    ]
    return Grid(agencies, rows, returns)


@dataclass(frozen=True)
class Figure:
    """A count with what it is counted from (R36)."""

    figure: str
    label: str
    hint: str


def figures(returns: Iterable[AgencyReturn]) -> list[Figure]:
    """The states counted. Nil returns leave the denominator and are shown apart (R10)."""
    states = Counter(ReturnState(return_.state) for return_ in returns)
    states.pop(ReturnState.WITHDRAWN, None)
    asked, nil = states.total(), states[ReturnState.NIL]
    outstanding = sum(states[state] for state in OUTSTANDING)
    owed = f"of {asked - nil} due"
    return [
        Figure(str(states[ReturnState.SUBMITTED]), "Submitted", owed),
        Figure(str(outstanding), "Outstanding", owed),
        Figure(str(states[ReturnState.NOT_RETURNED]), "Not returned", owed),
        Figure(str(nil), "Nil returns", f"of {asked} asked for"),
    ]
