"""Planning an audit through its pages: what is typed there."""

from __future__ import annotations

from datetime import date

from macfa.audits import services
from macfa.audits.models import Audit, Theme, ThemeView
from tests.cast import Cast
from tests.integration.browsing import Posted, parts

READERS = ("lead.pol", "panel.pol", "board")
PAGES = ("themes/", "scope/", "dates/")
OPEN = {"title": "Home education", "reference": "ehe", "period": "Q4 2026/27"}
ADD = {"title": "Neglect", "sources": ["data", "priority"], "evidence": "Rising for two years"}


def add(cast: Cast, audit: Audit, title: str = "Neglect", evidence: str = "Rising") -> Theme:
    return services.propose_theme(
        audit=audit, title=title, sources=["data"], evidence=evidence, by=cast["coordinator"]
    )


def ask(cast: Cast, audit: Audit) -> ThemeView:
    """Ask for views, and hand back that of the first QPPA member."""
    services.ask_for_views(audit=audit, by=cast["coordinator"])
    return audit.theme_views.get(person=cast["qppa"])


def choice(theme: Theme, **more: object) -> Posted:
    return {"theme": theme.pk, "reason": "Most urgent", "decided_by": "The QPPA", **more}


def scope_of(cast: Cast, audit: Audit, **more: object) -> Posted:
    return {
        "purpose": "Do we act?",
        "enquiry": "Is history used?\r\n\r\nIs the child heard?",
        "criteria": "Neglect recorded",
        **parts("looks_back_from", date(2025, 4, 1)),
        **parts("looks_back_to", date(2026, 3, 31)),
        "agencies": [agency.pk for agency in cast.agencies.values()],
        "tool_version": cast.tool.pk,
        "version": audit.version,
        "token": "scope-form",
        **more,
    }


def dates_of(audit: Audit, **more: object) -> Posted:
    posted: Posted = {"version": audit.version, "token": "dates-form"}
    for stage, day in audit.planned.items():
        posted |= parts(stage.value, day)
    return posted | more
