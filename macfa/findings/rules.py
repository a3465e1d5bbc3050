"""Who may do what with findings and reports, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from macfa.audits.lifecycle import Stage
from macfa.audits.rules import check_coordinates, check_running, check_stage
from macfa.findings.lifecycle import WRITES, ReportState
from macfa.findings.models import READS_FINDINGS, RECORDS_FINDINGS, Report
from macfa.people.roles import Role
from macfa.people.rules import check_holds
from macfa.sampling.models import CaseAccess
from workflows import clock
from workflows.errors import NotAllowed, NotYet, WrongState
from workflows.ledger import record_type
from workflows.rules import allows, check_says
from workflows.timeline import of_thread

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from macfa.audits.models import Audit
    from macfa.people.models import Agency, User
    from macfa.sampling.models import Case
    from macfa.tools.models import Domain

#: Who writes the report: the coordinator, or the scrutineer who chaired the panel.
AUTHORS = (Role.COORDINATOR, Role.SCRUTINEER)


# --- findings ------------------------------------------------------------------------------------


def check_reads(audit: Audit, person: User) -> None:
    """Findings that are being agreed are read by those who agree them; others read the report."""
    check_holds(person, READS_FINDINGS, audit.partnership_id)


def check_records(audit: Audit, person: User) -> None:
    """The panel, its chair and the coordinator record findings, once cases are moderated."""
    check_holds(person, RECORDS_FINDINGS, audit.partnership_id)
    check_stage(audit, Stage.MODERATION, Stage.FINDINGS, Stage.ACTION_TRACKING)
    check_report_open(audit)


def can_record(audit: Audit, person: User) -> bool:
    """Whether somebody may record and change findings now."""
    return allows(check_records, audit, person)


def check_report_open(audit: Audit) -> None:
    """Findings stay as they are while the QPPA reads them, and once they are signed off (R40)."""
    newest = audit.reports.order_by("number").last()
    if newest is None or newest.state == ReportState.DRAFT:
        return
    if newest.state == ReportState.WITH_QPPA:
        raise WrongState("The report is with the QPPA, so its findings stay as they are for now.")
    raise WrongState(
        "The report is signed off, so its findings stay as they are. "
        "To correct one, start a new version of the report."
    )


def check_no_conflicts(cases: Iterable[Case], person: User) -> None:
    """Nobody records what a case shows with which they have a conflict of interest (R31)."""
    conflicts = CaseAccess.objects.conflicts(person).filter(case__in=[case.pk for case in cases])
    if conflicts.exists():
        raise NotAllowed("You have declared a conflict of interest with one of these cases.")


def check_rests_on(
    audit: Audit, cases: Iterable[Case], domains: Iterable[Domain], agencies: Iterable[Agency]
) -> None:
    """A finding rests on the audit's own cases, on domains of its tool, and on its partners."""
    strange = (
        {case.audit_id for case in cases} - {audit.pk}
        or {domain.version_id for domain in domains} - {audit.tool_version_id}
        or {agency.partnership_id for agency in agencies} - {audit.partnership_id}
    )
    if strange:
        raise NotAllowed(f"Choose cases, domains and agencies of {audit.prefix}.")


# --- the report ----------------------------------------------------------------------------------


def check_start(audit: Audit, person: User) -> None:
    """The coordinator or the chair starts a report when no version is being written."""
    check_holds(person, AUTHORS, audit.partnership_id)
    check_stage(audit, Stage.FINDINGS, Stage.ACTION_TRACKING)
    if audit.reports.under_way().exists():
        raise NotYet("A version of the report is being written already.")


def can_start(audit: Audit, person: User) -> bool:
    """Whether somebody may start the report, or a new version of it, now."""
    return allows(check_start, audit, person)


def check_may_write(report: Report, person: User) -> None:
    """Writing a report can be given to the coordinator or the scrutineer."""
    check_holds(person, AUTHORS, report.audit.partnership_id)


def can_write(report: Report, person: User) -> bool:
    """Whether somebody may be given the writing of a report."""
    return allows(check_may_write, report, person)


def check_writes(report: Report, person: User) -> None:
    """A report is the work of its author."""
    if report.author_id != person.pk:
        raise NotAllowed(f"This report is {report.author}’s to write.")


def check_edits(report: Report, person: User) -> None:
    """The author edits the report until it is with the QPPA, while the audit runs."""
    check_writes(report, person)
    check_running(report.audit)
    if report.state != ReportState.DRAFT:
        raise WrongState("The report is with the QPPA or signed off, so it cannot be changed.")


def can_edit(report: Report, person: User) -> bool:
    """Whether somebody may write the report now."""
    return allows(check_edits, report, person)


def check_put_forward(report: Report, person: User) -> None:
    """The author puts a report forward when it has a summary, a method, and findings."""
    check_writes(report, person)
    check_running(report.audit)
    missing = tuple(missing_parts(report))
    if missing:
        raise NotYet("The report cannot go to the QPPA yet.", missing)


def missing_parts(report: Report) -> Iterator[str]:
    """What a report still lacks."""
    if not report.summary.strip():
        yield "the summary"
    if not report.method.strip():
        yield "how the audit was done"
    if not report.audit.findings.exists():
        yield "at least one finding"


def check_signs_off(report: Report, person: User) -> None:
    """A QPPA member decides about a report; never anybody who wrote some of it (R39)."""
    if report.author_id == person.pk or has_written(report, person):
        raise NotAllowed("Whoever wrote a report cannot sign it off. Somebody else has to.")
    check_holds(person, Role.QPPA, report.audit.partnership_id)


def has_written(report: Report, person: User) -> bool:
    """Whether somebody wrote some of it, even if another is its author now.

    A new version begins with the words of the one before, so whoever wrote any version did.
    """
    reports = of_thread(report.audit).filter(record_type=record_type(Report))
    return reports.filter(actor=person.public_id, verb__in=WRITES).exists()


def check_decides(report: Report, person: User) -> None:
    """The report is signed off or sent back while it is with the QPPA, and the audit runs."""
    check_signs_off(report, person)
    check_running(report.audit)
    if report.state != ReportState.WITH_QPPA:
        raise WrongState(f"The report is at “{report.get_state_display()}”, not with the QPPA.")


def can_decide(report: Report, person: User) -> bool:
    """Whether somebody may sign the report off, or send it back, now."""
    return allows(check_decides, report, person)


def check_board_sends_back(report: Report, person: User) -> None:
    """The coordinator records that the Board sent the newest signed-off version back."""
    audit = report.audit
    check_coordinates(audit, person)
    check_stage(audit, Stage.FINDINGS, Stage.ACTION_TRACKING)
    if report.state != ReportState.SIGNED_OFF:
        raise WrongState("The Board gets a report once the QPPA has signed it off.")
    if audit.reports.filter(number__gt=report.number).exists():
        raise WrongState("There is a newer version of the report already.")


def can_record_board(report: Report, person: User) -> bool:
    """Whether somebody may record now that the Board sent the report back."""
    return allows(check_board_sends_back, report, person)


def check_board_said(said: str, who: str, on: date) -> None:
    """What the Board said, who said it, and when."""
    check_says(said, "Say what the Board wants changed.")
    check_says(who, "Say who spoke for the Board.")
    if on > clock.today():
        raise NotYet("The day on which the Board sent it back has to be today or earlier.")


# --- the gate ------------------------------------------------------------------------------------


def missing_to_publish(audit: Audit) -> Iterator[str]:
    """What an audit still lacks before its actions are followed."""
    if not audit.findings.exists():
        yield "at least one finding"
    newest = audit.reports.order_by("number").last()
    signed_off = audit.reports.signed_off().order_by("number").last()
    if newest is None:
        yield "a report, written and signed off by the QPPA"
    elif signed_off is None or signed_off.board_on:
        yield f"sign-off by the QPPA: the report is at “{newest.get_state_display()}”"


def check_publish(audit: Audit, person: User) -> None:
    """The audit moves to action tracking once its report is signed off."""
    check_coordinates(audit, person)
    check_stage(audit, Stage.FINDINGS)
    missing = tuple(missing_to_publish(audit))
    if missing:
        raise NotYet("The audit cannot move to action tracking yet.", missing)
