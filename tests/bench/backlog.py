"""Open and finished work of any amount, for the site and for the stock peer: stored through
Django by the block, then copied in SQL, since the database alone is quick enough for 100,000.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Max
from viewflow.workflow.models import Process as StockProcess
from viewflow.workflow.models import Task as StockTask
from viewflow.workflow.status import PROCESS, STATUS

from macfa.returns.flow import ReturnFlow
from tests.bench.stock.flow import StockReturn
from workflows import clock
from workflows.flow import Work
from workflows.models import Process, WorkItem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import Model

    from macfa.people.models import Team, User
    from macfa.returns.models import AgencyReturn

#: Numbers of a copy are those of the block, moved on by this much.
STRIDE = 100_000
DUE_WITHIN = 90


@dataclass(frozen=True)
class Waiting:
    """One piece of open work: in a team's queue, or with its owner."""

    team: Team
    owner: User | None = None


def permission(team: Team) -> str:
    """The right by which the stock peer knows a team."""
    return f"stock.team_{team.pk}"


def store(subject: AgencyReturn, waiting: Sequence[Waiting]) -> None:
    """Store open work, each with a finished piece before it, here and with the stock peer."""
    processes = Process.objects.bulk_create(
        Process(flow_class=ReturnFlow, status=PROCESS.NEW, created=clock.now(), subject=subject)
        for _ in waiting
    )
    items = [
        _item(subject, process, each, number, done=done)
        for number, (process, each) in enumerate(zip(processes, waiting, strict=True))
        for done in (True, False)
    ]
    WorkItem.objects.bulk_create(items)
    stock_processes = StockProcess.objects.bulk_create(
        StockProcess(flow_class=StockReturn) for _ in waiting
    )
    StockTask.objects.bulk_create(
        _task(process, each, done=done)
        for process, each in zip(stock_processes, waiting, strict=True)
        for done in (True, False)
    )


def _item(
    subject: AgencyReturn, process: Process, waiting: Waiting, number: int, *, done: bool
) -> WorkItem:
    due = clock.today() + timedelta(days=number * 7 % DUE_WITHIN)
    node = ReturnFlow.say_involvement if done else ReturnFlow.audit_own_work
    tenant = waiting.team.partnership_id
    work = Work(subject.get_absolute_url(), due, waiting.team, tenant, owner=waiting.owner)
    item: WorkItem = node.item(process, subject, work, at=clock.now())
    if done:
        item.status, item.finished = STATUS.DONE, clock.now()
    return item


def _task(process: Any, waiting: Waiting, *, done: bool) -> Any:
    open_status = STATUS.ASSIGNED if waiting.owner else STATUS.NEW
    return StockTask(
        process=process,
        flow_task=StockReturn.write if done else StockReturn.sign_off,
        flow_task_type="HUMAN",
        status=STATUS.DONE if done else open_status,
        finished=clock.now() if done else None,
        owner=waiting.owner,
        owner_permission=permission(waiting.team),
    )


class Backlog:
    """A block of work that can be made as large as one likes.

    Nothing may be stored afterwards in these tables: the copies have taken numbers ahead.
    """

    def __init__(self, subject: AgencyReturn, waiting: Sequence[Waiting]) -> None:
        self.others = WorkItem.objects.open().count()
        self.size = len(waiting)
        self.copies = 1
        before = {model: _last(model) for model in (Process, WorkItem, StockProcess, StockTask)}
        store(subject, waiting)
        self.blocks = [(model, first, _last(model)) for model, first in before.items()]

    def grow(self, size: int) -> None:
        """Copy the block until there are about so many open pieces of work."""
        wanted = (size - self.others) // self.size
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("PRAGMA cache_size = -200000")
            for model, first, last in self.blocks:
                cursor.execute(_copies(model, first, last, range(self.copies, wanted)))
            if connection.vendor == "sqlite":
                cursor.execute("PRAGMA cache_size = -2000")
            else:
                # What PostgreSQL does by itself after a while.
                cursor.execute("VACUUM ANALYZE")
        self.copies = wanted


def _last(model: type[Model]) -> int:
    return model._default_manager.aggregate(last=Max("pk"))["last"] or 0


def _copies(model: type[Model], first: int, last: int, copies: range) -> str:
    """SQL that copies the rows numbered above `first` and up to `last`, once for each number."""
    assert last < STRIDE, "the block is too large for the stride of its copies"
    columns = [str(field.column) for field in model._meta.concrete_fields]
    return f"""
        INSERT INTO {model._meta.db_table} ({", ".join(f'"{name}"' for name in columns)})
        WITH RECURSIVE copies(n) AS (
            SELECT {copies.start} UNION ALL SELECT n + 1 FROM copies WHERE n < {copies.stop - 1}
        )
        SELECT {", ".join(map(_copied, columns))}
        FROM {model._meta.db_table} AS row CROSS JOIN copies
        WHERE row.id > {first} AND row.id <= {last}
        ORDER BY n, row.id
    """  # noqa: S608 - tables and numbers of our own


def _copied(column: str) -> str:
    """The value of a column in the n-th copy of a row."""
    if column in {"id", "process_id"}:
        return f'row."{column}" + n * {STRIDE}'
    if column == "public_id":
        # In order, since an index that grows at its end is quickly written.
        return f"'c' || (row.id + n * {STRIDE})"
    return f'row."{column}"'
