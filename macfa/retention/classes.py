"""The classes of record as documented data: what each holds, from when it is counted, and for how
long a partnership keeps it unless it chooses otherwise (R57).

There is no statutory period for multi-agency audits. The defaults are a starting point for a
partnership and its data protection officers, not advice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from macfa.retention.models import Kept, Period

if TYPE_CHECKING:
    from macfa.people.models import Partnership

YEAR = 12


@dataclass(frozen=True)
class RecordClass:
    """One class in plain words, with its period in months and the bounds of a choice."""

    kind: Kept
    holds: str
    stays: str
    counted_from: str
    default: int
    least: int
    most: int
    #: Whether the site destroys it, once it is due and two people say so.
    destroyed_here: bool = True
    #: Whether the audit has to be over; else its report has to be signed off.
    after_the_end: bool = False

    @property
    def label(self) -> str:
        """The name of the class."""
        return str(self.kind.label)


SIGNED_OFF = "the sign-off of the newest report; of a withdrawn audit, the day it was withdrawn"

CLASSES: tuple[RecordClass, ...] = (
    RecordClass(
        Kept.IDENTITY_KEY,
        holds="Who each child is: every row of the sealed identity key, of the cases and of "
        "everybody else on the list they were drawn from.",
        stays="References, and the log of who opened the key and why.",
        counted_from=SIGNED_OFF,
        default=3,
        least=0,
        most=YEAR,
    ),
    RecordClass(
        Kept.CASE_MATERIAL,
        holds="What agencies wrote in their returns, every submitted version, queries, questions "
        "and addenda, declarations of conflict, the panel’s reasons and notes, the profiles of "
        "cases, and reasons in the ledger of cases, returns and panel.",
        stays="Grades, states and dates as figures, so that the report can be checked.",
        counted_from=f"{SIGNED_OFF}; not before a re-audit of it has ended",
        default=YEAR,
        least=3,
        most=7 * YEAR,
    ),
    RecordClass(
        Kept.REPORT,
        holds="What the scope, the themes, findings, reports and actions say, copies of them in "
        "packs, the rows of the pool in bands, and all other reasons in the audit’s ledger.",
        stays="That there was an audit, its title, stages and figures, who signed off and when.",
        counted_from="the end of the audit: the last stage’s day, or the day it was withdrawn",
        default=10 * YEAR,
        least=7 * YEAR,
        most=30 * YEAR,
        after_the_end=True,
    ),
    RecordClass(
        Kept.CONCERNS,
        holds="Immediate concerns, what two people confirmed, and restricted matters.",
        stays="Everything: the site destroys none of it by itself.",
        counted_from="your own procedure, for this belongs to a child’s or an employee’s record",
        default=10 * YEAR,
        least=10 * YEAR,
        most=100 * YEAR,
        destroyed_here=False,
    ),
    RecordClass(
        Kept.LEDGER,
        holds="Who did what, and who read what.",
        stays="Everything: the ledger only grows. Free text in it goes with the class it is of.",
        counted_from="each entry",
        default=6 * YEAR,
        least=6 * YEAR,
        most=100 * YEAR,
        destroyed_here=False,
    ),
)
CLASS: dict[str, RecordClass] = {each.kind.value: each for each in CLASSES}
#: What the site destroys, in this order.
DESTROYED = tuple(each for each in CLASSES if each.destroyed_here)


def periods(partnership: Partnership | int) -> dict[str, int]:
    """For how many months a partnership keeps each class."""
    chosen = dict(Period.objects.filter(partnership=partnership).values_list("kind", "months"))
    return {each.kind.value: chosen.get(each.kind, each.default) for each in CLASSES}
