"""What the pages of planning an audit show: facts to check, changes of dates, the way back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.contenttypes.models import ContentType
from django.utils.formats import date_format

from macfa.audits.dates import Step, steps, working_days
from macfa.audits.lifecycle import Stage
from macfa.audits.models import ThemeView
from macfa.audits.school import in_school_holidays
from workflows.models import WorkItem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from macfa.audits.models import Audit, Theme

Row = dict[str, str]
#: The colour of a stage's tag.
COLOURS = {
    Stage.THEME_SELECTION: "purple",
    Stage.CASE_SAMPLING: "purple",
    Stage.AGENCY_AUDITS: "blue",
    Stage.MODERATION: "blue",
    Stage.FINDINGS: "teal",
    Stage.ACTION_TRACKING: "teal",
    Stage.CLOSED: "green",
    Stage.WITHDRAWN: "grey",
}
#: The pages of planning, beside each other.
PLANNING = (("Themes", "themes/"), ("Scope", "scope/"), ("Stage dates", "dates/"))


#: Where every way begins.
MY_WORK = ("My work", "/")


def way_to(audit: Audit) -> list[tuple[str, str]]:
    """The pages above a page of an audit, the audit's own last: the same wherever one is."""
    own = (f"Audit {audit.prefix}", audit.get_absolute_url())
    return [MY_WORK, ("Audits", "/audits/"), own]


def of_audit(audit: Audit, here: str = "", *, below: str = "") -> dict[str, object]:
    """What every page of an audit shows around it.

    `here` is the planning page that is open, `below` the one that this page belongs to.
    """
    base = audit.get_absolute_url()
    crumbs = way_to(audit)
    crumbs += [(name, base + path) for name, path in PLANNING if name == below]
    return {
        "audit": audit,
        "stage_colour": COLOURS[audit.stage],
        "crumbs": crumbs,
        "beside": [
            {"text": name, "href": base + path, "current": name == here} for name, path in PLANNING
        ],
    }


@dataclass(frozen=True)
class Card:
    """A candidate theme beside the others: where each QPPA member puts it, and no average."""

    theme: Theme
    chosen: bool
    places: list[tuple[str, str]]


def theme_cards(audit: Audit, views: Sequence[ThemeView]) -> list[Card]:
    """The candidate themes of an audit, with their places in these views."""
    given = [(view, {rank.theme_id: rank.place for rank in view.ranks.all()}) for view in views]
    return [
        Card(
            theme,
            theme.pk == audit.theme_id,
            [(str(view.person), _place(view, places.get(theme.pk))) for view, places in given],
        )
        for theme in audit.themes.select_related("from_audit")
    ]


def _place(view: ThemeView, place: str | None) -> str:
    if view.given_at is None:
        return "Not answered"
    return place or "No place"


def choice_rows(answers: Mapping[str, object]) -> list[Row]:
    """The choice of theme before it is recorded; `field` is where it is changed."""
    labels = {
        "theme": "Theme",
        "reason": "Why this one",
        "decided_by": "Who decided",
        "without_views_because": "Why it does not wait for every view",
    }
    return [
        {"key": label, "value": str(answers[name]), "field": _control(name)}
        for name, label in labels.items()
        if name in answers
    ]


def _control(name: str) -> str:
    """The id of the control in which an answer is changed."""
    return "id_theme_0" if name == "theme" else f"id_{name}"


def everything_agreed(audit: Audit) -> list[tuple[str, list[Row]]]:
    """Theme, scope and dates, each fact with the way to change it (R1)."""
    return [
        ("Theme", theme_rows(audit)),
        ("Scope", scope_rows(audit)),
        ("Stage dates", date_rows(audit)),
    ]


def theme_rows(audit: Audit) -> list[Row]:
    """The choice of theme, to be checked."""
    change = f"{audit.get_absolute_url()}themes/choose/"
    theme = audit.theme
    return [
        _row("Theme", theme.title if theme else "", change),
        _row("Where it comes from", ", ".join(theme.source_names) if theme else "", ""),
        _row("Why this one", audit.theme_reason, change),
        _row("Who decided", audit.theme_decided_by, change),
    ]


def scope_rows(audit: Audit) -> list[Row]:
    """The scope, to be checked: each fact with the way to change it."""
    change = f"{audit.get_absolute_url()}scope/"
    tool = audit.tool_version
    agencies = "\n".join(str(agency) for agency in audit.agencies.all())
    return [
        _row("Purpose", audit.purpose, f"{change}#id_purpose"),
        _row("Key lines of enquiry", "\n".join(audit.enquiries), f"{change}#id_enquiry"),
        _row("Which cases can be drawn", audit.criteria, f"{change}#id_criteria"),
        _row("Look-back period", _period(audit), f"{change}#id_looks_back_from_0"),
        _row("Agencies", agencies, f"{change}#id_agencies_0"),
        _row("Audit tool", str(tool or ""), f"{change}#id_tool_version_0"),
        _row("Grading scale", str(tool.scale) if tool else "", f"{change}#id_tool_version_0"),
    ]


def _period(audit: Audit) -> str:
    if not (audit.looks_back_from and audit.looks_back_to):
        return ""
    first, last = audit.looks_back_from, audit.looks_back_to
    return f"{date_format(first, 'j F Y')} to {date_format(last, 'j F Y')}"


def date_rows(audit: Audit) -> list[Row]:
    """The stage dates, to be checked."""
    change = f"{audit.get_absolute_url()}dates/"
    plan = steps(audit.planned, audit.opened_on)
    if not plan:
        return [_row("Stage dates", "", change)]
    return [
        _row(f"End of {step.stage.label.lower()}", _and_holidays(audit, step), change)
        for step in plan
    ]


def _and_holidays(audit: Audit, step: Step) -> str:
    """The end of a stage in words and, where returns are due then, what schools say to it."""
    closed = step.stage == Stage.AGENCY_AUDITS and in_school_holidays(audit, step.day)
    return f"{said(step)}\n{closed}" if closed else said(step)


def said(step: Step) -> str:
    """The end of a stage in words: the day, and how long the stage has."""
    return f"{step.words}\n{step.length}"


def _row(key: str, value: str, href: str) -> Row:
    """A row of a summary list; what is not there yet says so."""
    if value:
        return {"key": key, "value": value, "href": href}
    return {"key": key, "value": "Not agreed yet", "href": href, "change": "Agree"}


def without_links(rows: Sequence[Row]) -> list[Row]:
    """The same rows for somebody who only reads them."""
    return [row | {"href": ""} for row in rows]


def moves(audit: Audit, plan: Sequence[Step]) -> dict[str, object]:
    """A plan of stage dates to be checked: each beside the day so far, and what it changes."""
    return {
        "rows": [_row(f"End of {step.stage.label.lower()}", _moved(step), "") for step in plan],
        "effects": list(effects(audit, plan)),
        "moves": any(step.moves for step in plan),
    }


def _moved(step: Step) -> str:
    if step.was is None or not step.moves:
        return said(step) if step.was is None else f"{said(step)}\nNot changed"
    way = "later" if step.day > step.was else "earlier"
    days = working_days(abs(step.moved_by))
    return f"{said(step)}\nWas {date_format(step.was, 'j F Y')}: {days} {way}"


def effects(audit: Audit, plan: Sequence[Step]) -> Iterator[str]:
    """What moving stage dates changes beside the dates themselves, a sentence each."""
    before = {step.stage: step for step in steps(audit.planned, audit.opened_on)}
    for step in plan:
        old = before.get(step.stage)
        if old and old.working_days != step.working_days:
            yield (
                f"{step.stage.label}: {working_days(step.working_days)} "
                f"instead of {old.working_days}."
            )
    for step in plan:
        if step.moves and step.stage == audit.stage:
            yield f"Your task at this stage is then due on {date_format(step.day, 'j F Y')}."
        if step.moves and step.stage == Stage.AGENCY_AUDITS:
            yield _returns_said(audit, step)
        if step.stage == Stage.AGENCY_AUDITS and (closed := in_school_holidays(audit, step.day)):
            yield f"Agency audits end on {date_format(step.day, 'j F Y')}. {closed}"


def _returns_said(audit: Audit, step: Step) -> str:
    """What moving the end of agency audits means to the agencies."""
    if audit.stage != Stage.AGENCY_AUDITS:
        return (
            f"The returns that the agencies are sent are due on {date_format(step.day, 'j F Y')}."
        )
    own = ContentType.objects.get_for_model(ThemeView)
    sent = WorkItem.objects.open().filter(thread=audit.pk).exclude(subject_type=own).count()
    keep = (
        "1 open task of the agencies keeps its"
        if sent == 1
        else (f"{sent} open tasks of the agencies keep their")
    )
    return f"{keep} due date. Where an agency needs more time, extend its return."
