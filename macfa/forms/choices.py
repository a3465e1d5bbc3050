"""Choices among stored records, which take any nonsense for what it is: not one of the choices."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError


class OneRecord(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A choice of one record. A number no database can hold is no choice."""

    def to_python(self, value: Any) -> Any:
        """The record chosen."""
        try:
            return super().to_python(value)
        except OverflowError:
            raise _no_choice(self, value) from None


class SeveralRecords(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """A choice of several records. A number no database can hold is no choice."""

    def clean(self, value: Any) -> Any:
        """The records chosen."""
        try:
            return super().clean(value)
        except OverflowError:
            raise _no_choice(self, value) from None


def _no_choice(field: forms.Field, value: Any) -> ValidationError:
    message = field.error_messages["invalid_choice"]
    return ValidationError(message, code="invalid_choice", params={"value": value, "pk": value})
