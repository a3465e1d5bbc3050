"""Moderation through its pages: their addresses, and what is typed there."""

from __future__ import annotations

from datetime import timedelta

from macfa.audits.models import Audit
from macfa.moderation.models import Panel
from macfa.sampling.models import Case
from tests.cast import Cast
from tests.integration.browsing import Posted, parts
from workflows import clock


def convened(audit: Audit) -> Panel:
    return Panel.objects.select_related("audit").get(audit=audit)


def panel_page(audit: Audit, below: str = "") -> str:
    return f"/audits/{audit.public_id}/panel/{below}"


def list_page(audit: Audit, below: str = "") -> str:
    return f"/audits/{audit.public_id}/moderation/{below}"


def case_page(case: Case, below: str = "") -> str:
    return f"/moderation/cases/{case.public_id}/{below}"


def agency_page(case: Case, code: str = "POL") -> str:
    return case_page(case, f"agencies/{case.returns.get(agency__code=code).public_id}/")


def a_panel(cast: Cast, audit: Audit, **changed: object) -> Posted:
    return {
        "chair": cast["chair"].public_id,
        "members": [cast["panel.csc"].public_id, cast["panel.pol"].public_id],
        **parts("meets_on", clock.today() + timedelta(days=10)),
        "quorum": 3,
        "token": "a-token",
        "version": Audit.objects.get(pk=audit.pk).version,
        **changed,
    }


def a_grade(case: Case, **changed: object) -> Posted:
    version = Case.objects.get(pk=case.pk).version
    return {
        "grade": "RI",
        "reason": "Two missed visits.",
        "decided_by": "The panel",
        "token": "a-token",
        "version": version,
        **changed,
    }
