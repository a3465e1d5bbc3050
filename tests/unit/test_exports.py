"""Exports: no cell computes, and a file proves itself unchanged or is found out."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from macfa.exports import fault, safe_cell, signed_csv

if TYPE_CHECKING:
    from pathlib import Path

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r", "\n", "  =", " @"])
def test_no_cell_is_a_formula(begins: str) -> None:
    said = f'{begins}HYPERLINK("https://example.org")'
    assert safe_cell(said) == f"'{said}"


@pytest.mark.parametrize(("cell", "shown"), [(None, ""), (-3, "-3"), ("Å=1", "Å=1"), ("", "")])
def test_other_cells_stay_as_they_are(cell: str | int | None, shown: str) -> None:
    assert safe_cell(cell) == shown


@given(rows=st.lists(st.tuples(TEXT, TEXT | st.integers()), max_size=5))
def test_a_file_is_as_it_was_made_and_can_be_read(rows: list[tuple[str, str | int]]) -> None:
    file = signed_csv(("One", "Two"), rows)
    assert fault(file) == ""
    read = list(csv.reader(io.StringIO(file.decode("utf-8-sig"), newline="")))
    assert read[1:-1] == [[safe_cell(cell) for cell in row] for row in rows]


@given(byte=st.integers(0, 10_000), sign=st.integers(1, 255))
def test_any_other_byte_is_found(byte: int, sign: int) -> None:
    file = bytearray(signed_csv(("When", "What"), [("Monday", "Åsa opened it"), ("Tuesday", 7)]))
    file[byte % len(file)] ^= sign
    assert fault(bytes(file))


def test_a_row_that_was_taken_out_or_a_line_that_was_added_is_found() -> None:
    file = signed_csv(("One",), [("1",), ("2",)])
    assert "checksum is another" in fault(file.replace(b"2\r\n", b"", 1))
    assert fault(file + b"3\r\n")
    assert (
        fault(b"")
        == fault(b"no such file")
        == ("It does not end with a checksum and a signature of this site.")
    )


def test_a_file_signed_with_a_key_that_was_changed_since_is_known_while_that_is_kept(
    settings: object,
) -> None:
    file = signed_csv(("One",), [("1",)])
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another-key"  # type: ignore[attr-defined]
    assert "signature is not of this site" in fault(file)
    settings.SECRET_KEY_FALLBACKS = [old]  # type: ignore[attr-defined]
    assert fault(file) == ""


def test_the_command_says_whether_a_file_is_unchanged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "ledger.csv"
    path.write_bytes(signed_csv(("One",), [("1",)]))
    call_command("verify_export", path)
    assert "is as this site made it" in capsys.readouterr().out
    path.write_bytes(path.read_bytes().replace(b"1", b"2", 1))
    with pytest.raises(CommandError, match="changed after it was made"):
        call_command("verify_export", path)
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("verify_export", tmp_path / "none.csv")
