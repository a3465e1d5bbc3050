"""What must always be true of the audits themselves; `manage.py check_invariants` asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, F, Q

from macfa.audits.lifecycle import ENDED
from macfa.audits.models import Audit
from macfa.improvement.lifecycle import ActionState
from macfa.improvement.models import Action
from macfa.moderation.models import CaseGrade
from macfa.returns.lifecycle import ReturnState
from macfa.returns.models import AgencyReturn
from macfa.sampling.lifecycle import CaseState
from macfa.sampling.models import Case
from workflows.models import WorkItem

if TYPE_CHECKING:
    from collections.abc import Iterator


def faults() -> Iterator[str]:
    """Every broken invariant of the audits, a sentence each; nothing where all hold."""
    yield from _returns_twice()
    yield from _case_grades()
    yield from _actions()
    yield from _work_left()


def _returns_twice() -> Iterator[str]:
    """At most one current return for a case, agency and setting."""
    live = AgencyReturn.objects.exclude(state=ReturnState.WITHDRAWN)
    groups = live.order_by().values("case__label", "agency__code", "setting")
    for group in groups.annotate(count=Count("pk")).filter(count__gt=1):
        yield f"{group['case__label']} has {group['count']} returns of {group['agency__code']}."
    for return_ in AgencyReturn.objects.filter(state=ReturnState.SUBMITTED, submissions=None):
        yield f"{return_.public_id}: submitted, but no submission is stored."


def _case_grades() -> Iterator[str]:
    """A moderated case has one current case grade, and no other case is without its release."""
    twice = CaseGrade.objects.filter(current=True).order_by().values("case__label")
    for group in twice.annotate(count=Count("pk")).filter(count__gt=1):
        yield f"{group['case__label']} has {group['count']} current case grades."
    graded = CaseGrade.objects.filter(current=True).values("case")
    for case in Case.objects.filter(state=CaseState.MODERATED).exclude(pk__in=graded):
        yield f"{case.label}: moderated, but it has no case grade."


def _actions() -> Iterator[str]:
    """A completed action was accepted by someone else, with evidence and what changed."""
    incomplete = Q(decided_by=None) | Q(decided_by=F("owner")) | Q(decided_at=None)
    incomplete |= Q(evidence="") | Q(impact="")
    completed = Action.objects.filter(state=ActionState.COMPLETED).select_related("audit")
    for action in completed.filter(incomplete):
        yield f"{action.reference}: completed without another’s decision, evidence or impact."
    ended = Action.objects.filter(state=ActionState.ENDED).select_related("audit")
    for action in ended.filter(Q(ended_because="") | Q(decided_by=F("owner"))):
        yield f"{action.reference}: ended without a reason or by its owner."


def _work_left() -> Iterator[str]:
    """Nobody has anything to do for an audit that is closed or withdrawn."""
    ended = Audit.objects.filter(state__in=ENDED).values("pk")
    gate = Q(subject_type=ContentType.objects.get_for_model(Audit), subject_id__in=ended)
    for item in WorkItem.objects.open().filter(gate | Q(thread__in=ended)).order_by("pk"):
        yield f"“{item}” is open, though its audit has ended."
