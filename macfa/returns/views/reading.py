"""A return's own page: what this person can do next, or read; and the lead's sign-off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from macfa.audits.reminded import lines
from macfa.forms import ActForm
from macfa.pages import person
from macfa.returns import rules, services
from macfa.returns.history import history
from macfa.returns.lifecycle import ReturnState
from macfa.returns.paper import of_return, read_draft, read_submission, sections
from macfa.returns.views.answering import task_list
from macfa.returns.views.frame import WhyPage, ask_why, lands_once, show, the_return
from macfa.returns.views.involvement import declare_page, involvement_page
from workflows import reads, tasks
from workflows.models import Read

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from macfa.people.models import User
    from macfa.returns.models import AgencyReturn
    from macfa.returns.paper import Section

    Rule = Callable[[AgencyReturn, User], bool]

REMIND = ("Send a reminder", "remind/", rules.can_remind)
EXTEND = ("Give more time", "extend/", rules.can_run_outstanding)
NOT_RETURNED = ("Record as not returned", "not-returned/", rules.can_run_outstanding)
#: What somebody may do about a return besides writing it, by its state.
OFFERS: dict[ReturnState, tuple[tuple[str, str, Rule], ...]] = {
    ReturnState.ISSUED: (REMIND, EXTEND, NOT_RETURNED),
    ReturnState.DRAFTING: (
        ("Choose who audits it", "auditor/", rules.can_assign),
        ("Say that you were not involved", "not-involved/", rules.can_take_back_involved),
        REMIND,
        EXTEND,
        NOT_RETURNED,
    ),
    ReturnState.WITH_LEAD: (REMIND, EXTEND, NOT_RETURNED),
    ReturnState.SUBMITTED: (
        ("Send back with a query", "query/", rules.can_query),
        ("Add an addendum", "addendum/", rules.can_add),
    ),
    ReturnState.NIL: (("Take back the nil return", "take-back/", rules.can_take_back_nil),),
    ReturnState.NOT_RETURNED: (("Accept the return late", "accept-late/", rules.can_accept_late),),
    ReturnState.WITHDRAWN: (),
}
#: Where whoever works on a return is done with it for now.
HANDED_IN = {ReturnState.WITH_LEAD, ReturnState.SUBMITTED}
#: How a return stands that nobody is at work on, in a sentence.
STANDING = {
    ReturnState.NOT_RETURNED: "The audit goes on without this return.",
    ReturnState.WITHDRAWN: "Nothing is owed any more.",
    ReturnState.SUBMITTED: "The agency gave no overall grade, and says why.",
}
HAND_BACK = WhyPage(
    title="Send back to the auditor",
    intro="The auditor can change the audit and passes it to you again. Nobody outside your "
    "agency reads what you write here.",
    label="What should the auditor look at again?",
    button="Send back to the auditor",
    done="{reference} is back with its auditor.",
)


@require_safe
def return_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """The return: what this person can do with it next, or what they may read of it."""
    return_ = the_return(request, public_id)
    user = person(request)
    if rules.can_say_involved(return_, user):
        return involvement_page(request, return_)
    if rules.can_write(return_, user):
        return _writing(request, return_)
    if rules.can_sign_off(return_, user):
        return _signing(request, return_, ActForm(version=return_.version))
    return _reading(request, return_)


def _writing(request: HttpRequest, return_: AgencyReturn) -> HttpResponse:
    """The auditor's list of domains, once they have declared independence."""
    draft = read_draft(return_, person(request))
    if not draft.declared:
        return declare_page(request, return_)
    items = task_list(return_, sections(of_return(draft.asked, return_)))
    done = sum(item["tag"] == "Completed" for item in items)
    ready = done == len(items)
    check = f"{return_.get_absolute_url()}check/"
    return show(
        request,
        "returns/write.html",
        return_,
        items=items,
        query=return_.open_query,
        answer_at=f"{check}#id_answer" if ready else check,
        again=draft.handed_in > 0,
        done=done,
        ready=ready,
        may_take_back=rules.can_take_back_involved(return_, person(request)),
        **_around(request, return_),
    )


def _signing(request: HttpRequest, return_: AgencyReturn, form: ActForm) -> HttpResponse:
    """The whole return for its lead, with two ways on."""
    draft = read_draft(return_, person(request))
    parts = sections(of_return(draft.asked, return_))
    return show(
        request,
        "returns/sign_off.html",
        return_,
        form=form,
        parts=parts,
        **_around(request, return_),
    )


def _reading(request: HttpRequest, return_: AgencyReturn) -> HttpResponse:
    """Whatever this person may read: their agency's draft, or what was submitted."""
    user = person(request)
    inside = rules.works_on(return_, user)
    if not inside:
        reads.note(user, Read.How.RETURN, return_)
    submission = return_.submissions.sent().select_related("by").last()
    parts: list[Section] = []
    is_draft = False
    if inside and return_.state in {ReturnState.DRAFTING, ReturnState.WITH_LEAD}:
        draft = read_draft(return_, user)
        parts, is_draft = sections(of_return(draft.asked, return_)), True
    elif submission:
        parts = read_submission(return_, submission)
    return show(
        request,
        "returns/return.html",
        return_,
        parts=parts,
        is_draft=is_draft,
        submission=None if is_draft else submission,
        offers=_offers(return_, user),
        standing=STANDING.get(ReturnState(return_.state), ""),
        is_nil=return_.state == ReturnState.NIL,
        own_grade=return_.grade if return_.state == ReturnState.SUBMITTED else None,
        not_returned_because=return_.not_returned_because if _tells_why(return_, user) else "",
        handed_in=inside and return_.state in HANDED_IN,
        addenda=return_.addenda.select_related("by", "question"),
        question=return_.questions.open().select_related("asked_by").first(),
        **_around(request, return_),
    )


def _tells_why(return_: AgencyReturn, user: User) -> bool:
    """Whether somebody reads why the audit goes on without a return."""
    known = rules.works_on(return_, user) or rules.can_coordinate(return_, user)
    return bool(return_.state == ReturnState.NOT_RETURNED) and known


def _offers(return_: AgencyReturn, user: User) -> list[tuple[str, str]]:
    base = return_.get_absolute_url()
    offers = OFFERS[ReturnState(return_.state)]
    return [(label, f"{base}{path}") for label, path, allows in offers if allows(return_, user)]


def _around(request: HttpRequest, return_: AgencyReturn) -> dict[str, Any]:
    """What stands beside the return: who has it, queries, reminders, and its history."""
    user = person(request)
    inside = rules.works_on(return_, user)
    coordinates = rules.can_coordinate(return_, user)
    items = tasks.open_items([return_])
    known = inside or coordinates
    queries = return_.queries.select_related("asked_by").order_by("-pk")
    if not inside:
        queries = queries.filter(within_agency=False)
    return {
        "inside": inside,
        "known": known,
        "item": items[0] if items and known else None,
        "queries": list(queries if inside else queries.filter(within_agency=False))
        if known
        else [],
        "reminders": lines(return_, user) if known else [],
        "history": history(return_, with_reasons=known),
    }


@lands_once
def sign_off(request: HttpRequest, public_id: str) -> HttpResponse:
    """The lead reads the whole return and signs it off."""
    return_ = the_return(request, public_id)
    user = person(request)
    rules.check_sign_off(return_, user)
    form = ActForm(request.POST if request.method == "POST" else None, version=return_.version)
    if form.is_valid():
        services.sign_off(return_=return_, by=user, expects=form.expects, token=form.token)
        messages.success(request, f"{return_.reference} is signed off and submitted.")
        return redirect(return_)
    return _signing(request, return_, form)


@lands_once
def hand_back(request: HttpRequest, public_id: str) -> HttpResponse:
    """The lead asks the auditor to look again."""
    return_ = the_return(request, public_id)
    rules.check_hand_back(return_, person(request))
    return ask_why(
        request,
        return_,
        HAND_BACK,
        lambda form, by: services.hand_back(
            return_=return_,
            why=form.cleaned_data["why"],
            by=by,
            expects=form.expects,
            token=form.token,
        ),
    )
