"""The page that explains each role in plain words."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from django.shortcuts import render

from macfa.pages import person
from macfa.people.roles import GUIDES
from macfa.people.rules import teams_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def roles(request: HttpRequest) -> HttpResponse:
    """Every role: what it does and may not do, and whether the reader holds it."""
    held: dict[str, list[str]] = defaultdict(list)
    for team in teams_of(person(request)):
        held[team.role].append(f"Your role in {team.agency}" if team.agency else "Your role")
    guides = [(guide, held[guide.role]) for guide in GUIDES]
    return render(request, "people/roles.html", {"roles": guides})
