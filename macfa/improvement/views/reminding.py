"""Reminding the owner of an action."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect

from macfa.audits.forms.reminding import CallForm, RemindForm
from macfa.audits.reminders import due_words
from macfa.improvement import rules, services
from macfa.improvement.views.common import act_page, fetch
from macfa.pages import person

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def remind(request: HttpRequest, public_id: str) -> HttpResponse:
    """Send the owner a reminder, with a word."""
    user = person(request)
    action = fetch(request, public_id)
    form = RemindForm(request.POST or None)
    if form.is_valid():
        note = form.cleaned_data["note"]
        services.remind(action=action, note=note, by=user, token=form.token)
        messages.success(request, f"A reminder of {action.reference} went to {action.owner}.")
        return redirect(action)
    rules.check_reminds(action, user)
    return act_page(
        request,
        action,
        form,
        title="Send a reminder",
        button="Send the reminder",
        intro=f"The reminder goes to {action.owner}. The action {due_words(action.due)}.",
    )


def call(request: HttpRequest, public_id: str) -> HttpResponse:
    """Write down a reminder by telephone."""
    user = person(request)
    action = fetch(request, public_id)
    form = CallForm(request.POST or None)
    if form.is_valid():
        services.note_call(action=action, call=form.call, by=user, token=form.token)
        messages.success(request, f"Your call about {action.reference} is recorded.")
        return redirect(action)
    rules.check_calls(action, user)
    return act_page(
        request,
        action,
        form,
        title="Record a telephone call",
        button="Record the call",
        intro="The call is kept with the reminders, where the owner sees it. Nothing is sent.",
    )
