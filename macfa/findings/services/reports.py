"""The report: started, written, put to the QPPA, signed off or sent back, by them or the Board."""

from __future__ import annotations

from typing import TYPE_CHECKING

from macfa.findings import rules
from macfa.findings.contents import contents
from macfa.findings.flow import ReportFlow
from macfa.findings.models import Report
from macfa.people.models import Membership
from macfa.people.roles import Role
from workflows import clock, tasks
from workflows.lifecycle import Act, act, begin
from workflows.rules import check_says

if TYPE_CHECKING:
    from datetime import date

    from macfa.audits.models import Audit
    from macfa.people.models import User


def start_report(
    *, audit: Audit, by: User, expects: int | None = None, token: str | None = None
) -> Report:
    """Start the audit's report, or a new version of one that was signed off (R40)."""
    with act(audit, by=by, expects=expects, token=token) as (_doing, audit):
        rules.check_start(audit, by)
        return _new_version(audit, author=by, by=by, token=token)


def _new_version(audit: Audit, *, author: User, by: User, token: str | None = None) -> Report:
    """The next version of a report begins with the words of the last, and is its author's work."""
    last = audit.reports.order_by("number").last()
    report = Report(
        audit=audit,
        number=last.number + 1 if last else 1,
        author=author,
        summary=last.summary if last else "",
        method=last.method if last else "",
        limits=last.limits if last else "",
    )
    begin(report, "started", by=by, token=token, facts={"number": report.number})
    with act(report, by=by) as (doing, report):
        tasks.start(doing, ReportFlow.started)
    return report


def edit_report(
    *,
    report: Report,
    summary: str,
    method: str,
    limits: str,
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> Report:
    """Write the parts of the report that are not drawn from the audit's own data."""
    with act(report, by=by, expects=expects, token=token) as (doing, report):
        rules.check_edits(report, by)
        doing.change(summary=summary, method=method, limits=limits)
        doing.note("edited")
    return report


def put_forward(
    *, report: Report, by: User, expects: int | None = None, token: str | None = None
) -> Report:
    """Put the report to the QPPA. Its contents stay as they are now while the QPPA reads it.

    Raises `NotYet` naming what it still lacks.
    """
    audit = report.audit
    with act(report, by=by, expects=expects, token=token, within=audit) as (doing, report):
        rules.check_put_forward(report, by)
        doing.move("put_forward")
        doing.change(contents=contents(report))
        tasks.finish(doing, ReportFlow.write)
    return report


def send_back(
    *, report: Report, why: str, by: User, expects: int | None = None, token: str | None = None
) -> Report:
    """The QPPA asks for changes, with a reason."""
    with act(report, by=by, expects=expects, token=token) as (doing, report):
        rules.check_decides(report, by)
        check_says(why, "Say what should be changed in the report.")
        doing.move("send_back", text=why)
        doing.change(contents=None)
        tasks.finish(doing, ReportFlow.sign_off, owned=False)
    return report


def sign_off(
    *, report: Report, by: User, expects: int | None = None, token: str | None = None
) -> Report:
    """Sign the report off as it was read: it can never change again (R40).

    The leads of the agencies that took part and the Board are told.

    Raises `NotAllowed` for whoever wrote some of it (R39).
    """
    with act(report, by=by, expects=expects, token=token) as (doing, report):
        rules.check_decides(report, by)
        doing.move("sign_off")
        doing.change(signed_off_by=by, signed_off_at=clock.now())
        tasks.finish(doing, ReportFlow.sign_off, owned=False)
        _tell_readers(doing, report)
    return report


def board_sends_back(
    *,
    report: Report,
    said: str,
    who: str,
    on: date,
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> Report:
    """Record that the Board sent a signed-off report back: a new version opens, and goes to the
    QPPA again. The version it read stays as it is, and actions that run go on.

    Args:
        said: what the Board wants changed.
        who: who spoke for the Board, in words.
    """
    with act(report, by=by, expects=expects, token=token, within=report.audit) as (doing, report):
        rules.check_board_sends_back(report, by)
        rules.check_board_said(said, who, on)
        doing.change(board_said=said.strip(), board_who=who.strip(), board_on=on)
        doing.note("board_sent_back", text=f"{who.strip()}: {said.strip()}")
        fresh = _new_version(report.audit, author=_next_author(report, by), by=by)
        _tell_signer(doing, report)
    return fresh


def _next_author(report: Report, by: User) -> User:
    """Whoever wrote the version before goes on, as long as they still write reports."""
    return report.author if rules.can_write(report, report.author) else by


def _tell_signer(doing: Act, report: Report) -> None:
    """Whoever signed it off hears that it comes to the QPPA again."""
    signer = report.signed_off_by_id
    if signer is not None and (doing.by is None or signer != doing.by.pk):
        doing.tell(
            signer,
            event="report.board_sent_back",
            event_key=f"board-{report.public_id}",
            text=f"The Board sent back: {report}",
            url=report.get_absolute_url(),
        )


def _tell_readers(doing: Act, report: Report) -> None:
    audit = report.audit
    current = Membership.objects.current().exclude(person=doing.by.pk if doing.by else None)
    leads = current.filter(team__role=Role.AGENCY_LEAD, team__agency__in=audit.agencies.all())
    board = current.filter(team__role=Role.BOARD, team__partnership=audit.partnership_id)
    own_grades = f"{audit.get_absolute_url()}our-grades/"
    places = dict.fromkeys(board.values_list("person", flat=True), report.get_absolute_url())
    places |= dict.fromkeys(leads.values_list("person", flat=True), own_grades)
    places.setdefault(report.author_id, report.get_absolute_url())
    for person_id, url in places.items():
        doing.tell(
            person_id,
            event="report.signed_off",
            event_key=f"report-{report.public_id}",
            text=f"Signed off: {report}",
            url=url,
        )
