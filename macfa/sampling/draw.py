"""The draw: which cases of the pool are audited, chosen so that anyone can repeat it (R6).

The method is called ``sha256-order/1`` and never changes; a better one gets another name.
Within a stratum the rows stand in ascending order of the SHA-256 of ``seed:stratum:row id``
(as hexadecimal digits, of the UTF-8 text). The first are chosen, the next are its reserves.

Everything happens in one order:

1. rows excluded by a condition leave the pool;
2. rows picked on purpose are taken, each with its reason;
3. each stratum takes its number, in the order the strata were asked for;
4. the random part takes its number from all rows not yet taken, as a stratum named ``random``;
5. reserves are shared evenly among the strata and the random part, in the same order, and those
   named first get one more where the number does not divide.

A row is taken once: a later step passes over it. So a stratum that shares no row with an earlier
one keeps the rows it has when it is asked for more.
"""

import re
import shlex
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import islice
from typing import Literal, Protocol

from workflows.errors import Refused

METHOD = "sha256-order/1"
RANDOM = "random"
PURPOSIVE = "purposive"
LONGEST_SEED = 100
LONGEST_STRATUM = 120

_SIZE = re.compile("[0-9]{1,6}")

Kind = Literal["random", "stratified", "purposive", "mixed"]


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
            f"Stratum {self.stratum} has {_rows(self.available)} to draw from "
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


class Candidate(Protocol):
    """A row of the pool, as far as the draw may know it: never who the child is."""

    @property
    def row_id(self) -> str: ...
    @property
    def characteristics(self) -> Mapping[str, str]: ...


@dataclass(frozen=True, slots=True)
class Condition:
    """Rows in which a column holds exactly this value."""

    column: str
    value: str

    def __str__(self) -> str:
        return f"{self.column}={self.value}"

    def holds(self, row: Candidate) -> bool:
        return row.characteristics.get(self.column) == self.value


@dataclass(frozen=True, slots=True)
class Quota:
    """How many cases to choose from the rows in which a column holds a value."""

    column: str
    value: str
    size: int

    @property
    def condition(self) -> Condition:
        return Condition(self.column, self.value)


@dataclass(frozen=True, slots=True)
class PurposivePick:
    """A row chosen by a person and not by chance, with the reason."""

    row_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked of a draw. The same plan on the same pool always gives the same draw."""

    seed: str
    quotas: tuple[Quota, ...] = ()
    random: int = 0
    reserves: int = 0
    exclude_if: tuple[Condition, ...] = ()
    purposive: tuple[PurposivePick, ...] = ()

    @property
    def kind(self) -> Kind:
        """Random, stratified or purposive, or mixed where it is more than one of them."""
        kinds: list[Kind] = []
        if self.quotas:
            kinds.append("stratified")
        if self.random:
            kinds.append("random")
        if self.purposive:
            kinds.append("purposive")
        return kinds[0] if len(kinds) == 1 else "mixed"


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
class Stratum:
    """What one stratum was asked for and had.

    ``population`` counts the rows it could choose from when its turn came.
    """

    name: str
    condition: Condition | None
    size: int
    reserves: int = 0
    population: int = 0

    def holds(self, row: Candidate) -> bool:
        return self.condition is None or self.condition.holds(row)


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
        return "\n".join(_note(self))


def parse_strata(text: str) -> tuple[Quota, ...]:
    """Read ``status=EH:2,status=CP:2`` into quotas; a value may hold a colon but no comma."""
    return tuple(_parse_quota(part.strip()) for part in text.split(","))


def _parse_quota(part: str) -> Quota:
    column, _, rest = part.partition("=")
    value, _, size = rest.rpartition(":")
    if not (column.strip() and value.strip() and _SIZE.fullmatch(size.strip())):
        raise CannotDraw(
            f"“{part}” is not a stratum. Write COLUMN=VALUE:NUMBER, such as status=EH:2, "
            "with a comma between strata."
        )
    return Quota(column.strip(), value.strip(), int(size))


def parse_condition(text: str) -> Condition:
    """Read ``status=Closed`` into the condition by which rows are excluded."""
    column, _, value = (part.strip() for part in text.partition("="))
    if not column or not value:
        raise CannotDraw(f"“{text}” is not a condition. Write COLUMN=VALUE, such as status=EH.")
    return Condition(column, value)


def strata_of(plan: Plan) -> tuple[Stratum, ...]:
    """The strata of a plan by name, in the order of the draw, with their share of reserves.

    A stratum is named by its value where all quotas are on one column (``EH``), and by column
    and value where they are on several (``status=EH``). The name is part of what is hashed.
    """
    one_column = len({quota.column for quota in plan.quotas}) == 1
    strata = [
        Stratum(q.value if one_column else str(q.condition), q.condition, q.size)
        for q in plan.quotas
    ]
    if plan.random:
        strata.append(Stratum(RANDOM, None, plan.random))
    each, over = divmod(plan.reserves, len(strata) or 1)
    return tuple(replace(s, reserves=each + (n < over)) for n, s in enumerate(strata))


def hash_of(seed: str, stratum: str, row_id: str) -> str:
    """The number that decides a row's place in its stratum, in hexadecimal digits."""
    return sha256(f"{seed}:{stratum}:{row_id}".encode()).hexdigest()


def draw(rows: Iterable[Candidate], plan: Plan) -> Drawn:
    """Choose rows and reserves as the plan asks, or say in words why that cannot be done."""
    _check_plan(plan)
    pool = _by_id(rows)
    _check_columns(pool, plan)
    eligible = {
        row_id: row
        for row_id, row in pool.items()
        if not any(condition.holds(row) for condition in plan.exclude_if)
    }
    picked = _picked(pool, eligible, plan)
    drawing = _Drawing(plan.seed, eligible, {pick.row_id for pick in picked})
    turns = [drawing.choose(stratum) for stratum in strata_of(plan)]
    _check_sizes([turn.stratum for turn in turns])
    return Drawn(
        plan=plan,
        population=len(pool),
        excluded=len(pool) - len(eligible),
        strata=tuple(turn.stratum for turn in turns),
        chosen=picked + tuple(pick for turn in turns for pick in turn.chosen),
        reserves=tuple(pick for turn in turns for pick in drawing.reserve(turn)),
    )


@dataclass(frozen=True, slots=True)
class _Turn:
    """One stratum after its turn: its rows in order, and those it chose."""

    stratum: Stratum
    order: tuple[str, ...]
    chosen: tuple[Pick, ...]


@dataclass(slots=True)
class _Drawing:
    """A draw under way: the rows that may be drawn, and those taken so far."""

    seed: str
    eligible: Mapping[str, Candidate]
    taken: set[str]

    def choose(self, stratum: Stratum) -> _Turn:
        order = self._order(stratum)
        chosen = self._take(stratum, order, stratum.size)
        return _Turn(replace(stratum, population=len(order)), order, chosen)

    def reserve(self, turn: _Turn) -> tuple[Pick, ...]:
        return self._take(turn.stratum, turn.order, turn.stratum.reserves)

    def _order(self, stratum: Stratum) -> tuple[str, ...]:
        free = (
            row_id
            for row_id, row in self.eligible.items()
            if row_id not in self.taken and stratum.holds(row)
        )
        return tuple(sorted(free, key=lambda row_id: hash_of(self.seed, stratum.name, row_id)))

    def _take(self, stratum: Stratum, order: Iterable[str], size: int) -> tuple[Pick, ...]:
        free = islice((row_id for row_id in order if row_id not in self.taken), size)
        picks = tuple(Pick(row_id, stratum.name, place) for place, row_id in enumerate(free, 1))
        self.taken.update(pick.row_id for pick in picks)
        return picks


def _by_id(rows: Iterable[Candidate]) -> dict[str, Candidate]:
    """The pool by row id, which must be there once."""
    pool: dict[str, Candidate] = {}
    for row in rows:
        if row.row_id in pool:
            raise CannotDraw(f"Row id {row.row_id} is in the pool more than once.")
        pool[row.row_id] = row
    if not pool:
        raise CannotDraw("The pool has no rows to draw from.")
    return pool


def _check_plan(plan: Plan) -> None:
    """Refuse what no pool could satisfy."""
    if not plan.seed.strip() or not plan.seed.isprintable() or len(plan.seed) > LONGEST_SEED:
        raise CannotDraw(f"Give a seed: any text on one line, up to {LONGEST_SEED} characters.")
    if not (plan.quotas or plan.random or plan.purposive):
        raise CannotDraw("Ask for at least one case: by stratum, at random or picked on purpose.")
    if min(plan.random, plan.reserves) < 0 or any(quota.size < 1 for quota in plan.quotas):
        raise CannotDraw("Ask each stratum for 1 case or more, and for no negative numbers.")
    _check_names([stratum.name for stratum in strata_of(plan) if stratum.condition])
    _check_picks(plan.purposive)


def _check_names(names: Sequence[str]) -> None:
    for name, times in Counter(names).items():
        if times > 1:
            raise CannotDraw(f"Stratum {name} is asked for more than once. Ask for it once.")
        if name in {RANDOM, PURPOSIVE}:
            raise CannotDraw(f"A stratum cannot be called {name}: that word has a meaning here.")
        if len(name) > LONGEST_STRATUM:
            raise CannotDraw(f"A stratum has a name of up to {LONGEST_STRATUM} characters.")


def _check_picks(picks: Sequence[PurposivePick]) -> None:
    for row_id, times in Counter(pick.row_id for pick in picks).items():
        if times > 1:
            raise CannotDraw(f"Row {row_id} is picked more than once. Pick it once.")
    for pick in picks:
        if not pick.reason.strip():
            raise CannotDraw(f"Say why row {pick.row_id} is picked on purpose.")


def _check_columns(pool: Mapping[str, Candidate], plan: Plan) -> None:
    """A misspelt column would exclude nobody, or find nobody, without a word."""
    known = {column for row in pool.values() for column in row.characteristics}
    asked = [quota.column for quota in plan.quotas]
    for column in asked + [condition.column for condition in plan.exclude_if]:
        if column not in known:
            columns = ", ".join(sorted(known)) or "none"
            raise CannotDraw(f"The pool has no column “{column}”. Its columns are: {columns}.")


def _picked(pool: Collection[str], eligible: Collection[str], plan: Plan) -> tuple[Pick, ...]:
    """The rows picked on purpose, in the order given."""
    for pick in plan.purposive:
        if pick.row_id not in pool:
            raise CannotDraw(f"Row {pick.row_id} is picked on purpose but is not in the pool.")
        if pick.row_id not in eligible:
            raise CannotDraw(f"Row {pick.row_id} is picked on purpose but is also excluded.")
    picks = enumerate(plan.purposive, 1)
    return tuple(Pick(p.row_id, PURPOSIVE, place, p.reason.strip()) for place, p in picks)


def _check_sizes(strata: Iterable[Stratum]) -> None:
    short = [Shortage(s.name, s.size, s.population) for s in strata if s.population < s.size]
    if short:
        raise TooFew(short)


def _note(drawn: Drawn) -> Iterator[str]:
    plan = drawn.plan
    yield f"Drawn by {drawn.method} with the seed {plan.seed}."
    yield f"The pool has {_rows(drawn.population)}. {_exclusions(drawn)}"
    if plan.purposive:
        yield f"{_rows(len(plan.purposive))} picked on purpose, each with its reason."
    yield from (_stratum_note(drawn, stratum) for stratum in drawn.strata)
    drawn_rows = [pick for pick in drawn.chosen if not pick.purposive]
    if drawn_rows:
        yield _how_to_repeat(plan.seed, drawn_rows[0])


def _exclusions(drawn: Drawn) -> str:
    if not drawn.plan.exclude_if:
        return "None was excluded."
    why = " or ".join(str(condition) for condition in drawn.plan.exclude_if)
    return f"{_rows(drawn.excluded)} excluded because of {why}."


def _stratum_note(drawn: Drawn, stratum: Stratum) -> str:
    which = f"with {stratum.condition}" if stratum.condition else "of any kind"
    reserves = sum(pick.stratum == stratum.name for pick in drawn.reserves)
    short = f" ({stratum.reserves} asked for, no more were left)"
    return (
        f"Stratum {stratum.name}: {_rows(stratum.population)} {which} not taken before, "
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


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"
