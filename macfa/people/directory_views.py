"""The people of a partnership: who holds which role, and to whom e-mail does not arrive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.shortcuts import render

from macfa.pages import person
from macfa.people.models import Membership, User
from macfa.people.rules import check_sees_people
from notifications.models import Counter

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from macfa.people.models import Partnership

PAGE = 50


def people(request: HttpRequest) -> HttpResponse:
    """Everybody who holds a role today, or only those whose e-mail is refused."""
    partnership = check_sees_people(person(request))
    only_refused = request.GET.get("show") == "refused"
    refused = Counter.objects.filter(refused_at__isnull=False)
    rows = _people_of(partnership)
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
    }
    return render(request, "people/people.html", context)


def _people_of(partnership: Partnership) -> QuerySet[User]:
    held = Membership.objects.current().filter(team__partnership=partnership)
    roles = held.select_related("team").order_by("team__name")
    found = User.objects.filter(pk__in=held.values("person")).order_by("name", "pk")
    return found.prefetch_related(Prefetch("memberships", roles, "roles_held"))
