"""What the pages of the sample have in common: the audit, the way there, the bar above."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from macfa.audits.models import Audit
from macfa.audits.pages import MY_WORK, way_to
from macfa.pages import person, visible

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from macfa.sampling.models import Case

    Crumb = tuple[str, str]


def the_audit(request: HttpRequest, public_id: str) -> Audit:
    """The audit of a page, if the person may see it."""
    audit: Audit = visible(Audit.objects, person(request), public_id, "partnership")
    return audit


def sample_crumb(audit: Audit) -> Crumb:
    """The way back to the sample's own page."""
    return ("Sample", f"{audit.get_absolute_url()}sample/")


def show(
    request: HttpRequest, template: str, audit: Audit, *above: Crumb, **context: object
) -> HttpResponse:
    """A page of an audit, with the pages above it."""
    frame = {"audit": audit, "crumbs": [*way_to(audit), *above]}
    return render(request, template, {**frame, **context})


def show_case(request: HttpRequest, template: str, case: Case, **context: object) -> HttpResponse:
    """A page of a case. Not everyone on a case sees its audit, so no link leads there."""
    crumbs = [MY_WORK, (str(case), case.get_absolute_url())]
    frame = {"audit": case.audit, "crumbs": crumbs, "case": case}
    return render(request, template, {**frame, **context})
