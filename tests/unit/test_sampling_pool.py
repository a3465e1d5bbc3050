"""The pool: stored whole or not at all, and what identifies a child only in the identity key."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from macfa.audits.models import Audit
from macfa.sampling import services
from macfa.sampling.header import pack, shape, unpack
from macfa.sampling.identity import open_file
from macfa.sampling.models import UPLOADS_LAST, IdentityKey, Pool, PoolRow, PoolUpload
from macfa.sampling.pool_file import PoolFaults, PoolFile, PoolLayout, read_header
from tests.cast import Cast, assemble
from tests.factories import LAYOUT, audit_drawn, audit_opened, audit_scoped, pool_csv
from workflows import clock, timeline
from workflows.errors import AlreadyDone, NotAllowed, NotYet, Stale, WrongState

CHILDREN = ("Wren Larkspur", "Robin Teasel", "Linnet Sorrel")
BIRTHDAY = "2015-04-17"


@pytest.fixture
def audit(cast: Cast) -> Audit:
    return audit_scoped(cast)


def named_csv() -> bytes:
    lines = [
        f"R{n},{['EH', 'CIN', 'CP'][n]},F,{name},{BIRTHDAY}" for n, name in enumerate(CHILDREN)
    ]
    return "\n".join(["id,status,sex,name,dob", *lines]).encode()


def load(cast: Cast, audit: Audit, content: bytes, layout: PoolLayout = LAYOUT) -> Pool:
    return services.load_pool(
        audit=audit, file_name="pool.csv", content=content, layout=layout, by=cast["coordinator"]
    )


def everything_stored() -> str:
    """Every value of every column of every table, as it lies in the database."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            found += [readable(value) for row in cursor.fetchall() for value in row]
    return "\n".join(found).lower()


def readable(value: object) -> str:
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).decode("latin-1")
    return str(value)


def assert_nothing_identifies(stored: str) -> None:
    for name in (*CHILDREN, BIRTHDAY, *(part for child in CHILDREN for part in child.split())):
        assert name.lower() not in stored


def test_a_pool_is_stored_with_its_rows_and_told_in_the_ledger(cast: Cast, audit: Audit) -> None:
    pool = load(cast, audit, pool_csv(12))
    assert (pool.size, pool.rows.count(), pool.file_name) == (12, 12, "List of cases (CSV)")
    assert pool.rows.get(row_id="R0000").characteristics == {"status": "EH", "sex": "F"}
    assert IdentityKey.objects.filter(pool_row__pool=pool, case=None).count() == 12
    (line,) = timeline.lines(timeline.of_record(pool))
    assert line.sentence == "Coordinator loaded a pool of 12 cases"


def test_nothing_that_identifies_a_child_lies_in_any_column_unsealed(
    cast: Cast, audit: Audit
) -> None:
    upload = services.keep_upload(
        audit=audit, file_name="pool.csv", content=named_csv(), by=cast["coordinator"]
    )
    assert_nothing_identifies(everything_stored())
    services.load_upload(upload=upload, layout=LAYOUT, by=cast["coordinator"])
    services.draw_sample(audit=audit, random=3, seed="s", by=cast["coordinator"])
    services.confirm_draw(draw=audit.draws.get(), by=cast["coordinator"])
    stored = everything_stored()
    assert_nothing_identifies(stored)
    assert "r0" in stored  # the scan does read the tables


def test_a_pool_with_a_fault_is_not_stored_at_all(cast: Cast, audit: Audit) -> None:
    twice = pool_csv(3) + b"\nR0001,EH,F,Another,2015-01-01"
    with pytest.raises(PoolFaults) as refused:
        load(cast, audit, twice)
    assert [(fault.row, fault.column) for fault in refused.value.faults] == [(5, "id")]
    assert not Pool.objects.exists()
    assert not PoolRow.objects.exists()


def test_a_column_that_the_file_has_not_is_named(cast: Cast, audit: Audit) -> None:
    with pytest.raises(PoolFaults, match="ethnicity"):
        load(cast, audit, pool_csv(3), PoolLayout("id", ("ethnicity",), ("name",)))


def test_a_characteristic_that_tells_each_child_from_every_other_is_refused(
    cast: Cast, audit: Audit
) -> None:
    layout = PoolLayout("id", ("status", "name"), ("dob",))
    with pytest.raises(PoolFaults) as refused:
        load(cast, audit, pool_csv(30), layout)
    assert [fault.column for fault in refused.value.faults] == ["name"]
    assert not PoolRow.objects.exists()
    load(cast, audit, pool_csv(12), layout)  # too short a list to judge by


def test_the_name_of_a_file_is_not_kept_since_it_may_be_that_of_a_child(
    cast: Cast, audit: Audit
) -> None:
    name, by = f"{CHILDREN[0]}.csv", cast["coordinator"]
    upload = services.keep_upload(audit=audit, file_name=name, content=named_csv(), by=by)
    assert_nothing_identifies(everything_stored())
    services.load_upload(upload=upload, layout=LAYOUT, by=by)
    services.load_pool(audit=audit, file_name=name, content=named_csv(), layout=LAYOUT, by=by)
    assert_nothing_identifies(everything_stored())


@pytest.mark.parametrize("name", ["lead.pol", "qppa", "admin"])
def test_only_a_coordinator_loads_a_pool(cast: Cast, audit: Audit, name: str) -> None:
    outsider = assemble("elsewhere")["coordinator"]
    for person in (cast[name], outsider):
        with pytest.raises(NotAllowed):
            services.load_pool(
                audit=audit, file_name="p.csv", content=pool_csv(), layout=LAYOUT, by=person
            )
        with pytest.raises(NotAllowed):
            services.keep_upload(audit=audit, file_name="p.csv", content=pool_csv(), by=person)
    assert not Pool.objects.exists()


def test_a_pool_is_loaded_at_case_sampling_and_before_the_sample_is_confirmed(cast: Cast) -> None:
    with pytest.raises(WrongState, match="Theme selection"):
        load(cast, audit_opened(cast, "DAC"), pool_csv())
    with pytest.raises(NotYet, match="confirmed"):
        load(cast, audit_drawn(cast, "NEG"), pool_csv())


def test_the_same_form_posted_twice_loads_one_pool(cast: Cast, audit: Audit) -> None:
    for repeated in (False, True):
        content, by = pool_csv(), cast["coordinator"]
        if not repeated:
            services.load_pool(
                audit=audit, file_name="p", content=content, layout=LAYOUT, by=by, token="once"
            )
            continue
        with pytest.raises(AlreadyDone) as refused:
            services.load_pool(
                audit=audit, file_name="p", content=content, layout=LAYOUT, by=by, token="once"
            )
        assert refused.value.record == audit.pools.get().public_id


def test_a_stale_page_loads_nothing(cast: Cast, audit: Audit) -> None:
    with pytest.raises(Stale):
        services.load_pool(
            audit=audit,
            file_name="p",
            content=pool_csv(),
            layout=LAYOUT,
            by=cast["coordinator"],
            expects=audit.version - 1,
        )
    assert not Pool.objects.exists()


def test_statements_do_not_grow_with_the_rows(cast: Cast, audit: Audit) -> None:
    spent = set()
    for rows in (100, 400, 3000):
        with CaptureQueriesContext(connection) as statements:
            load(cast, audit, pool_csv(rows))
        spent.add(len(statements))
    assert len(spent) == 1


# --- the file between upload and loading ---------------------------------------------------------


def kept(cast: Cast, audit: Audit, content: bytes | None = None) -> PoolUpload:
    return services.keep_upload(
        audit=audit, file_name="pool.csv", content=content or pool_csv(), by=cast["coordinator"]
    )


def test_an_uploaded_file_is_sealed_and_opens_to_what_it_was(cast: Cast, audit: Audit) -> None:
    upload = kept(cast, audit)
    assert pool_csv() not in bytes(upload.sealed)
    stored = PoolUpload.objects.get()
    assert open_file(stored.sealed) == pool_csv()
    header = unpack(open_file(stored.sealed_header))
    assert header == read_header(PoolFile("pool.csv", pool_csv()))


def test_a_second_file_of_the_same_person_takes_the_place_of_the_first(
    cast: Cast, audit: Audit
) -> None:
    first = kept(cast, audit)
    second = kept(cast, audit, pool_csv(3))
    assert PoolUpload.objects.get().public_id == second.public_id != first.public_id


def test_loading_a_file_or_throwing_it_away_leaves_nothing_of_it(cast: Cast, audit: Audit) -> None:
    services.load_upload(upload=kept(cast, audit), layout=LAYOUT, by=cast["coordinator"])
    assert not PoolUpload.objects.exists()
    services.discard_upload(upload=kept(cast, audit))
    assert not PoolUpload.objects.exists()
    assert audit.pools.count() == 1


def test_a_file_with_faults_is_kept_so_that_its_columns_can_be_explained_anew(
    cast: Cast, audit: Audit
) -> None:
    upload = kept(cast, audit)
    with pytest.raises(PoolFaults):
        services.load_upload(
            upload=upload, layout=PoolLayout("status", (), ()), by=cast["coordinator"]
        )
    assert PoolUpload.objects.get() == upload


def test_a_file_that_cannot_be_read_is_not_kept(cast: Cast, audit: Audit) -> None:
    with pytest.raises(PoolFaults, match="UTF-8"):
        kept(cast, audit, "id,name\n1,Zoë".encode("latin-1"))
    assert not PoolUpload.objects.exists()


def test_a_file_nobody_came_back_to_is_dropped(cast: Cast, audit: Audit) -> None:
    now: datetime = clock.now()
    with clock.playing(now - UPLOADS_LAST - timedelta(minutes=1)):
        kept(cast, audit)
    assert not PoolUpload.objects.waiting().exists()
    assert services.drop_forgotten_uploads() == 1
    kept(cast, audit)
    assert services.drop_forgotten_uploads() == 0


def test_the_shape_of_a_value_says_nothing_of_what_it_is() -> None:
    assert shape("Zoë Larkspur-7, 17/04/2015") == "xxx xxxxxxxx-9, 99/99/9999"
    assert unpack(pack(read_header(PoolFile("p.csv", pool_csv(3))))).row_count == 3
