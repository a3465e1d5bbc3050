"""One table of what a class holds, and how its rows are counted and destroyed.

A row that others point to stays, and a sentence that says when they were destroyed takes the place
of its words; so every page of the audit opens as before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, TextField
from django.db.models.functions import Cast
from django.utils.formats import date_format

from macfa.audits.models import Audit
from macfa.tools.models import Question
from workflows.erasure import erase
from workflows.ledger import record_type
from workflows.models import LedgerEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import date

    from django.db.models import Model, QuerySet

    from macfa.people.models import User
    from macfa.retention.models import Kept

#: How every sentence begins that stands where words were.
MARK = "[Destroyed on "
NOTHING, EVERYTHING = Q(pk__in=()), Q()


def sentence(day: date) -> str:
    """What stands where words were."""
    return f"{MARK}{date_format(day, 'j F Y')}, as its time to be kept was over.]"


@dataclass(frozen=True)
class Holding:
    """The rows of one table that a class holds.

    `audit` is the way from a row to its audit and `case` to its case. `texts` are the columns
    whose words go; without any the whole row goes. `only` narrows the rows, and `agency_alone`
    names those that nobody outside the agency reads.
    """

    kind: Kept
    says: str
    model: type[Model]
    audit: str
    case: str = ""
    texts: tuple[str, ...] = ()
    only: Q = EVERYTHING
    agency_alone: Q = NOTHING

    def rows(self, audits: Collection[Audit]) -> QuerySet[Any]:
        """The rows of these audits that still hold something."""
        numbers = [audit.pk for audit in audits]
        rows = self.model._base_manager.filter(self.only, **{f"{self.audit}__in": numbers})
        return self.left(rows).order_by("pk")

    def left(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Of rows those that still hold something."""
        if not self.texts:
            return rows
        says = NOTHING
        for column in self.texts:
            says |= Q(**{f"{column}__gt": ""}) & ~Q(**{f"{column}__startswith": MARK})
        return rows.filter(says)

    def counted(self, audits: Collection[Audit]) -> dict[int, int]:
        """How many rows each of these audits has, by its number, in one statement."""
        rows = self.rows(audits).order_by().values_list(self.audit)
        return dict(rows.annotate(number=Count("pk")))

    def destroy(self, audit: Audit, day: date, by: User) -> None:  # noqa: ARG002 - the ledger asks
        """Destroy what these rows hold."""
        if not self.texts:
            self.rows([audit]).delete()
        for column in self.texts:
            said = self.rows([audit]).filter(**{f"{column}__gt": ""})
            said.exclude(**{f"{column}__startswith": MARK}).update(**{column: sentence(day)})


@dataclass(frozen=True)
class Answers(Holding):
    """Answers: what was written gets the sentence; what was chosen or counted goes without one."""

    def destroy(self, audit: Audit, day: date, by: User) -> None:  # noqa: ARG002 - the ledger asks
        """Destroy what these rows hold."""
        written = Question.objects.filter(type=Question.Type.TEXT)
        self.rows([audit]).exclude(question__in=written).update(value="")
        self.rows([audit]).update(value=sentence(day))


@dataclass(frozen=True)
class Within(Holding):
    """A column of JSON with words in it. `without` gives it with a sentence in their place."""

    without: Callable[[Any, str], Any] = lambda value, _said: value

    def left(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Of rows those that still hold something."""
        [column] = self.texts
        told = rows.annotate(as_text=Cast(column, TextField()))
        empty = Q(as_text=None) | Q(as_text__in=("[]", "{}", "null"))
        left: QuerySet[Any] = told.exclude(empty | Q(as_text__contains=MARK))
        return left

    def destroy(self, audit: Audit, day: date, by: User) -> None:  # noqa: ARG002 - the ledger asks
        """Destroy what these rows hold."""
        [column] = self.texts
        for number, value in list(self.rows([audit]).values_list("pk", column)):
            rows = self.model._base_manager.filter(pk=number)
            rows.update(**{column: self.without(value, sentence(day))})


@dataclass(frozen=True)
class Reasons(Holding):
    """Free text beside the ledger. It is erased there, as an act on each record; why it was
    stays."""

    def left(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Of rows those that still hold something."""
        return rows.filter(erased_at=None).exclude(entry__verb="text_erased")

    def destroy(self, audit: Audit, day: date, by: User) -> None:  # noqa: ARG002 - it is today
        """Erase these words; each record's ledger says how many, by whom and why."""
        entries = LedgerEntry.objects.filter(pk__in=self.rows([audit]).values("pk"))
        erase(entries, by=by, why="Their time to be kept was over.")


@dataclass(frozen=True)
class OwnReasons(Reasons):
    """The same of the audit itself, whose entries name it by its public id."""

    def rows(self, audits: Collection[Audit]) -> QuerySet[Any]:
        """The rows of these audits that still hold something."""
        rows = self.model._base_manager.filter(
            entry__record_type=record_type(Audit),
            entry__record__in=[audit.public_id for audit in audits],
        )
        return self.left(rows).order_by("pk")

    def counted(self, audits: Collection[Audit]) -> dict[int, int]:
        """How many rows each of these audits has, by its number, in one statement."""
        by_id = {audit.public_id: audit.pk for audit in audits}
        rows = self.rows(audits).order_by().values_list("entry__record")
        return {by_id[one]: number for one, number in rows.annotate(number=Count("pk"))}


@dataclass(frozen=True)
class Copies(Holding):
    """Documents of packs, which are named by the audit that they were copied from."""

    def rows(self, audits: Collection[Audit]) -> QuerySet[Any]:
        """The rows of these audits that still hold something."""
        of = NOTHING
        for audit in audits:
            of |= Q(pack__partnership=audit.partnership_id, title__startswith=f"{audit.prefix}: ")
        rows: QuerySet[Any] = self.model._base_manager.filter(of, html__gt="")
        return rows.order_by("pk")

    def counted(self, audits: Collection[Audit]) -> dict[int, int]:
        """How many rows each of these audits has, by its number."""
        titles = list(self.rows(audits).values_list("pack__partnership", "title"))
        own = {audit.pk: (audit.partnership_id, f"{audit.prefix}: ") for audit in audits}
        return {
            number: sum(home == at and title.startswith(start) for at, title in titles)
            for number, (home, start) in own.items()
        }

    def destroy(self, audit: Audit, day: date, by: User) -> None:  # noqa: ARG002 - says no words
        """Leave the title and the mark of the bytes."""
        self.rows([audit]).update(html="")
