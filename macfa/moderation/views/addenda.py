"""The panel's question to an agency, and what the agency adds to its return."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render

from macfa.forms.checking import answers
from macfa.moderation import rules, services
from macfa.moderation.forms import AddendumForm, QuestionForm, WithdrawQuestionForm
from macfa.moderation.views.common import fetch_case, of_case, once
from macfa.moderation.way_on import case_url
from macfa.pages import person
from macfa.returns.models import AgencyReturn
from macfa.returns.rules import check_adds
from macfa.returns.views.frame import lands_once, show, the_return

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from macfa.sampling.models import Case


def ask_agency(request: HttpRequest, public_id: str, return_id: str) -> HttpResponse:
    """Ask an agency about what it submitted; the case waits for the answer."""
    case, user = fetch_case(request, public_id), person(request)
    return_ = _return_of(case, return_id)
    form = QuestionForm(request.POST or None, version=return_.version)
    if form.is_valid():
        with once():
            services.ask_agency(
                return_=return_, **answers(form), by=user, expects=form.expects, token=form.token
            )
            messages.success(request, f"{rules.answerer(return_)} is asked.")
        return redirect(_agency_url(case, return_))
    rules.check_asks(return_, user)
    return _page(request, "moderation/ask_agency.html", case, return_, form=form)


def withdraw_question(request: HttpRequest, public_id: str, return_id: str) -> HttpResponse:
    """The panel need not know any more."""
    case, user = fetch_case(request, public_id), person(request)
    return_ = _return_of(case, return_id)
    form = WithdrawQuestionForm(request.POST or None, version=return_.version)
    if form.is_valid():
        with once():
            services.withdraw_question(
                return_=return_, **answers(form), by=user, expects=form.expects, token=form.token
            )
            messages.success(request, "The question is withdrawn.")
        return redirect(_agency_url(case, return_))
    rules.check_withdraws_question(return_, user)
    question = return_.questions.open().get()
    page = "moderation/withdraw_question.html"
    return _page(request, page, case, return_, form=form, question=question)


def _return_of(case: Case, return_id: str) -> AgencyReturn:
    returns = AgencyReturn.objects.select_related("setting").filter(case=case)
    return get_object_or_404(returns, public_id=return_id)


def _agency_url(case: Case, return_: AgencyReturn) -> str:
    return f"{case_url(case)}agencies/{return_.public_id}/"


def _page(
    request: HttpRequest, template: str, case: Case, return_: AgencyReturn, **context: object
) -> HttpResponse:
    name, url = rules.answerer(return_), _agency_url(case, return_)
    around = of_case(case, (case.label, case_url(case)), (name, url))
    return render(request, template, {**around, "name": name, "agency_url": url, **context})


@lands_once
def add_addendum(request: HttpRequest, public_id: str) -> HttpResponse:
    """The agency adds to its return, or answers the panel's question."""
    return_, user = the_return(request, public_id), person(request)
    form = AddendumForm(request.POST or None, version=return_.version)
    if form.is_valid():
        services.add_addendum(
            return_=return_, **answers(form), by=user, expects=form.expects, token=form.token
        )
        messages.success(request, f"Your addendum to {return_.reference} is with the panel.")
        return redirect(return_)
    check_adds(return_, user)
    question = return_.questions.open().select_related("asked_by").first()
    return show(request, "returns/addendum.html", return_, form=form, question=question)
