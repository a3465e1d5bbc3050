"""What the pages of moderation share: fetching what somebody may open, and where it stands."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from macfa.audits.pages import COLOURS as STAGE_COLOURS
from macfa.audits.pages import way_to
from macfa.moderation.access import PanelAudits, RoomCases
from macfa.moderation.case_list import COLOURS
from macfa.pages import person, visible
from macfa.sampling.lifecycle import CaseState
from workflows import reads
from workflows.errors import AlreadyDone
from workflows.models import Read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest

    from macfa.audits.models import Audit
    from macfa.sampling.models import Case


@contextmanager
def once() -> Iterator[None]:
    """A form posted twice lands where its first post did: on the page of its result."""
    try:
        yield
    except AlreadyDone:
        return


def fetch_audit(request: HttpRequest, public_id: str) -> Audit:
    """The audit at this address, for its coordinator and its panel."""
    return visible(PanelAudits(), person(request), public_id, "partnership")


def fetch_case(request: HttpRequest, public_id: str) -> Case:
    """The released case at this address, for its panel and the coordinator: all its returns are
    there to be read, so that they read it is written down."""
    case = visible(RoomCases(), person(request), public_id, "audit__partnership")
    reads.note(person(request), Read.How.CASE, case)
    return case


def of_audit(audit: Audit, *below: tuple[str, str]) -> dict[str, object]:
    """What a page about an audit's panel shows around it; `below`: the pages it belongs to."""
    return {
        "audit": audit,
        "stage_colour": STAGE_COLOURS[audit.stage],
        "crumbs": [*way_to(audit), *below],
    }


def of_case(case: Case, *below: tuple[str, str]) -> dict[str, object]:
    """What a page about a case shows around it."""
    cases = ("Moderation", f"{case.audit.get_absolute_url()}moderation/")
    return {
        "case": case,
        "audit": case.audit,
        "case_colour": COLOURS[CaseState(case.state)],
        "case_facts": [fact for fact in (case.stratum, case.profile) if fact],
        "crumbs": [*way_to(case.audit), cases, *below],
    }


def panel_crumb(audit: Audit) -> tuple[str, str]:
    """The way to the page of the panel."""
    return ("Panel", f"{audit.get_absolute_url()}panel/")
