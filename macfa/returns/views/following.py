"""What the coordinator does about a return: query, remind, more time, or go on without it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect

from macfa.audits.forms.reminding import CallForm, RemindForm
from macfa.audits.school import of_agencies
from macfa.pages import person
from macfa.returns import rules, services
from macfa.returns.forms import ExtendForm
from macfa.returns.outstanding import owed
from macfa.returns.views.frame import WhyPage, ask_why, lands_once, show, the_return

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

QUERY = WhyPage(
    title="Send back with a query",
    intro="The return goes back to its auditor, who answers you and submits it again. What was "
    "submitted is kept.",
    label="What do you want to know?",
    hint="You cannot change the agency’s words or grade; the agency can.",
    button="Send back with this query",
    done="{reference} has been sent back with your query.",
)
NOT_RETURNED = WhyPage(
    title="Record as not returned",
    intro="The audit goes on without this return. Whoever has it to do is told that it is no "
    "longer needed. You can still accept it late.",
    label="Why does the audit go on without it?",
    button="Record as not returned",
    done="{reference} is recorded as not returned.",
    warning=True,
)
ACCEPT_LATE = WhyPage(
    title="Accept this return late",
    intro="The agency can audit its work after all. If the panel has the case by then, the "
    "return is marked as late and figures already published stay as they are.",
    label="Why may the agency return it late?",
    button="Accept the return late",
    done="{reference} can be returned late.",
)


@lands_once
def query(request: HttpRequest, public_id: str) -> HttpResponse:
    """Send a submitted return back to its auditor with a query."""
    return_ = the_return(request, public_id)
    rules.check_query(return_, person(request))
    return ask_why(
        request,
        return_,
        QUERY,
        lambda form, by: services.query(
            return_=return_,
            text=form.cleaned_data["why"],
            by=by,
            expects=form.expects,
            token=form.token,
        ),
    )


@lands_once
def record_not_returned(request: HttpRequest, public_id: str) -> HttpResponse:
    """Go on without a return, with a reason."""
    return_ = the_return(request, public_id)
    rules.check_runs_outstanding(return_, person(request))
    return ask_why(
        request,
        return_,
        NOT_RETURNED,
        lambda form, by: services.record_not_returned(
            return_=return_,
            reason=form.cleaned_data["why"],
            by=by,
            expects=form.expects,
            token=form.token,
        ),
    )


@lands_once
def accept_late(request: HttpRequest, public_id: str) -> HttpResponse:
    """Let an agency answer after all."""
    return_ = the_return(request, public_id)
    rules.check_accept_late(return_, person(request))
    return ask_why(
        request,
        return_,
        ACCEPT_LATE,
        lambda form, by: services.accept_late(
            return_=return_,
            why=form.cleaned_data["why"],
            by=by,
            expects=form.expects,
            token=form.token,
        ),
    )


@lands_once
def remind(request: HttpRequest, public_id: str) -> HttpResponse:
    """Remind whoever has a return to do."""
    return_ = the_return(request, public_id)
    user = person(request)
    rules.check_remind(return_, user)
    form = RemindForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        note = form.cleaned_data["note"]
        sent = services.remind(return_=return_, note=note, by=user, token=form.token)
        names = ", ".join(str(reminder.person) for reminder in sent)
        messages.success(request, f"A reminder of {return_.reference} went to {names}.")
        return redirect(return_)
    [one] = owed([return_], user)
    calls = rules.can_call(return_, user)
    return show(request, "returns/remind.html", return_, form=form, owed=one, calls=calls)


@lands_once
def call(request: HttpRequest, public_id: str) -> HttpResponse:
    """Write down a reminder by telephone."""
    return_ = the_return(request, public_id)
    user = person(request)
    rules.check_calls(return_, user)
    form = CallForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        services.note_call(return_=return_, call=form.call, by=user, token=form.token)
        messages.success(request, f"Your call about {return_.reference} is recorded.")
        return redirect(return_)
    return show(request, "returns/call.html", return_, form=form)


@lands_once
def extend(request: HttpRequest, public_id: str) -> HttpResponse:
    """Give an agency more time for one return."""
    return_ = the_return(request, public_id)
    user = person(request)
    rules.check_runs_outstanding(return_, user)
    form = ExtendForm(request.POST if request.method == "POST" else None, return_=return_)
    if form.is_valid():
        return_ = services.extend(
            return_=return_,
            due=form.cleaned_data["due"],
            reason=form.cleaned_data["why"],
            by=user,
            token=form.token,
        )
        messages.success(request, f"{return_.reference} has a new due date.")
        if closed := of_agencies([return_.agency], return_.due):
            messages.warning(request, closed)
        return redirect(return_)
    return show(request, "returns/extend.html", return_, form=form)
