"""The ledger of the partnership for its scrutineer and its coordinator: what was done, and who
read what; and both as a file that can prove itself unchanged."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from macfa import exports
from macfa.audits.models import Audit
from macfa.overview import rules
from macfa.overview.forms import TrailFilter
from macfa.overview.trail import Narrowing, Trail, aloud, mark, members, read_aloud, table
from macfa.pages import person
from workflows import clock
from workflows.errors import NotYet
from workflows.ledger import record_models, record_type
from workflows.models import Read, Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse

    from workflows.models import LedgerEntry
    from workflows.timeline import Line

PAGE = 50
MOST_EXPORTED = 20_000
HEADER = ("When (England)", "About", "What")
KINDS = [(value, label.capitalize()) for value, label in Read.How.choices]


class Asked(NamedTuple):
    """What somebody may see of the ledger, narrowed as they asked; the form says how."""

    form: TrailFilter
    trail: Trail


def _asked(request: HttpRequest, kinds: Sequence[tuple[str, str]]) -> Asked:
    user = person(request)
    home = rules.check_reads_ledger(user)
    form = TrailFilter(request.GET, people=list(members(home)), kinds=kinds)
    narrowing = Narrowing(**form.cleaned_data) if form.is_valid() else Narrowing()
    return Asked(form, Trail(home, user, narrowing))


def _change_kinds() -> list[tuple[str, str]]:
    """The kinds of record that belong to an audit."""
    models: list[type[Record]] = [Audit]
    models += [each for each in record_models() if each.thread is not Record.thread]
    named = [(record_type(each), str(each._meta.verbose_name).capitalize()) for each in models]
    return sorted(named, key=lambda pair: pair[1])


def _read_kinds() -> list[tuple[str, str]]:
    return [(value, label) for value, label in KINDS if value != Read.How.STAFF_MATTER]


def _page(
    request: HttpRequest, asked: Asked, rows: Sequence[LedgerEntry | Read], lines: list[Line]
) -> HttpResponse:
    narrowing = asked.trail.narrowing
    more = len(rows) > PAGE
    context = {
        "form": asked.form,
        "narrowed": narrowing != Narrowing(),
        "lines": lines[:PAGE],
        "query": narrowing.query(),
        "older": narrowing.query(before=mark(rows[PAGE - 1])) if more else "",
        "newest": narrowing.query() if request.GET.get("before") else "",
        "reads": request.path.endswith("/reads/"),
    }
    return render(request, "overview/ledger.html", context)


@require_safe
def ledger(request: HttpRequest) -> HttpResponse:
    """What was done in the audits of the partnership, newest first."""
    asked = _asked(request, _change_kinds())
    rows = asked.trail.entries(PAGE + 1, request.GET.get("before", ""))
    return _page(request, asked, rows, aloud(rows))


@require_safe
def reads(request: HttpRequest) -> HttpResponse:
    """Who read what, and who took copies, newest first."""
    asked = _asked(request, _read_kinds())
    rows = asked.trail.reads(PAGE + 1, request.GET.get("before", ""))
    return _page(request, asked, rows, list(read_aloud(rows)))


@require_POST
def export_ledger(request: HttpRequest) -> HttpResponse:
    """What the filter shows of what was done, as a file."""
    rows = _narrowed(_asked(request, _change_kinds())).entries(MOST_EXPORTED + 1)
    rules.check_export(len(rows), MOST_EXPORTED)
    return _file(request, f"ledger-{clock.today()}.csv", aloud(rows))


@require_POST
def export_reads(request: HttpRequest) -> HttpResponse:
    """What the filter shows of who read what, as a file."""
    rows = _narrowed(_asked(request, _read_kinds())).reads(MOST_EXPORTED + 1)
    rules.check_export(len(rows), MOST_EXPORTED)
    return _file(request, f"ledger-reads-{clock.today()}.csv", list(read_aloud(rows)))


def _narrowed(asked: Asked) -> Trail:
    """What is exported is what was asked for, or nothing."""
    if asked.form.errors:
        raise NotYet("The filter could not be read, so nothing was exported. Correct it first.")
    return asked.trail


def _file(request: HttpRequest, name: str, lines: list[Line]) -> HttpResponse:
    return exports.download(person(request), name, HEADER, list(table(lines)))
