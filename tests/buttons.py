"""The addresses that are no pages, and pages about records as no picture needs them, each with
somebody who may use it. Together with the sights they are every address of the site."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse

from macfa.audits import services as audits
from macfa.concerns import services as concerns
from macfa.improvement import services as improvement
from macfa.people.absences import record_absence
from macfa.sampling import services as sampling
from tests import factories, records
from tests.browser.sights import Sight, page, pages
from tests.mail import told
from workflows import clock
from workflows.models import WorkItem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cast import Cast

    Sights = Iterator[Sight]


def anywhere(cast: Cast) -> Sights:
    """What is about no record, or about something of one's own."""
    for name in ("alive", "ready", "account_inactive", "demo_emails"):
        yield page("", name)
    yield page("", "account_reset_password_from_key_done")
    for name in ("calendar_file", "confirm_address", "undo", "notifications:mark_shown_read"):
        yield page("auditor.pol", name)
    yield Sight("auditor.pol", reverse("notifications:after", args=[0]))
    for _ in range(3):
        told(cast["board"])
    for name in ("notifications:mark_one_read", "notifications:open"):
        yield Sight("board", reverse(name, args=[3]))
    for name in ("export_ledger", "export_reads"):
        yield page("chair", name)
    for name in ("school_terms", "remove_school_holiday", "try_email_again"):
        yield page("coordinator", name)
    absence = record_absence(
        person=cast["auditor.pol"], first=clock.today(), last=clock.today(), by=cast["auditor.pol"]
    )
    yield page("lead.pol", "back", absence)
    # The last, since it takes the browser's sign-in away.
    yield page("auditor.pol", "account_logout")


def on_tasks(cast: Cast) -> Sights:
    """A task that waits in a team's queue, and one that somebody has."""
    waits = records.waiting(cast, agency="POL")
    yield from pages("auditor.pol", "open_task", "claim", about=waits)
    factories.drafting(cast, factories.a_return(factories.audit_issued(cast, "EXP")))
    held = WorkItem.objects.get(owner=cast["auditor.pol"], finished=None)
    yield page("auditor.pol", "open_task", held)


def on_audits(cast: Cast) -> Sights:
    """The buttons of an audit's first stages."""
    audit = factories.audit_opened(cast)
    audits.propose_theme(
        audit=audit, title="Neglect", sources=["priority"], evidence="Rising", by=audit.coordinator
    )
    yield from pages("coordinator", "ask_for_views", "audit_calendar", about=audit)
    scoped = factories.audit_scoped(cast, "EXP")
    sampling.keep_upload(
        audit=scoped, file_name="pool.csv", content=factories.pool_csv(), by=scoped.coordinator
    )
    yield page("coordinator", "discard_pool", scoped)


def on_cases(cast: Cast) -> Sights:
    """A case with the agencies, and one that the panel has."""
    audit = factories.audit_issued(cast)
    factories.drafting(cast, factories.a_return(audit))
    factories.drafting(cast, factories.a_return(audit, "CSC"))
    yield from pages("lead.pol", "case", "open_identity", about=factories.a_return(audit).case)
    convened = factories.audit_convened(cast, "EXP")
    case = factories.a_return(convened).case
    yield from pages("lead.pol", "case", "open_identity", about=case)


def on_concerns(cast: Cast) -> Sights:
    """The buttons of an immediate concern."""
    concern = factories.a_concern(cast)
    yield from pages("coordinator", "acknowledge_concern", "ask_scrutineer", about=concern)
    concerns.ask_scrutineer(concern=concern, by=cast["coordinator"])
    yield from pages("chair", "concern", "acknowledge_concern", about=concern)


def on_reports(cast: Cast) -> Sights:
    """Beginning a report; an action that nobody has been offered, and one that is."""
    audit = factories.audit_moderated(cast)
    yield page("coordinator", "start_report", audit)
    action = factories.an_action(cast, audit, factories.a_finding(cast, audit))
    yield page("coordinator", "action", action)
    improvement.offer(
        action=action, agency=cast.agencies["POL"], why="Theirs.", by=cast["coordinator"]
    )
    yield page("lead.pol", "action", action)


BUTTONS = (anywhere, on_tasks, on_audits, on_cases, on_concerns, on_reports)
