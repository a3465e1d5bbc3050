"""Recording what the panel decides: for an agency, a domain, all domains, and the case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render

from macfa.forms.checking import refused_beside
from macfa.moderation import rules, services
from macfa.moderation.case_pack import CasePack
from macfa.moderation.forms import CaseGradeForm, DomainsForm, GradeForm
from macfa.moderation.views.common import fetch_case, of_case, once
from macfa.moderation.way_on import case_url
from macfa.pages import person

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from macfa.moderation.case_pack import Column, Row
    from macfa.sampling.models import Case


def _around(case: Case) -> dict[str, object]:
    return of_case(case, (case.label, case_url(case)))


def grade_agency(request: HttpRequest, public_id: str, return_id: str) -> HttpResponse:
    """One agency's whole return, and the panel's grade for it beside its own."""
    user = person(request)
    case = fetch_case(request, public_id)
    pack = CasePack(case)
    column = _column(pack, return_id)
    form = GradeForm(
        request.POST or None,
        case=case,
        by=user,
        grades=pack.grades,
        return_=column.agency_return,
        descriptors=pack.descriptors(pack.overall),
    )
    if form.is_valid():
        with once():
            decision = services.grade_agency(
                return_=column.agency_return,
                grade=form.cleaned_data["grade"],
                reason=form.cleaned_data["reason"],
                decided_by=form.cleaned_data["decided_by"],
                by=user,
                expects=form.expects,
                token=form.token,
            )
            messages.success(request, f"Panel grade for {column.name}: {decision}.")
        return redirect(case_url(case))
    context = _around(case) | {
        "form": form,
        "column": column,
        "answers": [(domain, column.answers[domain.pk]) for domain in pack.overall_first],
        "records": rules.can_record(case, user),
        "asks": rules.can_ask(column.agency_return, user),
        "withdraws": column.question and rules.can_withdraw_question(column.agency_return, user),
    }
    return render(request, "moderation/grade_agency.html", context)


def _column(pack: CasePack, return_id: str) -> Column:
    for column in pack.columns:
        if column.agency_return.public_id == return_id:
            return column
    raise Http404


def grade_domain(request: HttpRequest, public_id: str, code: str) -> HttpResponse:
    """What all agencies said about one domain, and the panel's grade for it."""
    user = person(request)
    case = fetch_case(request, public_id)
    pack = CasePack(case)
    row = _row(pack, code)
    form = GradeForm(
        request.POST or None,
        case=case,
        by=user,
        grades=pack.grades,
        descriptors=pack.descriptors(row.domain),
    )
    if form.is_valid():
        with once():
            decision = services.grade_domain(
                case=case,
                domain=row.domain,
                grade=form.cleaned_data["grade"],
                reason=form.cleaned_data["reason"],
                decided_by=form.cleaned_data["decided_by"],
                by=user,
                expects=form.expects,
                token=form.token,
            )
            messages.success(request, f"{row.domain}: {decision}.")
        return redirect(case_url(case))
    context = _around(case) | {
        "form": form,
        "row": row,
        "records": rules.can_record(case, user),
    }
    return render(request, "moderation/grade_domain.html", context)


def _row(pack: CasePack, code: str) -> Row:
    row = pack.row(code)
    if row is None:
        raise Http404
    return row


def grade_domains(request: HttpRequest, public_id: str) -> HttpResponse:
    """Every domain of a case on one page, recorded in one act."""
    user = person(request)
    case = fetch_case(request, public_id)
    if request.method != "POST":
        rules.check_records(case, user)
    pack = CasePack(case)
    form = DomainsForm(request.POST or None, case=case, by=user, grades=pack.grades, rows=pack.rows)
    if form.is_valid():
        with once():
            recorded = services.grade_domains(
                case=case,
                decisions=form.decisions,
                decided_by=form.cleaned_data["decided_by"],
                by=user,
                expects=form.expects,
                token=form.token,
            )
            count = "1 domain grade" if len(recorded) == 1 else f"{len(recorded)} domain grades"
            messages.success(request, f"{count} recorded." if recorded else "Nothing changed.")
        return redirect(case_url(case))
    return render(request, "moderation/grade_domains.html", _around(case) | {"form": form})


def grade_case(request: HttpRequest, public_id: str) -> HttpResponse:
    """The multi-agency grade of the case: the panel's own judgement (R30)."""
    user = person(request)
    case = fetch_case(request, public_id)
    if request.method != "POST":
        rules.check_records(case, user)
    pack = CasePack(case)
    form = CaseGradeForm(
        request.POST or None,
        case=case,
        by=user,
        grades=pack.grades,
        descriptors=pack.descriptors(),
    )
    if form.is_valid():
        with refused_beside(form):
            with once():
                decision = services.grade_case(
                    case=case,
                    grade=form.cleaned_data["grade"],
                    reason=form.cleaned_data["reason"],
                    decided_by=form.cleaned_data["decided_by"],
                    dissent=form.cleaned_data["dissent"],
                    by=user,
                    expects=form.expects,
                    token=form.token,
                )
                messages.success(request, f"Case grade of {case}: {decision}.")
            return redirect(case_url(case))
    context = _around(case) | {"form": form, "pack": pack}
    return render(request, "moderation/grade_case.html", context)
