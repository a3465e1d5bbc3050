"""A million returns, each with its work: audits of one partnership, stored by the services that
pages call, and copied in SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Max

from macfa.audits.models import Audit
from macfa.people.roles import Role
from macfa.returns import services as returns
from macfa.returns.models import AgencyReturn
from macfa.sampling.models import Case, CaseAccess
from tests.bench.audits import audit_of, cast_of
from workflows.models import Process, WorkItem

if TYPE_CHECKING:
    from django.db.models import Model

    from tests.cast import Cast

#: How far the numbers of a copy are moved on from those it was copied from.
STRIDE = 10_000
AGENCIES, CASES = 5, 40
#: What is copied, each with the columns that point to what is copied too.
COPIED: dict[type[Model], frozenset[str]] = {
    Audit: frozenset({"id"}),
    Case: frozenset({"id", "audit_id"}),
    CaseAccess: frozenset({"id", "case_id"}),
    AgencyReturn: frozenset({"id", "audit_id", "case_id"}),
    Process: frozenset({"id", "subject_id"}),
    WorkItem: frozenset({"id", "process_id", "subject_id", "thread"}),
}

#: Before and after the copies, and what makes their numbers known. PostgreSQL asks of no copy
#: whether what it points to is there: it was copied before it.
AROUND = {
    "sqlite": ("PRAGMA cache_size = -200000", "PRAGMA cache_size = -2000", "ANALYZE"),
    "postgresql": (
        "SET session_replication_role = replica",
        "SET session_replication_role = DEFAULT",
        "VACUUM ANALYZE",
    ),
}


@dataclass(frozen=True)
class Crowd:
    """A partnership with an audit of its own, beside one with all the others."""

    home: Cast
    audit: Audit


def crowd(size: int) -> Crowd:
    """Two partnerships with an audit each; the second one's is copied until there are about so
    many returns."""
    home, elsewhere = _cast("home"), _cast("elsewhere")
    audit = _issued(home, "HOM")
    before = {model: _last(model) for model in COPIED}
    _issued(elsewhere, "ELS")
    copies = size // (AGENCIES * CASES)
    with connection.cursor() as cursor:
        before_all, after_all, settled = AROUND[connection.vendor]
        cursor.execute(before_all)
        for model, shifted in COPIED.items():
            cursor.execute(_copies(model, shifted, before[model], copies))
        cursor.execute(after_all)
        cursor.execute(settled)
    return Crowd(home, audit)


def _cast(code: str) -> Cast:
    """With two leads in each agency, so that what is asked of it waits in their queue."""
    cast = cast_of(AGENCIES, code)
    for agency in cast.agencies:
        cast.add(f"lead2.{agency.lower()}", Role.AGENCY_LEAD, agency)
    return cast


def _issued(cast: Cast, prefix: str) -> Audit:
    audit = audit_of(cast, prefix, CASES)
    returns.issue(audit=audit, by=cast["coordinator"])
    return Audit.objects.get(pk=audit.pk)


def _last(model: type[Model]) -> int:
    return model._default_manager.aggregate(last=Max("pk"))["last"] or 0


def _copies(model: type[Model], shifted: frozenset[str], first: int, copies: int) -> str:
    """SQL that copies the rows numbered above `first` so many times."""
    assert _last(model) < STRIDE, "the audit is too large for the stride of its copies"
    columns = [str(field.column) for field in model._meta.concrete_fields]
    return f"""
        INSERT INTO {model._meta.db_table} ({", ".join(f'"{name}"' for name in columns)})
        WITH RECURSIVE copies(n) AS (
            SELECT 1 UNION ALL SELECT n + 1 FROM copies WHERE n < {copies - 1}
        )
        SELECT {", ".join(_copied(name, shifted) for name in columns)}
        FROM {model._meta.db_table} AS row CROSS JOIN copies
        WHERE row.id > {first} ORDER BY n, row.id
    """  # noqa: S608 - tables and numbers of our own


def _copied(column: str, shifted: frozenset[str]) -> Any:
    """The value of a column in the n-th copy of a row."""
    if column in shifted:
        return f'row."{column}" + n * {STRIDE}'
    if column == "public_id":
        return f"'c' || (row.id + n * {STRIDE})"
    return "'E' || n" if column == "prefix" else f'row."{column}"'
