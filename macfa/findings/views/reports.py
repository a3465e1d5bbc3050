"""The report: read, written, put to the QPPA, sent back or signed off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from macfa.audits.views.common import fetch
from macfa.findings import pages, rules, services
from macfa.findings.forms import BoardForm, ReportForm, SendBackForm
from macfa.findings.models import Report
from macfa.forms import ActForm
from macfa.forms.checking import answers, refused_beside
from macfa.pages import person, visible
from workflows import timeline
from workflows.forms import as_token

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def fetch_report(request: HttpRequest, public_id: str) -> Report:
    """The report at this address, if the person may see it."""
    related = ("audit__partnership", "audit__tool_version__scale", "author", "signed_off_by")
    report: Report = visible(Report.objects, person(request), public_id, *related)
    return report


def reports(request: HttpRequest) -> HttpResponse:
    """Every report of the partnership somebody may read, newest audit first."""
    user = person(request)
    rows = Report.objects.visible_to(user).filter(audit__partnership=user.reach.here)
    rows = rows.select_related("audit", "author")
    context = {"reports": rows.order_by("-audit", "-number"), "crumbs": [("My work", "/")]}
    return render(request, "findings/reports.html", context)


def report(request: HttpRequest, public_id: str) -> HttpResponse:
    """One version of a report: figures, findings, and who wrote and signed it off."""
    user = person(request)
    found = fetch_report(request, public_id)
    context = pages.of_report(found, user)
    newer = Report.objects.visible_to(user).filter(audit=found.audit, number__gt=found.number)
    context |= {
        "newer": newer.order_by("number").last(),
        "sent_back": pages.sent_back_because(found),
        "board": pages.sent_back_by_board(found) if context["reads_drafts"] else None,
        "records_board": rules.can_record_board(found, user),
        "lines": timeline.lines(timeline.of_record(found)) if context["reads_drafts"] else [],
    }
    return render(request, "findings/report.html", context)


@require_POST
def start_report(request: HttpRequest, public_id: str) -> HttpResponse:
    """Start the report, or a new version of it."""
    token = as_token(request.POST.get("token", ""))
    started = services.start_report(
        audit=fetch(request, public_id), by=person(request), token=token or None
    )
    messages.success(request, f"Version {started.number} of the report is yours to write.")
    return redirect("edit_report", started.public_id)


def edit_report(request: HttpRequest, public_id: str) -> HttpResponse:
    """Write the parts of the report that are not drawn from the audit's own data."""
    user = person(request)
    found = fetch_report(request, public_id)
    form = ReportForm(request.POST or None, report=found)
    if form.is_valid():
        found = services.edit_report(
            report=found,
            summary=form.cleaned_data["summary"],
            method=form.cleaned_data["method"],
            limits=form.cleaned_data["limits"],
            by=user,
            expects=form.expects,
            token=form.token,
        )
        messages.success(request, "The report is saved.")
        return redirect(found)
    rules.check_edits(found, user)
    context = pages.below_report(found) | {"form": form}
    context["sent_back"] = pages.sent_back_because(found)
    context["board"] = pages.sent_back_by_board(found)
    return render(request, "findings/edit_report.html", context)


def put_forward(request: HttpRequest, public_id: str) -> HttpResponse:
    """Check what the report still lacks, and put it to the QPPA."""
    user = person(request)
    found = fetch_report(request, public_id)
    form = ActForm(request.POST or None, version=found.version)
    if form.is_valid():
        with refused_beside(form):
            found = services.put_forward(
                report=found, by=user, expects=form.expects, token=form.token
            )
            messages.success(request, "The report is with the QPPA for sign-off.")
            return redirect(found)
    rules.check_edits(found, user)
    context = pages.below_report(found) | {"form": form}
    context["missing"] = list(rules.missing_parts(found))
    return render(request, "findings/put_forward.html", context)


def sign_off(request: HttpRequest, public_id: str) -> HttpResponse:
    """Sign the report off as it was read."""
    user = person(request)
    found = fetch_report(request, public_id)
    form = ActForm(request.POST or None, version=found.version)
    if form.is_valid():
        found = services.sign_off(report=found, by=user, expects=form.expects, token=form.token)
        messages.success(request, f"You have signed off the {found}.")
        return redirect(found)
    rules.check_decides(found, user)
    return render(request, "findings/sign_off.html", pages.below_report(found) | {"form": form})


def send_back(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask the author for changes, with a reason."""
    user = person(request)
    found = fetch_report(request, public_id)
    form = SendBackForm(request.POST or None, version=found.version)
    if form.is_valid():
        found = services.send_back(
            report=found,
            why=form.cleaned_data["why"],
            by=user,
            expects=form.expects,
            token=form.token,
        )
        messages.success(request, f"The report is back with {found.author}.")
        return redirect(found)
    rules.check_decides(found, user)
    return render(request, "findings/send_back.html", pages.below_report(found) | {"form": form})


def board_sends_back(request: HttpRequest, public_id: str) -> HttpResponse:
    """Record that the Board sent the report back; a new version opens."""
    user = person(request)
    found = fetch_report(request, public_id)
    form = BoardForm(request.POST or None, version=found.version)
    if form.is_valid():
        with refused_beside(form):
            fresh = services.board_sends_back(
                report=found, **answers(form), by=user, expects=form.expects, token=form.token
            )
            messages.success(request, f"{fresh.author} has version {fresh.number} to write.")
            return redirect(fresh)
    rules.check_board_sends_back(found, user)
    context = pages.below_report(found) | {"form": form}
    return render(request, "findings/board_sends_back.html", context)
