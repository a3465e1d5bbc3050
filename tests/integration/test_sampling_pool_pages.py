"""From a file to a pool, in two steps."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.conf import settings
from django.test import Client
from openpyxl import Workbook

from macfa.audits.models import Audit
from macfa.people.roles import Role
from macfa.sampling.models import Pool, PoolUpload
from macfa.sampling.pool_file import MAX_BYTES
from tests.cast import Cast
from tests.factories import audit_scoped, pool_csv
from tests.integration.sampling import (
    at,
    browser,
    holding,
    text,
    upload,
)


@pytest.fixture
def audit(cast: Cast) -> Audit:
    return audit_scoped(cast)


@pytest.fixture
def coordinator(cast: Cast) -> Client:
    return browser(cast, "coordinator")


def test_a_file_becomes_a_pool_in_two_steps(coordinator: Client, audit: Audit) -> None:
    answer = upload(coordinator, audit)
    assert (answer.status_code, answer.headers["Location"]) == (302, at(audit, "pool/columns/"))
    page = text(coordinator.get(at(audit, "pool/columns/")))
    assert "The file has 30 rows" in page
    assert page.count('<option value="identifying" selected>') == 2
    assert page.count('<option value="row_id" selected>') == 1
    answer = coordinator.post(at(audit, "pool/columns/"), holding())
    assert (answer.status_code, answer.headers["Location"]) == (302, at(audit))
    assert "The pool is loaded: 30 rows" in text(coordinator.get(at(audit)))
    pool = audit.pools.get()
    assert (pool.characteristics, pool.identifying) == (["status", "sex"], ["name", "dob"])
    assert not PoolUpload.objects.exists()


def test_the_preview_shows_ten_rows_and_only_the_shape_of_what_identifies(
    coordinator: Client, audit: Audit
) -> None:
    upload(coordinator, audit)
    page = text(coordinator.get(at(audit, "pool/columns/")))
    assert "The first 10 rows" in page
    assert "R0009" in page
    assert "R0010" not in page
    assert "xxxxxxxx 9" in page
    assert "9999-99-99" in page
    assert "Invented" not in page
    assert "2015-01-01" not in page


def test_a_workbook_is_read_too(coordinator: Client, audit: Audit) -> None:
    book, stream = Workbook(), BytesIO()
    for line in pool_csv(12).decode().splitlines():
        book.worksheets[0].append(line.split(","))
    book.save(stream)
    upload(coordinator, audit, stream.getvalue(), "pool.xlsx")
    coordinator.post(at(audit, "pool/columns/"), holding())
    assert audit.pools.get().size == 12


def test_without_a_row_id_rows_go_by_their_number(coordinator: Client, audit: Audit) -> None:
    upload(coordinator, audit)
    coordinator.post(
        at(audit, "pool/columns/"),
        holding("out", "characteristic", "out", "identifying", "identifying"),
    )
    pool = audit.pools.get()
    assert pool.row_id_column == ""
    assert pool.rows.filter(row_id="2", characteristics={"status": "EH"}).exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("id,name\n1,Zoë\n2,Chloë".encode("latin-1"), "This line is not UTF-8 text"),
        (b"", "The file is empty"),
        (b"  \n ", "It is empty"),
        (b"id,name\n", "It has column names but no rows"),
        (b"id,,name\n1,EH,A", "This column has no name"),
        (b"id,name,id\n1,EH,A", "This name is also that of column A"),
        (b"\xd0\xcf\x11\xe0 old", "It is an old .xls workbook"),
        (b"x" * (10 * 1024 * 1024 + 1), "The file must be 10 MB or smaller"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_every_fault(
    coordinator: Client, audit: Audit, content: bytes, said: str
) -> None:
    answer = upload(coordinator, audit, content)
    assert answer.status_code == 200
    page = text(answer)
    assert said in page
    assert "There is a problem" in page
    assert "<title>Error: " in page
    assert not PoolUpload.objects.exists()


def test_no_file_at_all_is_asked_for(coordinator: Client, audit: Audit) -> None:
    assert "Select a file with the pool of cases" in text(coordinator.post(at(audit, "pool/")))


def test_faults_are_named_by_row_and_column_a_hundred_of_them_with_a_count(
    coordinator: Client, audit: Audit
) -> None:
    lines = ["id,status,sex,name,dob", *["R1,EH,F,Invented,2015-01-01"] * 151]
    upload(coordinator, audit, "\n".join(lines).encode())
    answer = coordinator.post(at(audit, "pool/columns/"), holding())
    page = text(answer)
    assert answer.status_code == 200
    assert "The first 100 of 150 faults" in page
    assert "Nothing was stored: the file has 150 faults" in page
    assert page.count("This row id is also that of row 2") == 100
    assert '<td role="cell" data-label="Row" class="govuk-table__cell">3</td>' in page
    assert not Pool.objects.exists()
    assert PoolUpload.objects.exists()


def test_faults_beyond_a_thousand_are_not_counted_to_the_one(
    coordinator: Client, audit: Audit
) -> None:
    lines = ["id,status,sex,name,dob", *["R1,EH,F,Invented,2015-01-01"] * 5000]
    upload(coordinator, audit, "\n".join(lines).encode())
    page = text(coordinator.post(at(audit, "pool/columns/"), holding()))
    assert "The first 100 of more than 1,000 faults" in page
    assert "Nothing was stored: the file has more than 1,000 faults" in page


def test_what_was_said_of_the_columns_is_kept_when_it_is_refused(
    coordinator: Client, audit: Audit
) -> None:
    upload(coordinator, audit)
    answer = coordinator.post(
        at(audit, "pool/columns/"), holding("row_id", "row_id", "out", "identifying", "out")
    )
    page = text(answer)
    assert "Only one column can be the row id" in page
    assert 'href="#id_column_1"' in page
    assert page.count('<option value="out" selected>') == 2
    assert not Pool.objects.exists()


def test_posting_the_columns_twice_lands_on_the_pool_and_loads_once(
    coordinator: Client, audit: Audit
) -> None:
    upload(coordinator, audit)
    for _ in range(2):
        answer = coordinator.post(at(audit, "pool/columns/"), holding(token="once"))
        assert (answer.status_code, answer.headers["Location"]) == (302, at(audit))
    assert audit.pools.count() == 1


def test_columns_of_a_file_uploaded_before_are_not_taken_for_those_of_the_new_one(
    coordinator: Client, audit: Audit
) -> None:
    upload(coordinator, audit)
    before = PoolUpload.objects.get().public_id
    upload(coordinator, audit)
    answer = coordinator.post(at(audit, "pool/columns/"), holding(upload=before))
    assert "You have uploaded another file since" in text(answer)
    current = PoolUpload.objects.get().public_id
    assert f'name="upload" value="{current}"' in text(answer)
    assert not Pool.objects.exists()


def test_an_uploaded_file_is_one_persons_and_can_be_thrown_away(
    cast: Cast, coordinator: Client, audit: Audit
) -> None:
    upload(coordinator, audit)
    cast.add("second", Role.COORDINATOR)
    answer = browser(cast, "second").get(at(audit, "pool/columns/"))
    assert answer.headers["Location"] == at(audit, "pool/")
    assert coordinator.get(at(audit, "pool/discard/")).status_code == 405
    coordinator.post(at(audit, "pool/discard/"))
    assert not PoolUpload.objects.exists()
    assert coordinator.get(at(audit, "pool/columns/")).headers["Location"] == at(audit, "pool/")


def test_a_stale_page_of_columns_is_refused_and_keeps_the_file(
    coordinator: Client, audit: Audit
) -> None:
    upload(coordinator, audit)
    answer = coordinator.post(at(audit, "pool/columns/"), holding(version=audit.version - 1))
    assert answer.status_code == 409
    assert not Pool.objects.exists()
    assert PoolUpload.objects.exists()


def test_a_file_that_we_take_is_never_written_to_disk_on_its_way_in() -> None:
    assert settings.FILE_UPLOAD_MAX_MEMORY_SIZE >= MAX_BYTES
