"""The draw of the page from the command line: the same result, and nothing stored (R6)."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from macfa.sampling.draw import Condition, Drawn, Plan, draw, parse_condition, parse_strata
from macfa.sampling.pool_file import (
    PoolFaults,
    PoolFile,
    PoolLayout,
    read_header,
    read_pool,
    suggest_layout,
)
from workflows.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from django.core.management.base import CommandParser

    from macfa.sampling.draw import Pick


class Command(BaseCommand):
    """Draw a sample from a pool file without storing it."""

    help = (
        "Draw cases and reserves from a CSV or XLSX pool, exactly as the page does, and store "
        "nothing. The column that looks like a row id names the rows, else the first column."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """What to draw from, how many, and with which seed."""
        parser.add_argument("pool", type=Path, metavar="POOL.csv")
        parser.add_argument("--strata", default="", metavar="COLUMN=VALUE:N,...")
        parser.add_argument("--random", type=int, default=0, metavar="N")
        parser.add_argument("--reserves", type=int, default=0, metavar="N")
        parser.add_argument("--seed", required=True)
        parser.add_argument(
            "--exclude-if", action="append", default=[], metavar="COLUMN=VALUE", help="repeatable"
        )
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *_args: str, **options: Any) -> None:
        """Draw and print, or say what is wrong and leave with 1."""
        try:
            plan = _plan(options)
            drawn = draw(_rows(options["pool"], plan), plan)
        except PoolFaults as refused:
            raise CommandError("\n".join(map(str, refused.faults))) from None
        except Refused as refused:
            raise CommandError(refused.sentence) from None
        self.stdout.write(_as_json(drawn) if options["json"] else "\n".join(_as_text(drawn)))


def _plan(options: dict[str, Any]) -> Plan:
    return Plan(
        seed=options["seed"],
        quotas=parse_strata(options["strata"]) if options["strata"] else (),
        random=options["random"],
        reserves=options["reserves"],
        exclude_if=tuple(map(parse_condition, options["exclude_if"])),
    )


def _rows(path: Path, plan: Plan) -> Iterable[Any]:
    try:
        file = PoolFile(path.name, path.read_bytes())
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from None
    asked = [quota.condition for quota in plan.quotas] + list(plan.exclude_if)
    return read_pool(file, _layout(read_header(file).columns, asked)).rows


def _layout(columns: Sequence[str], asked: Iterable[Condition]) -> PoolLayout:
    """The guess of the page, with the columns that the draw asks about among those it reads."""
    guess = suggest_layout(columns)
    row_id = guess.row_id_column or columns[0]
    wanted = {condition.column for condition in asked} | set(guess.characteristics)
    characteristics = tuple(c for c in columns if c in wanted and c != row_id)
    identifying = tuple(c for c in guess.identifying if c not in wanted and c != row_id)
    return PoolLayout(row_id, characteristics, identifying)


def _as_json(drawn: Drawn) -> str:
    return json.dumps(
        {
            "method": drawn.method,
            "kind": drawn.plan.kind,
            "seed": drawn.plan.seed,
            "population": drawn.population,
            "excluded": drawn.excluded,
            "strata": [
                {
                    "name": stratum.name,
                    "population": stratum.population,
                    "chosen": stratum.size,
                    "reserves": stratum.reserves,
                }
                for stratum in drawn.strata
            ],
            "chosen": [pick.row_id for pick in drawn.chosen],
            "reserves": [pick.row_id for pick in drawn.reserves],
            "picks": [asdict(pick) for pick in drawn.chosen + drawn.reserves],
            "note": drawn.note(),
        },
        ensure_ascii=False,
        indent=2,
    )


def _as_text(drawn: Drawn) -> Iterator[str]:
    yield "Chosen:"
    yield from map(_line, drawn.chosen)
    yield "Reserves:"
    yield from map(_line, drawn.reserves)
    yield ""
    yield drawn.note()


def _line(pick: Pick) -> str:
    return f"  {pick.row_id}  ({pick.stratum})"
