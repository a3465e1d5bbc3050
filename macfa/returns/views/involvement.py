"""The agency's first answer, who audits, and the auditor's declaration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect

from macfa.audits.reminded import lines
from macfa.pages import person
from macfa.people.models import User
from macfa.people.roles import Role
from macfa.returns import rules, services
from macfa.returns.desks import desk_of
from macfa.returns.forms import AuditorForm, DeclareForm, InvolvementForm
from macfa.returns.forms.involvement import auditor_choices
from macfa.returns.models import Independence
from macfa.returns.views.frame import WhyPage, ask_why, lands_once, show, the_return

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from macfa.returns.models import AgencyReturn

TAKE_BACK = WhyPage(
    title="Take back the nil return",
    intro="The agency lead is asked again whether the agency was involved.",
    label="Why is the nil return taken back?",
    button="Take back the nil return",
    done="The nil return of {reference} has been taken back.",
)

NOT_INVOLVED = WhyPage(
    title="Not involved after all",
    intro="The audit is taken back from whoever has it, who is told why, and the agency lead is "
    "asked again whether the agency was involved. What was drafted is kept.",
    label="How did this come to light?",
    button="Take back that the agency was involved",
    done="{reference}: the agency lead is asked again.",
)


@lands_once
def say_involvement(request: HttpRequest, public_id: str) -> HttpResponse:
    """Involved or nil, on one page with one button."""
    return_ = the_return(request, public_id)
    rules.check_say_involved(return_, person(request))
    return involvement_page(request, return_)


def involvement_page(request: HttpRequest, return_: AgencyReturn) -> HttpResponse:
    """The page itself, also shown at the return's own address."""
    user = person(request)
    form = InvolvementForm(
        request.POST if request.method == "POST" else None,
        people=_may_be_given(return_),
        person=user,
        version=return_.version,
    )
    if form.is_valid():
        answer = _nil if form.is_nil else _involved
        messages.success(request, answer(return_, form, user))
        return redirect(return_)
    reminders = lines(return_, user)
    return show(request, "returns/involvement.html", return_, form=form, reminders=reminders)


def _involved(return_: AgencyReturn, form: InvolvementForm, user: User) -> str:
    auditor = form.chosen_auditor
    services.say_involved(
        return_=return_,
        involvement=form.cleaned_data["involvement"],
        auditor=auditor,
        by=user,
        expects=form.expects,
        token=form.token,
    )
    if auditor is None:
        return f"The audit of {return_.reference} is in your team’s queue."
    whose = "yours" if auditor.pk == user.pk else f"with {auditor.name}"
    return f"The audit of {return_.reference} is {whose}."


def _nil(return_: AgencyReturn, form: InvolvementForm, user: User) -> str:
    services.say_nil(
        return_=return_,
        kind=form.cleaned_data["nil_kind"],
        looked_for=form.cleaned_data["looked_for"],
        looked_by=form.cleaned_data["looked_by"],
        looked_on=form.cleaned_data["looked_on"],
        note=form.cleaned_data["note"],
        by=user,
        expects=form.expects,
        token=form.token,
    )
    return f"Nil return made for {return_.reference}. There is nothing more to do."


def _may_be_given(return_: AgencyReturn) -> list[User]:
    """The agency's auditors without a conflict of interest with the case."""
    return list(desk_of(return_.agency, Role.AUDITOR, return_.case_id).people)


@lands_once
def take_back_nil(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take a nil return back that was a mistake."""
    return_ = the_return(request, public_id)
    rules.check_take_back_nil(return_, person(request))
    return ask_why(
        request,
        return_,
        TAKE_BACK,
        lambda form, by: services.take_back_nil(
            return_=return_,
            why=form.cleaned_data["why"],
            by=by,
            expects=form.expects,
            token=form.token,
        ),
    )


@lands_once
def take_back_involved(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take back that the agency was involved, before the audit is handed in."""
    return_ = the_return(request, public_id)
    rules.check_take_back_involved(return_, person(request))
    return ask_why(
        request,
        return_,
        NOT_INVOLVED,
        lambda form, by: services.take_back_involved(
            return_=return_,
            why=form.cleaned_data["why"],
            by=by,
            expects=form.expects,
            token=form.token,
        ),
    )


@lands_once
def choose_auditor(request: HttpRequest, public_id: str) -> HttpResponse:
    """Give the audit to somebody, or move it."""
    return_ = the_return(request, public_id)
    user = person(request)
    rules.check_assign(return_, user)
    people = [each for each in _may_be_given(return_) if each.pk != return_.auditor_id]
    choices = [(each.public_id, each.name) for each in people]
    if rules.can_lead(return_, user) and return_.auditor_id != user.pk:
        choices = auditor_choices(people, user)
    form = AuditorForm(
        request.POST if request.method == "POST" else None,
        choices=choices,
        moving=return_.auditor_id is not None,
    )
    if form.is_valid():
        chosen = User.objects.get(public_id=form.cleaned_data["auditor"])
        why = form.cleaned_data.get("why", "")
        services.assign_auditor(return_=return_, auditor=chosen, why=why, by=user, token=form.token)
        messages.success(request, f"The audit of {return_.reference} is with {chosen.name}.")
        return redirect(return_)
    return show(request, "returns/auditor.html", return_, form=form, conflicts=_conflicts(return_))


def _conflicts(return_: AgencyReturn) -> list[Independence]:
    """Who stepped out of this return, and why: for the lead and the coordinator."""
    rows = return_.declarations.filter(independent=False).select_related("person")
    return list(rows.order_by("at"))


@lands_once
def declare(request: HttpRequest, public_id: str) -> HttpResponse:
    """The auditor's declaration of independence, or of a conflict of interest."""
    return_ = the_return(request, public_id)
    rules.check_declare(return_, person(request))
    return declare_page(request, return_)


def declare_page(request: HttpRequest, return_: AgencyReturn) -> HttpResponse:
    """The page itself, also shown at the return's own address."""
    form = DeclareForm(request.POST if request.method == "POST" else None, version=return_.version)
    if form.is_valid():
        independent = form.cleaned_data["independent"] == "yes"
        services.declare(
            return_=return_,
            independent=independent,
            conflict=form.cleaned_data["conflict"],
            by=person(request),
            expects=form.expects,
            token=form.token,
        )
        if independent:
            return redirect(return_)
        messages.success(request, "Thank you for saying so. The audit goes to somebody else.")
        return redirect("my_work")
    return show(request, "returns/declare.html", return_, form=form)
