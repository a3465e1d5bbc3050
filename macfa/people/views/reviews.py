"""The yearly review of access: which wait, which are late, and answering one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render

from macfa.forms.checking import refused_beside
from macfa.pages import person
from macfa.people import giving_roles, reviewing, services
from macfa.people.people_forms import ReviewForm
from macfa.templatetags.macfa_ui import day
from workflows import timeline

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from macfa.people.models import AccessReview, Membership


def reviews(request: HttpRequest) -> HttpResponse:
    """The reviews that wait, late ones marked, and those that are done."""
    user = person(request)
    giving_roles.check_looks_after(user)
    return render(request, "people/reviews.html", {"reviews": reviewing.seen_by(user)})


def review(request: HttpRequest, public_id: str) -> HttpResponse:
    """Answer for each role, or read what was answered."""
    user = person(request)
    found = next((each for each in reviewing.seen_by(user) if each.public_id == public_id), None)
    if found is None:
        raise Http404
    if not reviewing.can_review(found, user):
        context = {"review": found, "lines": timeline.lines(timeline.of_record(found))}
        return render(request, "people/review_read.html", context)
    return _answer(request, found)


def _answer(request: HttpRequest, found: AccessReview) -> HttpResponse:
    asked = list(reviewing.to_confirm(found.partnership_id, found.agency))
    confirmed = reviewing.last_confirmed(asked)

    def said(each: Membership) -> str:
        signed_in, last = each.person.last_login, confirmed.get(each.pk)
        return (
            f"Since {day(each.since)}. Last signed in: {day(signed_in) or 'never'}. "
            f"Last confirmed: {day(last) or 'never'}."
        )

    form = ReviewForm(request.POST or None, asked=asked, said=said, version=found.version)
    if form.is_valid():
        with refused_beside(form):
            services.answer_review(
                review=found,
                answers=form.answers,
                by=person(request),
                expects=form.expects,
                token=form.token,
            )
            messages.success(request, "Thank you. The review of access is finished.")
            return redirect("reviews")
    return render(request, "people/review.html", {"review": found, "form": form})
