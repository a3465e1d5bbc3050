"""Findings are recorded and changed, and the audit goes on to its actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Max

from macfa.audits.services import advance
from macfa.findings import rules
from macfa.findings.models import Finding
from workflows.lifecycle import act, begin

if TYPE_CHECKING:
    from collections.abc import Iterable

    from macfa.audits.models import Audit
    from macfa.people.models import Agency, User
    from macfa.sampling.models import Case
    from macfa.tools.models import Domain


def record_finding(
    *,
    audit: Audit,
    kind: str,
    title: str,
    text: str = "",
    cases: Iterable[Case] = (),
    domains: Iterable[Domain] = (),
    agencies: Iterable[Agency] = (),
    repeats: str = "",
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> Finding:
    """Record good practice, learning or a system finding, with what it rests on (R34).

    Args:
        repeats: the earlier audit in which it was found already, in words (R35).
    """
    with act(audit, by=by, expects=expects, token=token) as (_doing, audit):
        rules.check_records(audit, by)
        last = audit.findings.filter(kind=kind).aggregate(last=Max("number"))["last"] or 0
        finding = Finding(
            audit=audit, kind=kind, number=last + 1, title=title, text=text, repeats=repeats
        )
        begin(finding, "found", by=by, token=token, facts={"number": finding.label})
        _link(finding, cases, domains, agencies, by)
    return finding


def edit_finding(
    *,
    finding: Finding,
    title: str,
    text: str,
    cases: Iterable[Case],
    domains: Iterable[Domain],
    agencies: Iterable[Agency],
    repeats: str = "",
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> Finding:
    """Change a finding while the report is being written; its number stays."""
    audit = finding.audit
    with act(finding, by=by, expects=expects, token=token, within=audit) as (doing, finding):
        rules.check_records(finding.audit, by)
        doing.change(title=title, text=text, repeats=repeats)
        _link(finding, cases, domains, agencies, by)
        doing.note("edited", facts={"number": finding.label})
    return finding


def _link(
    finding: Finding,
    cases: Iterable[Case],
    domains: Iterable[Domain],
    agencies: Iterable[Agency],
    by: User,
) -> None:
    seen, touched, concerned = list(cases), list(domains), list(agencies)
    before = set(finding.cases.values_list("pk", flat=True))
    rules.check_no_conflicts([case for case in seen if case.pk not in before], by)
    rules.check_rests_on(finding.audit, seen, touched, concerned)
    finding.cases.set(seen)
    finding.domains.set(touched)
    finding.agencies.set(concerned)


def publish(
    *, audit: Audit, by: User, expects: int | None = None, token: str | None = None
) -> Audit:
    """The report is signed off: the audit moves to action tracking.

    Raises `NotYet` naming what is missing.
    """
    with act(audit, by=by, expects=expects, token=token) as (doing, audit):
        rules.check_publish(audit, by)
        advance(doing, "publish")
    return audit
