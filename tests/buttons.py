"""The addresses that are no pages, and pages about records as no picture needs them, each with
somebody who may use it. Together with the sights they are every address of the site."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core import mail
from django.urls import reverse

from macfa.audits import services as audits
from macfa.concerns import services as concerns
from macfa.improvement import services as improvement
from macfa.packs.services import freeze
from macfa.people.absences import record_absence
from macfa.people.roles import Role
from macfa.people.services import invite
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
    for name in ("alive", "ready", "demo_emails"):
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


def on_signing_in(_cast: Cast) -> Sights:
    """What leads to a second step, another organisation, or the end of a session."""
    names = ("deactivate_totp", "add_webauthn", "view_recovery_codes", "generate_recovery_codes")
    yield from (page("auditor.pol", f"mfa_{name}") for name in names)
    for name in ("mfa_download_recovery_codes", "mfa_reauthenticate", "session_end"):
        yield page("auditor.pol", name)
    for name in ("mfa_reauthenticate_webauthn", "sign_out_there", "stay_signed_in"):
        yield page("auditor.pol", name)
    for name in ("mfa_login_webauthn", "mfa_authenticate", "use_link", "link_code"):
        yield page("", name)
    yield page("", "sign_in_link", "no-link-of-ours")
    yield Sight("auditor.pol", reverse("mfa_remove_webauthn", args=[1]))
    for name in ("openid_connect_login", "openid_connect_callback"):
        yield page("", name, "council")


def on_people(cast: Cast) -> Sights:
    """The buttons of an invitation, sent by the coordinator."""
    auditors = cast["auditor.pol"].memberships.get().team
    invitation = invite(
        email="newcomer@oakvale.example",
        team=auditors,
        since=clock.today(),
        by=cast["coordinator"],
    )
    yield from pages("lead.pol", "invitation_again", "withdraw_invitation", about=invitation)
    link = str(mail.outbox[-1].body).split("http://127.0.0.1:8000")[1].split()[0]
    yield Sight("", f"{link}again/")


def on_packs(cast: Cast) -> Sights:
    """A pack, its first document, and taking it back."""
    inspector = cast.add("inspector", Role.INSPECTOR)
    pack = freeze(
        partnership=cast.partnership,
        title="Joint inspection",
        audits=[factories.audit_published(cast)],
        readers=[inspector],
        by=cast["coordinator"],
    )
    yield from pages("coordinator", "pack", "withdraw_pack", about=pack)
    yield Sight("inspector", f"{pack.get_absolute_url()}1/")


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


BUTTONS = (
    anywhere,
    on_signing_in,
    on_people,
    on_packs,
    on_tasks,
    on_audits,
    on_cases,
    on_concerns,
    on_reports,
)
