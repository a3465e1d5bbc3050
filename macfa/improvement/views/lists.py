"""Actions in a list: everything one may see, and the plan of one audit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from macfa.audits.lifecycle import Stage
from macfa.audits.pages import of_audit
from macfa.audits.rules import can_coordinate
from macfa.audits.views.common import fetch
from macfa.improvement import lists, rules
from macfa.improvement.models import SEES_ACTIONS, Action
from macfa.pages import person
from macfa.people.rules import holds
from workflows.rules import allows

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def actions(request: HttpRequest) -> HttpResponse:
    """The actions somebody may see: their own, their agency's, or the partnership's."""
    listing = lists.listing(person(request), request.GET)
    context = {"listing": listing, "crumbs": [("My work", "/")]}
    return render(request, "improvement/actions.html", context)


def action_plan(request: HttpRequest, public_id: str) -> HttpResponse:
    """The action plan of an audit, as far as somebody may see it."""
    user = person(request)
    audit = fetch(request, public_id)
    found = lists.named(Action.objects.visible_to(user).filter(audit=audit))
    coordinates = can_coordinate(audit, user)
    context = of_audit(audit) | {
        "rows": lists.rows(found.order_by("number")),
        "opens": allows(rules.check_open, audit, user),
        "closes": coordinates and audit.stage == Stage.ACTION_TRACKING,
        "sees_all": holds(user, SEES_ACTIONS, audit.partnership_id),
    }
    return render(request, "improvement/action_plan.html", context)
