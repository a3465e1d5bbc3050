"""What a pool holds, and whether a sample looks like it (R11)."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

#: More values than this are shown as "Other values".
VALUES_SHOWN = 12
OTHER = "Other values"
UNKNOWN = "Not recorded"
#: What a sample should not miss without somebody noticing: this part of the pool, in percent.
WORTH_A_WORD = 10

_NUMBERS = re.compile("([0-9]+)")

Counts = dict[str, Counter[str]]


@dataclass(frozen=True)
class Share:
    """One value of a characteristic: how many children of the pool and of the sample have it."""

    value: str
    in_pool: int
    pool: int
    in_sample: int
    sample: int

    @property
    def pool_percent(self) -> int:
        """Of the pool, in whole percent."""
        return _percent(self.in_pool, self.pool)

    @property
    def sample_percent(self) -> int:
        """Of the sample, in whole percent."""
        return _percent(self.in_sample, self.sample)

    @property
    def missed(self) -> bool:
        """Whether a good part of the pool is like this and nobody in the sample."""
        return not self.in_sample and self.pool_percent >= WORTH_A_WORD


@dataclass(frozen=True)
class Balance:
    """How the sample stands beside the pool in one characteristic."""

    characteristic: str
    shares: tuple[Share, ...]


def _percent(part: int, whole: int) -> int:
    return round(100 * part / whole) if whole else 0


def count(rows: Iterable[Mapping[str, str]], characteristics: Sequence[str]) -> Counts:
    """How many rows hold each value, for each characteristic."""
    counts: Counts = {column: Counter() for column in characteristics}
    for row in rows:
        for column in characteristics:
            counts[column][row.get(column, "")] += 1
    return counts


def balances(
    rows: Mapping[str, Mapping[str, str]], sample: Collection[str], characteristics: Sequence[str]
) -> list[Balance]:
    """The sample beside the pool. `rows` are the pool's characteristics by row id."""
    pool = count(rows.values(), characteristics)
    chosen = count((rows[row_id] for row_id in sample if row_id in rows), characteristics)
    sizes = len(rows), len(sample)
    return [Balance(c, tuple(_shares(pool[c], chosen[c], sizes))) for c in characteristics]


def _shares(pool: Counter[str], sample: Counter[str], sizes: tuple[int, int]) -> Iterable[Share]:
    shown = [value for value, _ in pool.most_common(VALUES_SHOWN)]
    for value in in_order(shown):
        yield Share(value or UNKNOWN, pool[value], sizes[0], sample[value], sizes[1])
    rest = [value for value in pool if value not in shown]
    if rest:
        in_pool = sum(pool[value] for value in rest)
        in_sample = sum(sample[value] for value in rest)
        yield Share(OTHER, in_pool, sizes[0], in_sample, sizes[1])


def in_order(values: Iterable[str]) -> list[str]:
    """As people count: by the number a value begins with, then by words and numbers in it."""
    return sorted(values, key=_place)


def _place(value: str) -> tuple[bool, int, list[str | int]]:
    parts = [int(part) if part.isdecimal() else part for part in _NUMBERS.split(value.lower())]
    first = parts[1] if len(parts) > 1 and not parts[0] else 0
    return (not value, int(first), parts)
