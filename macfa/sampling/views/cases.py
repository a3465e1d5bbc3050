"""The cases of a sample, their profiles in bands, and the identity key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect

from macfa.audits.lifecycle import Stage
from macfa.audits.rules import can_coordinate
from macfa.pages import person, visible
from macfa.people.models import User
from macfa.sampling import rules, services
from macfa.sampling.forms import ProfileForm, ReasonForm
from macfa.sampling.identity import open_identity as open_key
from macfa.sampling.lifecycle import CaseState
from macfa.sampling.models import Case, CaseAccess
from macfa.sampling.views.frame import sample_crumb, show, show_case, the_audit
from workflows import reads
from workflows.errors import AlreadyDone
from workflows.ledger import record_type
from workflows.models import LedgerEntry, Read
from workflows.timeline import said_aloud

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from macfa.audits.models import Audit

LOG_PAGE = 50


def _the_case(request: HttpRequest, public_id: str) -> Case:
    case: Case = visible(Case.objects, person(request), public_id, "audit__partnership")
    return case


def sample_cases(request: HttpRequest, public_id: str) -> HttpResponse:
    """The cases of the audit that this person may see."""
    audit, user = the_audit(request, public_id), person(request)
    cases = list(
        Case.objects.visible_to(user)
        .filter(audit=audit)
        .exclude(state=CaseState.REPLACED)
        .order_by("number")
    )
    coordinates = can_coordinate(audit, user)
    follows = rules.can_see_draws(audit, user)
    return show(
        request,
        "sampling/cases.html",
        audit,
        *([sample_crumb(audit)] if follows else []),
        cases=cases,
        replaced=_replaced(audit) if follows else [],
        coordinates=coordinates,
        follows=follows,
        ready=coordinates and audit.stage == Stage.CASE_SAMPLING and _described(cases),
    )


def _replaced(audit: Audit) -> QuerySet[Case]:
    """The cases that left the sample: they stay on its list, and are not counted."""
    gone = audit.cases.filter(state=CaseState.REPLACED).order_by("number")
    found: QuerySet[Case] = gone.select_related("replaced_by")
    return found


def _described(cases: list[Case]) -> bool:
    """Whether each case has its profile, so that the audit can be issued."""
    return bool(cases) and all(case.profile.strip() for case in cases)


def describe_case(request: HttpRequest, public_id: str) -> HttpResponse:
    """Say what the panel may know of the child."""
    case = _the_case(request, public_id)
    rules.check_describes(case, person(request))
    form = ProfileForm(
        request.POST if request.method == "POST" else None,
        initial={"profile": case.profile},
        version=case.version,
    )
    if form.is_valid():
        services.describe_case(
            case=case,
            profile=form.cleaned_data["profile"],
            by=person(request),
            expects=form.expects,
            token=form.token,
        )
        messages.success(request, f"The profile of {case} is saved.")
        return redirect("sample_cases", case.audit.public_id)
    above = [sample_crumb(case.audit), _cases_crumb(case.audit)]
    return show(request, "sampling/profile.html", case.audit, *above, form=form, case=case)


def _cases_crumb(audit: Audit) -> tuple[str, str]:
    return ("Cases", f"{audit.get_absolute_url()}sample/cases/")


def open_identity(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask why somebody needs to know who a case is; then show it, once."""
    case = _the_case(request, public_id)
    rules.check_opens_identity(case, person(request))
    form = ReasonForm(request.POST if request.method == "POST" else None)
    identity = None
    if form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            identity = open_key(case=case, reason=reason, by=person(request), token=form.token)
        except AlreadyDone:
            messages.info(request, "It was shown once. Say why again to open it again.")
            return redirect("open_identity", public_id)
    page = "sampling/identity.html" if identity is not None else "sampling/reason.html"
    return show_case(request, page, case, form=form, identity=identity)


def identity_log(request: HttpRequest, public_id: str) -> HttpResponse:
    """Who opened which identity key, when and why. Never what it says, and nothing of a case that
    a conflict of interest hides (R31)."""
    audit, user = the_audit(request, public_id), person(request)
    rules.check_sees_identity_log(audit, user)
    reads.note(user, Read.How.IDENTITY_LOG, audit)
    hidden = CaseAccess.objects.conflicts(user).filter(case__audit=audit)
    entries = LedgerEntry.objects.filter(
        thread=audit.pk, record_type=record_type(Case), verb="identity_opened"
    ).exclude(record__in=hidden.values("case__public_id"))
    page = Paginator(entries.select_related("said").order_by("-at", "-id"), LOG_PAGE).get_page(
        request.GET.get("page")
    )
    return show(
        request,
        "sampling/identity_log.html",
        audit,
        sample_crumb(audit),
        newer=f"?page={page.number - 1}" if page.has_previous() else "",
        older=f"?page={page.number + 1}" if page.has_next() else "",
        openings=_openings(list(page.object_list)),
    )


def _openings(entries: list[LedgerEntry]) -> list[dict[str, object]]:
    people = User.objects.filter(public_id__in={entry.actor for entry in entries})
    names = dict(people.values_list("public_id", "name"))
    return [
        {
            "at": entry.at,
            "who": names.get(entry.actor, "Somebody unknown"),
            "case": entry.reference,
            "why": _said(entry),
        }
        for entry in entries
    ]


def _said(entry: LedgerEntry) -> str:
    """The reason, or when it was erased."""
    said = getattr(entry, "said", None)
    return said_aloud(said) if said else ""
