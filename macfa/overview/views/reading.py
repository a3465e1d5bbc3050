"""The pages of the top floor: the programme board, an audit, a case, and what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import prefetch_related_objects
from django.shortcuts import redirect, render

from macfa.audits.lifecycle import ENDED, WORKING_STAGES
from macfa.audits.models import Audit
from macfa.audits.rules import can_coordinate, check_coordinates
from macfa.findings.pages import agencies_led, newest_signed_off
from macfa.moderation.models import CaseGrade
from macfa.moderation.way_on import case_url
from macfa.overview import pages, rules, services
from macfa.overview.forms import WithdrawForm
from macfa.overview.programme import board, stage_days
from macfa.overview.time_line import TONES, TimeLine
from macfa.pages import person, visible
from macfa.people.roles import Role
from macfa.people.rules import holds, partnership_of
from macfa.retention.models import standing_on
from macfa.retention.pages import destroyed
from macfa.returns.models import AgencyReturn
from macfa.sampling.lifecycle import WITH_PANEL, CaseState
from macfa.sampling.models import Case
from macfa.sampling.rules import can_open_identity
from workflows import calendar, timeline

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from macfa.people.models import User
    from workflows.models import LedgerEntry

ENTRIES = 50


def programme(request: HttpRequest) -> HttpResponse:
    """The programme board: every audit of the partnership, running ones first and over time."""
    user = person(request)
    home = partnership_of(user)
    seen = Audit.objects.visible_to(user).filter(partnership=user.reach.here)
    audits = list(seen.select_related("coordinator").order_by("-pk"))
    opens = home is not None and holds(user, Role.COORDINATOR, home)
    running = [audit for audit in audits if audit.stage not in ENDED]
    followed = rules.followed(running, user)
    rows = board(running, followed=followed)
    context = {
        "running": rows,
        "follows": bool(followed),
        "time_line": TimeLine(rows),
        "stages": WORKING_STAGES,
        "tones": TONES,
        "ended": [audit for audit in audits if audit.stage in ENDED],
        "opens": opens,
        "reads_ledger": rules.can_read_ledger(user),
    }
    return render(request, "overview/programme.html", context)


def audit_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """One audit: where it stands, what is next, its numbers, and the latest that happened."""
    user = person(request)
    audit = visible(Audit.objects, user, public_id, "partnership", "coordinator", "theme")
    prefetch_related_objects([audit], "stage_dates")
    progress = rules.sees_progress(audit, user)
    context = {
        "audit": audit,
        "steps": pages.steps(audit, user),
        "has_dates": bool(stage_days(audit)),
        "coordinates": can_coordinate(audit, user),
        "next": pages.what_next(audit, user),
        "counts": pages.counts(audit) if progress else [],
        "grades": pages.grade_table(audit) if progress else [],
        "grade_columns": pages.GRADE_COLUMNS,
        "report": newest_signed_off(audit),
        "leads": agencies_led(audit, user).exists(),
        "mine": [] if progress else pages.own_returns(audit, user),
        "lines": timeline.lines(_entries(audit, user, all_of_it=progress)[:8]),
        **_kept(audit, user),
    }
    return render(request, "overview/audit.html", context)


def _kept(audit: Audit, user: User) -> dict[str, object]:
    """What of an audit is held, and what was destroyed."""
    return {
        "holds": standing_on([audit])[audit.pk],
        "destroyed": destroyed(audit),
        "oversees": rules.sees_progress(audit, user),
    }


def _entries(audit: Audit, user: User, *, all_of_it: bool) -> QuerySet[LedgerEntry]:
    """What somebody may read of an audit's history: agencies not each other's part of it, and
    nobody that of a case with which they have a conflict of interest (R31)."""
    entries = timeline.of_thread(audit) if all_of_it else timeline.of_record(audit)
    hidden = rules.hidden_by_conflict(audit, user)
    return entries.exclude(record__in=hidden) if hidden else entries


def calendar_file(request: HttpRequest, public_id: str) -> HttpResponse:
    """The days on which the stages of an audit should end, for the calendar on somebody's desk."""
    audit = visible(Audit.objects, person(request), public_id)
    days = stage_days(audit)
    return calendar.download(request, days, name=f"audit-{audit.prefix}", thread=audit.pk)


def history(request: HttpRequest, public_id: str) -> HttpResponse:
    """Everything that happened in an audit, as sentences, newest first."""
    user = person(request)
    audit = visible(Audit.objects, user, public_id, "partnership")
    entries = _entries(audit, user, all_of_it=rules.sees_progress(audit, user))
    page = Paginator(entries.select_related("said"), ENTRIES).get_page(request.GET.get("page"))
    context = {
        "audit": audit,
        "lines": timeline.lines(page.object_list),
        "newer": f"?page={page.previous_page_number()}" if page.has_previous() else "",
        "older": f"?page={page.next_page_number()}" if page.has_next() else "",
    }
    return render(request, "overview/history.html", context)


def case_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """One case: its stratum and profile, the returns one may see, and what happened to it."""
    user = person(request)
    case = visible(Case.objects, user, public_id, "audit__partnership", "replaced_by")
    reads = rules.sees_case_history(case, user)
    returns = AgencyReturn.objects.visible_to(user).filter(case=case)
    context = {
        "case": case,
        "returns": returns.select_related("agency", "setting", "case", "grade"),
        "grade": CaseGrade.objects.filter(case=case, current=True).first() if reads else None,
        "coordinates": can_coordinate(case.audit, user),
        "opens_identity": can_open_identity(case, user),
        "moderated_at": case_url(case) if reads and case.state in WITH_PANEL else "",
        "replaceable": can_coordinate(case.audit, user) and case.state == CaseState.WITH_AGENCIES,
        "lines": timeline.lines(timeline.of_record(case)) if reads else [],
        **_kept(case.audit, user),
    }
    return render(request, "overview/case.html", context)


def withdraw(request: HttpRequest, public_id: str) -> HttpResponse:
    """Give an audit up, with a reason."""
    user = person(request)
    audit = visible(Audit.objects, user, public_id, "partnership")
    check_coordinates(audit, user)
    form = WithdrawForm(request.POST or None, version=audit.version)
    if form.is_valid():
        services.withdraw(
            audit=audit,
            reason=form.cleaned_data["reason"],
            by=user,
            expects=form.expects,
            token=form.token,
        )
        messages.success(request, f"{audit.prefix} has been withdrawn.")
        return redirect(audit)
    return render(request, "overview/withdraw.html", {"audit": audit, "form": form})
