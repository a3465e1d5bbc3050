"""What pages do with forms: refuse beside a field, and let answers be checked before the act."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError

from workflows.errors import NotYet, Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest

    from macfa.forms import ActForm, Form

#: What every form of an act carries besides what is typed.
ACTS = {"token", "version"}
#: Fields of a form that do not go from the page that checks it to the one that does it.
NOT_CARRIED = {"csrfmiddlewaretoken", "confirmed", "change"}


@contextmanager
def refused_beside(form: Form, field: str | None = None) -> Iterator[None]:
    """Show what is still missing as an error of the form, beside the field it is about."""
    try:
        yield
    except NotYet as refusal:
        form.add_error(field, " ".join((refusal.sentence, *refusal.missing)))


@contextmanager
def refused_here() -> Iterator[None]:
    """Show what a rule refuses as the error of the field that is being cleaned."""
    try:
        yield
    except Refused as refusal:
        raise ValidationError(refusal.sentence) from None


def answers(form: ActForm) -> dict[str, Any]:
    """What was typed, by the names under which the service takes it."""
    return {name: value for name, value in form.cleaned_data.items() if name not in ACTS}


def to_check(request: HttpRequest, form: Form) -> bool:
    """Whether what was typed is in order, and the person has not asked to change it."""
    return form.is_valid() and "change" not in request.POST


def confirmed(request: HttpRequest) -> bool:
    """Whether the person has checked what they typed."""
    return "confirmed" in request.POST


def carried(request: HttpRequest) -> list[tuple[str, str]]:
    """What was typed, for hidden fields of the page on which it is checked."""
    typed = (pair for pair in request.POST.lists() if pair[0] not in NOT_CARRIED)
    return [(name, str(value)) for name, values in typed for value in values]
