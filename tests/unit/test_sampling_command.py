"""The command that draws without storing."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from macfa.sampling.draw import parse_strata
from macfa.sampling.models import Draw
from tests.factories import pool_csv

STRATA = "status=EH:2,status=CIN:1,status=CP:1"


@pytest.fixture
def pool(tmp_path: Path) -> Path:
    path = tmp_path / "pool.csv"
    path.write_bytes(pool_csv(30))
    return path


def run(*arguments: object) -> str:
    said = StringIO()
    call_command("draw_sample", *map(str, arguments), stdout=said)
    return said.getvalue()


def as_json(*arguments: object) -> dict[str, object]:
    told: dict[str, object] = json.loads(run(*arguments, "--json"))
    return told


def test_it_prints_chosen_and_reserves_in_order_and_how_they_were_chosen(pool: Path) -> None:
    told = as_json(pool, "--strata", STRATA, "--random", 1, "--reserves", 4, "--seed", "s")
    said = run(pool, "--strata", STRATA, "--random", 1, "--reserves", 4, "--seed", "s")
    chosen, reserves = told["chosen"], told["reserves"]
    assert isinstance(chosen, list)
    assert isinstance(reserves, list)
    assert (len(chosen), len(reserves)) == (5, 4)
    places = [said.index(f"  {row_id}  (") for row_id in (*chosen, *reserves)]
    assert places == sorted(places)
    assert str(told["note"]) in said
    assert "sha256-order/1" in said
    assert "Invented" not in said


def test_it_needs_no_database_and_prints_the_same_each_time(pool: Path) -> None:
    arguments = (pool, "--strata", STRATA, "--seed", "s")
    assert run(*arguments) == run(*arguments)
    assert run(*arguments) != run(*arguments[:-1], "another")


def test_exclusions_can_be_repeated(pool: Path) -> None:
    told = as_json(
        pool, "--random", 5, "--seed", "s", "--exclude-if", "status=EH", "--exclude-if", "sex=F"
    )
    assert told["excluded"] == 20
    assert told["population"] == 30


def test_a_stratum_may_be_a_column_that_looks_identifying(tmp_path: Path) -> None:
    path = tmp_path / "schools.csv"
    path.write_text("ref,school,name\n" + "\n".join(f"{n},S{n % 2},N{n}" for n in range(8)))
    told = as_json(path, "--strata", "school=S1:2", "--seed", "s")
    assert {int(row_id) % 2 for row_id in told["chosen"]} == {1}  # type: ignore[attr-defined]


def test_without_a_column_like_a_row_id_the_first_names_the_rows(tmp_path: Path) -> None:
    path = tmp_path / "plain.csv"
    path.write_text("child,status\n" + "\n".join(f"c{n},EH" for n in range(4)))
    told = as_json(path, "--random", 4, "--seed", "s")
    assert sorted(told["chosen"]) == ["c0", "c1", "c2", "c3"]  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"id,status\n1,EH\n1,CP\n2,EH\n2,EH", "Row 3, column id: .*\nRow 5, column id: "),
        (b"id,status\n", "no rows"),
        ("id,status\n1,Zoë".encode("latin-1"), "Row 2: .*UTF-8"),
    ],
)
def test_faults_of_the_file_are_all_listed(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "faulty.csv"
    path.write_bytes(content)
    with pytest.raises(CommandError, match=said) as refused:
        run(path, "--random", 1, "--seed", "s")
    assert refused.value.returncode == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--strata", "status=EH:11"), "Stratum EH has 10 rows to draw from and 11 were asked for"),
        (("--strata", "status:EH"), "is not a stratum"),
        (("--strata", "colour=red:1"), "no column “colour”"),
        (("--random", "1", "--exclude-if", "status"), "is not a condition"),
        (("--random", "1", "--exclude-if", "status=Maybe"), "No row .* has status=Maybe"),
        (("--random", "99999999999999999999"), "Ask for up to 1,000 cases"),
        (("--random", "1", "--reserves", "99999999999999999999"), "Ask for up to 1,000 cases"),
        ((), "Ask for at least one case"),
    ],
)
def test_a_draw_that_cannot_be_made_is_refused_in_words(
    pool: Path, arguments: tuple[str, ...], said: str
) -> None:
    with pytest.raises(CommandError, match=said):
        run(pool, *arguments, "--seed", "s")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"missing\.csv cannot be read"):
        run(tmp_path / "missing.csv", "--random", 1, "--seed", "s")


@pytest.mark.django_db
def test_nothing_is_stored(pool: Path) -> None:
    run(pool, "--strata", STRATA, "--seed", "s")
    assert not Draw.objects.exists()
    assert len(parse_strata(STRATA)) == 3
