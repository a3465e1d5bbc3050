"""The people of a partnership: who holds which role, and which e-mails do not arrive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from macfa.pages import person
from macfa.people.giving_roles import check_looks_after
from macfa.people.models import Membership, User
from macfa.people.rules import check_sees_people
from macfa.people.second_factor import administrates
from notifications import posting
from notifications.models import Counter, Email
from notifications.narrowing import number

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from macfa.people.models import Partnership, Team
    from notifications.models import EmailQuerySet

PAGE = 50


def people(request: HttpRequest) -> HttpResponse:
    """Everybody one looks after who holds a role today, or only those whose e-mail is refused."""
    teams = check_looks_after(person(request))
    only_refused = request.GET.get("show") == "refused"
    refused = Counter.objects.filter(refused_at__isnull=False)
    rows = _people_of(teams)
    if only_refused:
        rows = rows.filter(pk__in=refused.values("recipient"))
    if one := request.GET.get("person"):
        rows = rows.filter(public_id=one)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    since = dict(refused.filter(recipient__in=list(page)).values_list("recipient", "refused_at"))
    context = {
        "page": page,
        "people": [(each, since.get(each.pk)) for each in page],
        "only_refused": only_refused,
        "one": one,
        "helps_in": administrates(person(request)),
    }
    return render(request, "people/people.html", context)


def _people_of(teams: QuerySet[Team]) -> QuerySet[User]:
    held = Membership.objects.current().filter(team__in=teams)
    roles = held.select_related("team").order_by("team__name")
    found = User.objects.filter(pk__in=held.values("person")).order_by("name", "pk")
    return found.prefetch_related(Prefetch("memberships", roles, "roles_held"))


def parked_emails(request: HttpRequest) -> HttpResponse:
    """The e-mails that failed too often: to whom, when, how often, and what went wrong."""
    partnership = check_sees_people(person(request))
    parked = _parked(partnership).select_related("recipient").order_by("-made_at", "-pk")
    page = Paginator(parked, PAGE).get_page(request.GET.get("page"))
    return render(request, "people/parked_emails.html", {"page": page})


@require_POST
def try_email_again(request: HttpRequest) -> HttpResponse:
    """Send one again, or all of them, as if they had never failed."""
    parked = _parked(check_sees_people(person(request)))
    which = request.POST.get("email")
    if which:
        parked = parked.filter(pk=get_object_or_404(parked, pk=number(which)).pk)
    again = posting.try_again(parked)
    words = "1 e-mail is" if again == 1 else f"{again} e-mails are"
    messages.success(request, f"{words} sent again with the next round of the worker.")
    return redirect("parked_emails")


def _parked(partnership: Partnership) -> EmailQuerySet:
    """Of the e-mails to people of a partnership those that are parked."""
    held = Membership.objects.filter(team__partnership=partnership)
    return Email.objects.parked().filter(recipient__in=held.values("person"))
