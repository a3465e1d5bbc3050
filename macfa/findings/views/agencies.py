"""What an agency learns once the report is signed off: its own grades beside the panel's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import render

from macfa.audits.views.common import fetch
from macfa.findings import pages
from macfa.findings.contents import shown
from macfa.pages import person

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def our_grades(request: HttpRequest, public_id: str) -> HttpResponse:
    """An agency lead reads the panel's grades of the agency's work, with the reasons, and the
    agreed findings (R14). Until a report is signed off, and for others, there is no such page."""
    user = person(request)
    audit = fetch(request, public_id)
    agencies = pages.agencies_led(audit, user)
    report = pages.newest_signed_off(audit)
    if report is None or not agencies.exists():
        raise Http404
    context = pages.of_findings(audit) | {
        "report": report,
        "agencies": agencies,
        "grades": pages.own_grades(audit, user, agencies),
        "findings": pages.by_kind(shown(report)["findings"]),
    }
    return render(request, "findings/our_grades.html", context)
