"""The documents of a pack: written out once, as pages that need nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.template.loader import render_to_string

from macfa.findings.contents import shown
from macfa.findings.pages import by_kind, charts, newest_signed_off
from macfa.improvement.lists import named, rows
from macfa.improvement.models import Action
from workflows import clock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from macfa.audits.models import Audit

Written = tuple[str, str]


def of_audit(audit: Audit) -> Iterator[Written]:
    """The newest signed-off report of an audit, and how its actions stand, each with a title."""
    yield _report(audit)
    yield _actions(audit)


def _report(audit: Audit) -> Written:
    report = newest_signed_off(audit)
    assert report is not None  # only such audits are offered
    said, title = shown(report), f"{audit.prefix}: report, version {report.number}"
    context = {
        "report": report,
        "said": said,
        "charts": charts(said),
        "grade_names": [grade["name"] for grade in said["grades"]],
        "findings": by_kind(said["findings"]),
        # Nothing of a single case: how many, and not which (R38).
        "unnamed": True,
        "sees_audit": False,
    }
    return title, _page(title, "packs/report.html", context)


def _actions(audit: Audit) -> Written:
    title = f"{audit.prefix}: how the actions stand"
    actions = named(Action.objects.filter(audit=audit)).order_by("number")
    return title, _page(title, "packs/actions.html", {"rows": rows(actions)})


def _page(title: str, template: str, context: dict[str, object]) -> str:
    return render_to_string(template, context | {"title": title, "frozen_at": clock.now()})
