"""A date as three boxes to type in: day, month, year."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

if TYPE_CHECKING:
    from collections.abc import Sequence

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
#: The boxes in order, each with its width in characters.
PARTS = {"day": 2, "month": 2, "year": 4}


class DateParts(forms.MultiWidget):
    """The three boxes, posted as `<name>_day`, `<name>_month` and `<name>_year`."""

    template_name = "components/forms/date.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({part: forms.TextInput() for part in PARTS}, attrs)

    def decompress(self, value: datetime.date | None) -> list[int | None]:
        return [value.day, value.month, value.year] if value else [None, None, None]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        wrong = "aria-invalid" in context["widget"]["attrs"]
        for box, (part, width) in zip(context["widget"]["subwidgets"], PARTS.items(), strict=True):
            box |= {"label": part.capitalize(), "width": width, "wrong": wrong}
        return context


class DateField(forms.DateField):
    """A date that a person types. A month may be a number or its name."""

    widget = DateParts
    default_error_messages: ClassVar[dict[str, Any]] = {
        "invalid": "Enter a real date",
        "incomplete": "The date must include a %(missing)s",
    }

    def to_python(self, value: Sequence[str | None] | datetime.date | None) -> datetime.date | None:
        """The date typed, or none where every box is empty."""
        if value is None or isinstance(value, datetime.date):
            return value
        typed = [(part or "").strip() for part in value]
        if not any(typed):
            return None
        self._check_complete(typed)
        day, month, year = typed
        try:
            return datetime.date(_number(year, digits=4), _month(month), _number(day))
        except ValueError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None

    def _check_complete(self, typed: list[str]) -> None:
        missing = [part for part, text in zip(PARTS, typed, strict=True) if not text]
        if missing:
            raise ValidationError(
                self.error_messages["incomplete"],
                code="incomplete",
                params={"missing": " and a ".join(missing)},
            )


def _month(text: str) -> int:
    name = text[:3].lower()
    return MONTHS.index(name) + 1 if name in MONTHS else _number(text)


def _number(text: str, *, digits: int = 0) -> int:
    if not text.isdecimal() or len(text) != (digits or len(text)):
        raise ValueError(text)
    return int(text)
