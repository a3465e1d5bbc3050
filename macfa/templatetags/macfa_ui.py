"""Tags and filters of the templates: which page this is, dates in words, grades and ratings."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django import template
from django.contrib.messages import SUCCESS
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.html import format_html
from django.utils.safestring import SafeString

from macfa.people import addresses

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from django.contrib.messages.storage.base import Message
    from django.template.context import Context

register = template.Library()

#: The four-point scale's grades by code and by name, with the tone that colours each.
GRADES = {
    "O": ("Outstanding", "best"),
    "G": ("Good", "good"),
    "RI": ("Requires improvement", "weak"),
    "I": ("Inadequate", "worst"),
}
TONES = dict(GRADES.values())
BRAG = {
    "blue": "Blue: completed and accepted",
    "green": "Green: on track",
    "amber": "Amber: at risk",
    "red": "Red: overdue",
}


@register.simple_tag(takes_context=True)
def current(context: Context, href: str, also: str = "", below: str = "") -> str:
    """`page` where this address (or `also`) is open, `true` for a page below it, else nothing.

    `below`: the beginnings of other addresses that belong below it, with a space between.
    """
    path = getattr(context.get("request"), "path", "")
    if path in {href, also}:
        return "page"
    above = (href, *below.split()) if href != "/" else ()
    return "true" if path.startswith(above) else ""


@register.simple_tag
def said(messages: Iterable[Message]) -> dict[str, object]:
    """What the last act had to say, for one banner: its lines, and whether it went well."""
    told = list(messages)
    return {
        "lines": [message.message for message in told],
        "success": any(message.level == SUCCESS for message in told),
    }


@register.simple_block_tag
def inside(content: str, element: str, css: str) -> SafeString:
    """Put the content inside an element; no content, no element."""
    if not content.strip():
        return SafeString("")
    return format_html('<{0} class="{1}">{2}</{0}>', element, css, SafeString(content.strip()))


@register.filter
def beside(row: Iterable[object], columns: Iterable[object]) -> list[tuple[object, object]]:
    """The cells of a row, each with the column it stands in."""
    return list(zip(columns, row, strict=True))


@register.filter
def cell_text(cell: object) -> object:
    """What a cell of a table says: its text, or the plain value that it is."""
    return cell.get("text", "") if isinstance(cell, dict) else cell


@register.filter
def day(value: date | None) -> str:
    """A date as people here write it: 22 November 2026. Nothing for no date."""
    return format_date(_local(value), "j F Y") if value else ""


@register.filter
def moment(value: datetime | None) -> str:
    """A day and a time: 22 November 2026 at 4:05pm."""
    if not value:
        return ""
    words = format_date(_local(value), "j F Y \\a\\t g:ia")
    return words.replace(".", "")


@register.filter
def clock(value: datetime | None) -> str:
    """A time of today: 4:05pm."""
    return format_date(_local(value), "g:ia").replace(".", "") if value else ""


@register.filter
def masked(email: str) -> str:
    """As much of an e-mail address as lets its owner know it."""
    return addresses.masked(email)


def _local(value: date) -> date:
    if isinstance(value, datetime) and timezone.is_aware(value):
        return timezone.localtime(value)
    return value


@register.filter
def grade_name(grade: object) -> str:
    """A grade in full, from its code, its name or the grade itself."""
    name = _part(grade, "name") or str(grade)
    return GRADES[name][0] if name in GRADES else name


@register.filter
def grade_tone(grade: object) -> str:
    """How a grade is coloured: best, good, weak, worst, or other."""
    return _part(grade, "tone") or TONES.get(grade_name(grade), "other")


def _part(grade: object, name: str) -> str:
    found = grade.get(name, "") if isinstance(grade, dict) else getattr(grade, name, "")
    return found if isinstance(found, str) else ""


@register.filter
def brag_words(rating: object) -> str:
    """Blue, green, amber or red with what it means."""
    return BRAG.get(str(rating).lower(), str(rating))
