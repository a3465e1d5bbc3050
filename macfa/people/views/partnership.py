"""The pages that explain each role, and give the numbers to call when a child is at risk now."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render

from macfa.pages import person
from macfa.people.forms import MostOpenTasksForm, NumbersForm
from macfa.people.models import Partnership
from macfa.people.roles import GUIDES, Role
from macfa.people.rules import (
    KEEPS_NUMBERS,
    check_holds,
    check_keeps_numbers,
    holds,
    numbers_for,
    teams_of,
)
from macfa.people.services import set_most_open_tasks, set_numbers
from workflows.errors import NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def roles(request: HttpRequest) -> HttpResponse:
    """Every role: what it does and may not do, and whether the reader holds it."""
    held: dict[str, list[str]] = defaultdict(list)
    for team in teams_of(person(request)):
        held[team.role].append(f"Your role in {team.agency}" if team.agency else "Your role")
    guides = [(guide, held[guide.role]) for guide in GUIDES]
    return render(request, "people/roles.html", {"roles": guides})


@login_not_required
def urgent(request: HttpRequest) -> HttpResponse:
    """Whom to call when a child is at risk now; also for whoever is not signed in (R25)."""
    found = numbers_for(request.user)
    keeps = request.user.is_authenticated and any(
        holds(request.user, KEEPS_NUMBERS, each) for each in found
    )
    return render(request, "people/urgent.html", {"keeps": keeps})


def _at_home(request: HttpRequest) -> Partnership:
    """The partnership somebody works in."""
    home = person(request).reach.home
    if home is None:
        raise NotAllowed("This is for people who work in a partnership.")
    return Partnership.objects.get(pk=home.id)


def most_open_tasks(request: HttpRequest) -> HttpResponse:
    """Say how many open tasks one person should hold at most."""
    user, partnership = person(request), _at_home(request)
    check_holds(user, Role.COORDINATOR, partnership)
    initial = {"most_open_tasks": partnership.most_open_tasks}
    form = MostOpenTasksForm(request.POST or None, initial=initial)
    if form.is_valid():
        set_most_open_tasks(partnership=partnership, **form.cleaned_data, by=user)
        messages.success(request, "The most open tasks for one person are changed.")
        return redirect("holders")
    return render(request, "people/most_open_tasks.html", {"form": form})


def numbers(request: HttpRequest) -> HttpResponse:
    """Change the numbers to call."""
    user, partnership = person(request), _at_home(request)
    check_keeps_numbers(partnership, user)
    initial = {name: getattr(partnership, name) for name in NumbersForm.base_fields}
    form = NumbersForm(request.POST or None, initial=initial)
    if form.is_valid():
        set_numbers(partnership=partnership, **form.cleaned_data, by=user)
        messages.success(request, "The numbers are changed.")
        return redirect("urgent")
    return render(request, "people/change_numbers.html", {"form": form})
