"""What came of a draw, and the note with which anyone can repeat it."""

import shlex
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from hashlib import sha256

from macfa.sampling.draw.plan import PURPOSIVE, Plan, Stratum
from macfa.sampling.draw.refusals import rows_in_words

METHOD = "sha256-order/1"


def hash_of(seed: str, stratum: str, row_id: str) -> str:
    """The number that decides a row's place in its stratum, in hexadecimal digits."""
    return sha256(f"{seed}:{stratum}:{row_id}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Pick:
    """One row of the result: its stratum, its place there from 1, and why if on purpose."""

    row_id: str
    stratum: str
    place: int
    reason: str = ""

    @property
    def purposive(self) -> bool:
        return self.stratum == PURPOSIVE


@dataclass(frozen=True, slots=True)
class Drawn:
    """The result: chosen rows and reserves in order, and all that is needed to repeat it."""

    plan: Plan
    population: int
    excluded: int
    strata: tuple[Stratum, ...]
    chosen: tuple[Pick, ...]
    reserves: tuple[Pick, ...]
    method: str = field(default=METHOD, init=False)

    def next_reserve(self, stratum: str, used: Collection[str]) -> Pick | None:
        """The row that replaces a dropped case of this stratum (R9); none when all are used.

        ``used`` holds the row ids of reserves already taken. A purposive case has no reserve:
        whoever picked it picks another.
        """
        of_stratum = (pick for pick in self.reserves if pick.stratum == stratum)
        return next((pick for pick in of_stratum if pick.row_id not in used), None)

    def note(self) -> str:
        """How the rows were chosen, in words with which anyone can repeat it."""
        return "\n".join(_note_of(self))


def _note_of(drawn: Drawn) -> Iterator[str]:
    plan = drawn.plan
    yield f"Drawn by {drawn.method} with the seed {plan.seed}."
    yield f"The pool has {rows_in_words(drawn.population)}. {_exclusions(drawn)}"
    if plan.purposive:
        yield f"{rows_in_words(len(plan.purposive))} picked on purpose, each with its reason."
    yield from (_stratum_note(drawn, stratum) for stratum in drawn.strata)
    drawn_rows = [pick for pick in drawn.chosen if not pick.purposive]
    if drawn_rows:
        yield _how_to_repeat(plan.seed, drawn_rows[0])


def _exclusions(drawn: Drawn) -> str:
    if not drawn.plan.exclude_if:
        return "None was excluded."
    why = " or ".join(str(condition) for condition in drawn.plan.exclude_if)
    return f"{rows_in_words(drawn.excluded)} excluded because of {why}."


def _stratum_note(drawn: Drawn, stratum: Stratum) -> str:
    which = f"with {stratum.condition}" if stratum.condition else "of any kind"
    reserves = sum(pick.stratum == stratum.name for pick in drawn.reserves)
    short = f" ({stratum.reserves} asked for, no more were left)"
    return (
        f"Stratum {stratum.name}: {rows_in_words(stratum.population)} {which} not taken before, "
        f"{stratum.size} chosen, {reserves} in reserve"
        f"{short if reserves < stratum.reserves else ''}."
    )


def _how_to_repeat(seed: str, first: Pick) -> str:
    example = f"{seed}:{first.stratum}:{first.row_id}"
    return (
        "To repeat it, take the strata in this order. For each of their rows write the seed, the "
        "stratum and the row id with colons between, and take the SHA-256. Sort the rows by it, "
        "lowest first: the first are chosen. When every stratum has chosen, the next rows that "
        "nobody took are its reserves, again in this order. For example "
        f"printf %s {shlex.quote(example)} | sha256sum gives "
        f"{hash_of(seed, first.stratum, first.row_id)}."
    )
