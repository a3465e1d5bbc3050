"""Nothing is forgotten when a partnership leaves: every table and column of the site is in the
table of what goes out, or is named with a reason why it stays."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db.models import ForeignKey, Model

from macfa.leaving.columns import POINTERS
from macfa.leaving.describing import schema
from macfa.leaving.event_keys import BY_CHANCE, BY_NUMBER, BY_PUBLIC_ID, named_by, renumbered
from macfa.leaving.kinds import BY_MODEL, KINDS, STAYS, Kind
from macfa.leaving.words import COMMON, OF_TABLE
from macfa.people.models import Absence
from macfa.returns.models import AgencyReturn
from workflows.models import Assignment, WorkItem

ROOT = Path(__file__).resolve().parents[2]
OURS = ("macfa", "workflows", "notifications")


def models() -> list[type[Model]]:
    """Every table of the site, but for those of the measurements."""
    found = apps.get_models(include_auto_created=True)
    return [model for model in found if not model.__module__.startswith("tests.")]


def test_every_table_goes_out_or_has_a_reason_to_stay() -> None:
    for model in models():
        label = model._meta.label
        assert (model in BY_MODEL) != (label in STAYS), f"{label}: say in KINDS or STAYS what of it"
    assert all(STAYS.values())
    assert len(BY_MODEL) == len(KINDS)


def test_no_line_is_about_a_table_that_is_gone() -> None:
    assert set(STAYS) <= {model._meta.label for model in models()}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_column_goes_out_or_has_a_reason_to_stay(kind: Kind) -> None:
    fields = {field.name for field in kind.model._meta.concrete_fields}
    going = {column.field.name for column in kind.columns}
    assert going | set(kind.without) == fields
    assert not going & set(kind.without)
    assert all(kind.without.values())
    assert set(kind.sealed) <= going
    names = [column.name for column in kind.columns]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_what_a_column_points_to_goes_out_too(kind: Kind) -> None:
    for column in kind.columns:
        if isinstance(column.field, ForeignKey):
            assert column.target in {*BY_MODEL, ContentType}, column.name


def test_numbers_of_rows_that_the_database_does_not_know_are_known_here() -> None:
    unknown = {
        (model, field.name)
        for model in BY_MODEL
        for field in model._meta.concrete_fields
        if field.get_internal_type() == "BigIntegerField"
    }
    assert unknown == set(POINTERS)


def test_every_table_and_column_is_explained() -> None:
    tables = schema()["tables"]
    for name, table in tables.items():
        assert len(table["is"]) > 20, name
        assert not table["is"].startswith(f"{name.rpartition('.')[2]}("), f"{name}: say what it is"
        for column, said in table["columns"].items():
            assert said["is"].endswith("."), f"{name} {column}"


def test_no_words_are_about_a_column_that_is_gone() -> None:
    columns = {f"{kind.name}.{column.name}" for kind in KINDS for column in kind.columns}
    assert set(OF_TABLE) <= columns
    assert set(COMMON) <= {name.rpartition(".")[2] for name in columns}


def keys_in_the_source() -> set[str]:
    """What the keys of notifications begin with, as acts make them."""
    found: set[str] = set()
    for room in OURS:
        for path in (ROOT / room).rglob("*.py"):
            text = path.read_text()
            found |= set(re.findall(r'\bevent_key=f"([a-z.-]+)-\{', text))
            found |= set(re.findall(r'\bkey = f"([a-z.-]+)-\{', text))
            found |= set(re.findall(r'\bWords\("\w+", "([a-z.]+)"', text))
    return found


def test_every_key_of_a_notification_says_what_it_is_about() -> None:
    known = {*BY_NUMBER, *BY_PUBLIC_ID, *BY_CHANCE}
    assert keys_in_the_source() == known


def test_a_key_is_read_and_gets_the_new_number_of_its_row() -> None:
    assert named_by("assignment-17-from") == [(Assignment, "pk", "17")]
    assert named_by("extended-3-9") == [(AgencyReturn, "pk", "3")]
    assert named_by("address-17") == []
    assert named_by("absence-2LUdVnrxsNn-Vzmr_-uiOQ") == [
        (Absence, "public_id", "2LUdVnrxsNn-Vzmr_-uiOQ")
    ]
    assert renumbered("conflict-17-4", a_hundred_on) == "conflict-117-4"
    assert renumbered("view-2LUdVnrxsNn-Vzmr_-uiOQ-3", a_hundred_on).endswith("uiOQ-3")


def a_hundred_on(model: type[Model], number: int) -> int:
    """The number of a work item where a hundred rows were there before."""
    assert model is WorkItem
    return number + 100
