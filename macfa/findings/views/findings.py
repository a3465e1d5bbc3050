"""What the audit found, and the gate to action tracking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render

from macfa.audits.lifecycle import Stage
from macfa.audits.rules import can_coordinate, check_coordinates, check_stage
from macfa.audits.views.common import fetch
from macfa.findings import pages, rules, services
from macfa.findings.forms import FindingForm
from macfa.findings.models import Finding
from macfa.forms import ActForm
from macfa.forms.checking import answers, refused_beside
from macfa.pages import person, visible
from workflows.forms import new_token

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def findings(request: HttpRequest, public_id: str) -> HttpResponse:
    """What an audit found, by kind, with the report made from it and what is next."""
    user = person(request)
    audit = fetch(request, public_id)
    rules.check_reads(audit, user)
    found = pages.findings_of(audit)
    context = pages.of_findings(audit) | {
        "groups": pages.by_kind(found),
        "waiting": pages.without_action(found),
        "reports": audit.reports.visible_to(user).select_related("audit", "author"),
        "records": rules.can_record(audit, user),
        "starts": rules.can_start(audit, user),
        "publishes": can_coordinate(audit, user) and audit.stage == Stage.FINDINGS,
        "token": new_token(),
    }
    return render(request, "findings/findings.html", context)


def add_finding(request: HttpRequest, public_id: str) -> HttpResponse:
    """Record good practice, learning or a system finding."""
    user = person(request)
    audit = fetch(request, public_id)
    form = FindingForm(request.POST or None, audit=audit, by=user)
    if form.is_valid():
        finding = services.record_finding(audit=audit, by=user, token=form.token, **answers(form))
        messages.success(request, f"Finding {finding.label} is recorded.")
        return redirect(finding)
    rules.check_records(audit, user)
    context = pages.of_findings(audit, below=True) | {"form": form}
    return render(request, "findings/finding.html", context)


def edit_finding(request: HttpRequest, public_id: str) -> HttpResponse:
    """Change a finding while the report is being written."""
    user = person(request)
    finding = visible(Finding.objects, user, public_id, "audit__tool_version")
    audit = finding.audit
    form = FindingForm(request.POST or None, audit=audit, by=user, finding=finding)
    if form.is_valid():
        finding = services.edit_finding(
            finding=finding, by=user, expects=form.expects, token=form.token, **answers(form)
        )
        messages.success(request, f"Finding {finding.label} is changed.")
        return redirect(finding)
    rules.check_records(audit, user)
    context = pages.of_findings(audit, below=True) | {"form": form, "finding": finding}
    return render(request, "findings/finding.html", context)


def publish(request: HttpRequest, public_id: str) -> HttpResponse:
    """Check what is there, and move the audit to action tracking."""
    user = person(request)
    audit = fetch(request, public_id)
    check_coordinates(audit, user)
    form = ActForm(request.POST or None, version=audit.version)
    if form.is_valid():
        with refused_beside(form):
            services.publish(audit=audit, by=user, expects=form.expects, token=form.token)
            messages.success(request, f"{audit.prefix} has moved to action tracking.")
            return redirect(audit)
    check_stage(audit, Stage.FINDINGS)
    found = pages.findings_of(audit)
    context = pages.of_findings(audit, below=True) | {
        "form": form,
        "missing": list(rules.missing_to_publish(audit)),
        "found": found,
        "waiting": pages.without_action(found),
        "report": pages.newest_signed_off(audit),
        "action_count": audit.actions.count(),
    }
    return render(request, "findings/publish.html", context)
