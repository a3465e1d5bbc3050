"""What a form says when something is wrong: a sentence that names the field and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.forms.utils import pretty_name

from macfa.forms.dates import DateField

if TYPE_CHECKING:
    from collections.abc import Mapping


#: A label that begins with one of these stands in a sentence without "the".
DETERMINED = {"a", "an", "the", "your", "why", "who", "what", "how", "when", "where", "which"}


def speak_plainly(fields: Mapping[str, forms.Field]) -> None:
    """Replace Django's sentences in these fields; what a form's author wrote stays."""
    for name, field in fields.items():
        stock = _stock_messages(field)
        label = str(field.label or pretty_name(name)).removesuffix(" (optional)")
        for code, sentence in _sentences(field, label).items():
            if field.error_messages.get(code) is stock.get(code):
                field.error_messages[code] = sentence


def _stock_messages(field: forms.Field) -> dict[str, Any]:
    stock: dict[str, Any] = {}
    for kind in reversed(type(field).__mro__):
        stock |= getattr(kind, "default_error_messages", {})
    return stock


def _sentences(field: forms.Field, label: str) -> dict[str, str]:
    subject = f"“{label}”" if label.endswith("?") else label
    sentences = {
        "required": _required(field, label),
        "max_length": f"{subject} must be {_number(field, 'max_length')} characters or fewer",
        "min_length": f"{subject} must be {_number(field, 'min_length')} characters or more",
        "min_value": f"{subject} must be {_number(field, 'min_value')} or more",
        "max_value": f"{subject} must be {_number(field, 'max_value')} or less",
        "invalid_choice": f"Select one of the choices offered for “{label}”",
    }
    if isinstance(field, DateField):
        sentences["incomplete"] = f"{subject} must include a %(missing)s"
    if invalid := _invalid(field, subject):
        sentences["invalid"] = invalid
    return sentences


def _number(field: forms.Field, limit: str) -> str:
    number = getattr(field, limit, None)
    return f"{number:,}" if isinstance(number, int) else "%(limit_value)s"


def _required(field: forms.Field, label: str) -> str:
    if label.endswith("?"):
        return f"Answer “{label}”"
    if isinstance(field, forms.BooleanField):
        return f"Tick “{label}” to continue"
    select = isinstance(field, forms.ChoiceField | forms.ModelChoiceField | forms.FileField)
    return f"{'Select' if select else 'Enter'} {_as_object(label)}"


def _as_object(label: str) -> str:
    """As the object of a sentence: "the theme", "the QPPA date", "your comment"."""
    words = _lower_first(label)
    return words if words.split(" ")[0] in DETERMINED else f"the {words}"


def _invalid(field: forms.Field, subject: str) -> str:
    if isinstance(field, DateField):
        return f"{subject} must be a real date"
    if isinstance(field, forms.DecimalField | forms.FloatField):
        return f"{subject} must be a number"
    if isinstance(field, forms.IntegerField):
        return f"{subject} must be a whole number"
    if isinstance(field, forms.EmailField):
        return "Enter an email address like name@example.com"
    return ""


def _lower_first(label: str) -> str:
    """As inside a sentence, but for abbreviations: "theme", "QPPA date"."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]
