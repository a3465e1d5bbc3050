"""The few pages that belong to no room, and how every view fetches a record."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Protocol, TypeVar

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from notifications import push
from notifications.pulse import pulse
from workflows import reads

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet
    from django.http import HttpRequest, HttpResponse

    from macfa.people.models import User

M = TypeVar("M", bound="Model")
M_co = TypeVar("M_co", bound="Model", covariant=True)


class Visible(Protocol[M_co]):
    """A manager or queryset that knows which of its rows somebody may see."""

    def visible_to(self, person: User, /) -> QuerySet[M_co]:
        """The rows this person may see."""
        ...


def visible(rows: Visible[M], person: User, public_id: str, *related: str) -> M:
    """Fetch and authorise in one step: a record of somebody else's does not exist (404), and
    that they asked for it is written down (R13).

    The page is of the record's partnership, also for somebody who serves in several.
    """
    found = rows.visible_to(person)
    if related:
        found = found.select_related(*related)
    try:
        record = get_object_or_404(found, public_id=public_id)
    except Http404:
        reads.not_found(person, found.model, public_id)
        raise
    person.reach.turn_to(record)
    return record


def person(request: HttpRequest) -> User:
    """Who is signed in. Every page asks for a sign-in unless it says otherwise."""
    user = request.user
    assert user.is_authenticated
    return user


@login_not_required
def alive(_request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@login_not_required
def ready(_request: HttpRequest) -> JsonResponse:
    """Database there and migrated. Redis down is only "degraded": pages work without it."""
    try:
        executor = MigrationExecutor(connection)
        behind = bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except DatabaseError:
        return JsonResponse({"status": "down", "database": "unreachable"}, status=503)
    if behind:
        return JsonResponse({"status": "down", "database": "migrations missing"}, status=503)
    degraded = push.health.degraded or not pulse.beats()
    return JsonResponse({"status": "degraded" if degraded else "ok"})


def not_read(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A request that could not be read; one that was too long is told so."""
    status = 413 if isinstance(exception, RequestDataTooBig) else 400
    return render(request, f"{status}.html", status=status)


#: Limits that a page of its own tells are counted by the minute.
MINUTE = timedelta(minutes=1)


def too_often(request: HttpRequest) -> HttpResponse:
    """So many tries look like somebody who guesses; when the next may come."""
    response = render(request, "429.html", {"again_at": timezone.now() + MINUTE}, status=429)
    response["Retry-After"] = str(int(MINUTE.total_seconds()))
    return response


@login_not_required
def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility statement."""
    return render(request, "pages/accessibility.html")


@login_not_required
def source(request: HttpRequest) -> HttpResponse:
    """Where the source of this installation is to be had (AGPL, section 13)."""
    return render(request, "pages/source.html")
