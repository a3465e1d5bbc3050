"""What the panel decides: a grade for each agency, for each domain, and for the case.

Three tables, none of which overwrites another, and nothing is averaged (R29, R30).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from macfa.moderation import rules
from macfa.moderation.deciders import check_decider
from macfa.moderation.flow import ModerationFlow
from macfa.moderation.models import CaseGrade, Decision, DomainGrade, PanelGrade
from workflows import tasks
from workflows.lifecycle import Act, act

if TYPE_CHECKING:
    from collections.abc import Mapping

    from macfa.people.models import User
    from macfa.returns.models import AgencyReturn
    from macfa.sampling.models import Case
    from macfa.tools.models import Domain, Grade

D = TypeVar("D", bound=Decision)


@dataclass(frozen=True)
class Chosen:
    """A grade the panel has chosen, and why."""

    grade: Grade
    reason: str


def grade_agency(
    *,
    return_: AgencyReturn,
    grade: Grade,
    reason: str,
    decided_by: str,
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> PanelGrade:
    """Record the panel's grade for one agency. The agency's own grade stays beside it (R29).

    Args:
        decided_by: who decided, in words ("The panel", "The chair"); `by` is who typed.
        expects: the version of the case.

    Raises:
        NotAllowed: the decider is the coordinator, or alone and of the agency graded.
    """
    with act(return_.case, by=by, expects=expects, token=token) as (doing, case):
        rules.check_records(case, by)
        return_ = case.returns.select_related("agency", "setting").get(pk=return_.pk)
        rules.check_graded_by_panel(return_)
        rules.check_scale(case, grade)
        rules.check_reason(reason, rules.answerer(return_))
        check_decider(case, decided_by, by, return_)
        decision = PanelGrade(
            agency_return=return_, grade=grade, reason=reason, decided_by=decided_by, typed_by=by
        )
        _replace_current(PanelGrade, decision, agency_return=return_)
        facts = {"grade": grade.name, "agency": rules.answerer(return_)}
        _note(doing, "agency_graded", facts, decision)
    return decision


def grade_domain(
    *,
    case: Case,
    domain: Domain,
    grade: Grade,
    reason: str,
    decided_by: str,
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> DomainGrade:
    """Record the panel's grade for one domain of a case, all agencies together."""
    with act(case, by=by, expects=expects, token=token) as (doing, case):
        rules.check_records(case, by)
        check_decider(case, decided_by, by)
        return _grade_domain(doing, domain, Chosen(grade, reason), decided_by, by)


def grade_domains(
    *,
    case: Case,
    decisions: Mapping[Domain, Chosen],
    decided_by: str,
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> list[DomainGrade]:
    """Record several domain grades of a case in one act, all of them or none.

    A decision that says what the current one says is not recorded again.
    """
    with act(case, by=by, expects=expects, token=token) as (doing, case):
        rules.check_records(case, by)
        check_decider(case, decided_by, by)
        current = {row.domain_id: row for row in case.domain_grades.filter(current=True)}
        return [
            _grade_domain(doing, domain, chosen, decided_by, by)
            for domain, chosen in decisions.items()
            if not _says_the_same(current.get(domain.pk), chosen)
        ]


def _says_the_same(decision: DomainGrade | None, chosen: Chosen) -> bool:
    return decision is not None and (decision.grade_id, decision.reason) == (
        chosen.grade.pk,
        chosen.reason,
    )


def _grade_domain(
    doing: Act, domain: Domain, chosen: Chosen, decided_by: str, by: User
) -> DomainGrade:
    case: Case = doing.record
    rules.check_scale(case, chosen.grade, domain)
    rules.check_reason(chosen.reason, domain)
    decision = DomainGrade(
        case=case,
        domain=domain,
        grade=chosen.grade,
        reason=chosen.reason,
        decided_by=decided_by,
        typed_by=by,
    )
    _replace_current(DomainGrade, decision, case=case, domain=domain)
    _note(doing, "domain_graded", {"grade": chosen.grade.name, "domain": domain.code}, decision)
    return decision


def grade_case(
    *,
    case: Case,
    grade: Grade,
    reason: str,
    decided_by: str,
    dissent: str = "",
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> CaseGrade:
    """Record the case grade: the panel's own judgement, never worked out from others (R30).

    Raises:
        NotYet: an agency or a domain has no grade yet; each is named.
    """
    with act(case, by=by, expects=expects, token=token) as (doing, case):
        rules.check_case_grade(case, by)
        rules.check_scale(case, grade)
        rules.check_reason(reason, case.label)
        check_decider(case, decided_by, by)
        decision = CaseGrade(
            case=case,
            grade=grade,
            reason=reason,
            decided_by=decided_by,
            typed_by=by,
            dissent=dissent,
        )
        _replace_current(CaseGrade, decision, case=case)
        doing.move("moderate", facts={"grade": grade.name}, text=_said(decision))
        tasks.finish(doing, ModerationFlow.moderate, owned=False)
    return decision


def _replace_current(kind: type[D], decision: D, **what: object) -> None:
    """Store a decision; the one it replaces stays beside it."""
    kind._default_manager.filter(current=True, **what).update(current=False)
    decision.save()


def _note(doing: Act, verb: str, facts: Mapping[str, str], decision: Decision) -> None:
    doing.note(verb, facts={**facts}, text=_said(decision))


def _said(decision: Decision) -> str:
    return f"{decision.reason}\nDecided by: {decision.decided_by}."


def reopen_case(
    *, case: Case, why: str, by: User, expects: int | None = None, token: str | None = None
) -> Case:
    """The panel looks at a case again; its earlier decision is kept beside the new one."""
    with act(case, by=by, expects=expects, token=token) as (doing, case):
        rules.check_reopens(case, why, by)
        doing.move("reopen", text=why)
        tasks.start(doing, ModerationFlow.released)
    return case
