"""Every page of the site, with somebody who may open it and a record that makes it worth seeing.

Each function takes an audit to a stage and names the pages there, in an order in which they are
still what they were when they were named.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from django.core import mail
from django.test import override_settings
from django.urls import reverse

from macfa.audits import services as audits
from macfa.concerns import services as concerns
from macfa.findings import services as findings
from macfa.improvement import services as improvement
from macfa.moderation import services as moderation
from macfa.overview import services as overview
from macfa.packs.services import freeze
from macfa.people.absences import record_absence
from macfa.people.models import AccessReview
from macfa.people.roles import Role
from macfa.people.services import invite
from macfa.people.services.reviews import ask_for_reviews
from macfa.retention.services import confirm, place_hold
from macfa.returns import services as returns
from macfa.returns.models import AgencyReturn
from macfa.sampling import services as sampling
from macfa.sampling.draw import parse_strata
from tests import factories
from tests.retention import audit_closed_long_ago, proposed
from workflows import clock
from workflows.models import WorkItem
from workflows.working_days import add_working_days

if TYPE_CHECKING:
    from macfa.audits.models import Audit
    from macfa.sampling.models import Case
    from tests.cast import Cast
    from workflows.models import Record


class Sight(NamedTuple):
    """A page, and who looks at it."""

    who: str
    address: str


Sights = Iterator[Sight]

#: Addresses that show no page of their own: they act, lead on, answer programs, or are of a demo.
NOT_PAGES = {
    "acknowledge_concern",
    "after",
    "alive",
    "back",
    "ask_for_views",
    "audit_calendar",
    "calendar_file",
    "ask_for_invitation",
    "ask_scrutineer",
    "claim",
    "confirm_address",
    "demo_emails",
    "discard_pool",
    "export_ledger",
    "export_reads",
    "invitation_again",
    "mark_one_read",
    "mark_shown_read",
    "open",
    "open_task",
    "ready",
    "remove_school_holiday",
    "school_terms",
    "undo",
    "start_report",
    "try_email_again",
    # A copy as it was frozen, which every later version of the site serves as it is.
    "pack_document",
    "withdraw_invitation",
    "withdraw_pack",
}


#: Why something waits, and until when.
PAUSE: dict[str, Any] = {
    "reason": "The police ask us to wait for an inquiry.",
    "until": add_working_days(clock.today(), 10),
}

#: Pages that another address shows too, so that somebody need not know which to open.
SECOND_ADDRESSES = {"tasks", "say_involvement", "declare_independence"}


def page(who: str, name: str, *records: Record | str) -> Sight:
    """The page of this name about these records."""
    ids = [each if isinstance(each, str) else each.public_id for each in records]
    return Sight(who, reverse(name, args=ids))


def pages(who: str, *names: str, about: Record) -> Sights:
    """Several pages about one record."""
    return (page(who, name, about) for name in names)


def at_any_time(cast: Cast) -> Sights:
    """Sign-in, the queue, the inbox and what stands in the footer."""
    audit = factories.audit_issued(cast)
    for return_ in audit.returns.filter(agency__code="POL"):
        factories.drafting(cast, return_)
    first, second = WorkItem.objects.filter(owner=cast["auditor.pol"], finished=None)
    yield page("", "account_login")
    yield page("", "account_reset_password")
    yield page("", "account_reset_password_done")
    yield page("", "account_reset_password_from_key", "9-x", "set-password")
    yield page("", "ask_for_link")
    for name in ("accessibility", "source", "roles", "account_change_password"):
        yield page("auditor.pol", name)
    for name in ("my_work", "tasks", "team_queue", "notifications:inbox", "notifications:how_told"):
        yield page("auditor.pol", name)
    yield from (page("auditor.pol", name) for name in ("your_account", "new_address"))
    yield page("auditor.pol", "address_code")
    yield page("auditor.pol", "choose_partnership")
    for name in ("mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "usersessions_list"):
        yield page("auditor.pol", name)
    yield page("auditor.pol", "account_reauthenticate")
    yield page("admin", "people")
    yield page("admin", "reset_second_step", cast["lead.pol"].public_id)
    yield page("coordinator", "agencies")
    yield page("coordinator", "people")
    yield page("admin", "parked_emails")
    yield from people(cast)
    yield page("coordinator", "school_holidays")
    yield page("coordinator", "end_agency", "POL")
    yield page("auditor.pol", "release", first)
    yield page("lead.pol", "give", first)
    yield Sight("lead.pol", f"{reverse('team_queue')}?show=held")
    yield page("lead.pol", "holders")
    yield page("coordinator", "most_open_tasks")
    record_absence(
        person=cast["auditor2.pol"], first=clock.today(), last=clock.today(), by=cast["lead.pol"]
    )
    yield page("lead.pol", "away")
    yield page("lead.pol", "hand_everything_over", cast["auditor.pol"].public_id)
    both = f"item={first.public_id}&item={second.public_id}"
    yield Sight("lead.pol", f"{reverse('give_many')}?{both}")


def people(cast: Cast) -> Sights:
    """Who serves, from when to when, and who is invited."""
    office = cast["coordinator"]
    auditors = cast["auditor.pol"].memberships.get().team
    invitation = invite(
        email="a.newcomer@westmarch.example", team=auditors, since=clock.today(), by=office
    )
    with override_settings(ACCESS_REVIEW_DAYS=365):
        ask_for_reviews()
    review = AccessReview.objects.get(agency=cast.agencies["POL"])
    yield page("coordinator", "reviews")
    yield page("lead.pol", "review", review)
    yield page("admin", "review", review)
    yield page("coordinator", "invitations")
    yield page("lead.pol", "invite")
    yield page("coordinator", "invitation_history", invitation)
    yield page("coordinator", "answers_by_link", cast["auditor.pol"].public_id)
    yield Sight("", str(mail.outbox[-1].body).split("http://127.0.0.1:8000")[1].split()[0])
    for name in ("one_person", "new_role", "end_roles", "move_person", "person_leaves"):
        yield page("coordinator", name, cast["lead.pol"].public_id)


def at_theme_selection(cast: Cast) -> Sights:
    """From opening the audit to agreeing everything."""
    audit = factories.audit_opened(cast)
    by = audit.coordinator
    for title in ("Neglect", "Exploitation"):
        audits.propose_theme(
            audit=audit, title=title, sources=["priority"], evidence="It has risen.", by=by
        )
    audits.ask_for_views(audit=audit, by=by)
    yield page("coordinator", "programme")
    yield page("coordinator", "new_audit")
    yield page("chair", "ledger")
    yield page("chair", "ledger_reads")
    yield from pages("coordinator", "audit", "audit_history", "audit_themes", about=audit)
    yield from pages("coordinator", "add_theme", "choose_theme", "audit_scope", about=audit)
    yield page("coordinator", "propose_dates", audit)
    audits.propose_dates(audit=audit, start=clock.today(), by=by)
    yield page("coordinator", "audit_dates", audit)
    yield from pages("coordinator", "begin_sampling", "withdraw_audit", about=audit)
    yield page("qppa", "give_view", audit)


def at_case_sampling(cast: Cast) -> Sights:
    """From the file to the issue."""
    audit = factories.audit_scoped(cast)
    by = audit.coordinator
    yield from pages("coordinator", "sample", "load_pool", about=audit)
    upload = sampling.keep_upload(
        audit=audit, file_name="pool.csv", content=factories.pool_csv(), by=by
    )
    yield page("coordinator", "pool_columns", audit)
    sampling.load_upload(upload=upload, layout=factories.LAYOUT, by=by)
    yield page("coordinator", "draw_cases", audit)
    strata = parse_strata("status=EH:1,status=CP:1")
    draw = sampling.draw_sample(audit=audit, quotas=strata, reserves=2, seed="seed", by=by)
    yield page("coordinator", "draw", audit, draw)
    yield page("coordinator", "use_draw", audit, draw)
    [case, *_] = sampling.confirm_draw(draw=draw, by=by)
    yield from pages("coordinator", "sample", "sample_cases", "identity_log", about=audit)
    yield from pages("coordinator", "case", "describe_case", "open_identity", about=case)
    yield page("coordinator", "issue_audit", audit)


def at_agency_audits(cast: Cast) -> Sights:
    """A return in each of its states, for each of those who deal with it."""
    audit = factories.audit_issued(cast)
    yield page("coordinator", "programme")
    yield from at_the_first_answer(cast, audit)
    yield from at_writing(cast, audit)
    yield from at_sign_off(cast, audit)
    yield from at_following(cast, audit)


def at_the_first_answer(cast: Cast, audit: Audit) -> Sights:
    """Education says nil, the police say that they were involved."""
    education, police = factories.a_return(audit, "EDU"), factories.a_return(audit)
    yield from pages("lead.edu", "return", "say_involvement", about=education)
    factories.nil(cast, education)
    yield from pages("lead.edu", "return", "take_back_nil", about=education)
    returns.say_involved(
        return_=police,
        involvement=AgencyReturn.Involvement.INVOLVED,
        auditor=cast["auditor.pol"],
        by=cast["lead.pol"],
    )
    yield from pages("auditor.pol", "return", "declare_independence", about=police)
    yield from pages("lead.pol", "return", "choose_auditor", "take_back_involved", about=police)


def at_writing(cast: Cast, audit: Audit) -> Sights:
    """Social care writes its audit."""
    return_ = factories.drafting(cast, factories.a_return(audit, "CSC"))
    yield from pages("auditor.csc", "return", "check_return", about=return_)
    yield page("auditor.csc", "return_domain", return_, "D1")
    answers = factories.full_answers(return_)
    returns.save_answers(return_=return_, answers=answers, by=cast["auditor.csc"])
    yield page("auditor.csc", "check_return", return_)


def at_sign_off(cast: Cast, audit: Audit) -> Sights:
    """The police's audit is with their lead."""
    return_, by = factories.a_return(audit), cast["auditor.pol"]
    returns.declare(return_=return_, independent=True, by=by)
    returns.save_answers(return_=return_, answers=factories.full_answers(return_), by=by)
    returns.submit(return_=return_, by=by)
    yield from pages("lead.pol", "sign_off_return", "hand_back_return", about=return_)
    returns.sign_off(return_=return_, by=cast["lead.pol"])
    yield from pages("coordinator", "return", "query_return", about=return_)


def at_following(cast: Cast, audit: Audit) -> Sights:
    """The coordinator sees who owes what, and what to do about it."""
    return_ = factories.a_return(audit, "CSC")
    yield from pages("coordinator", "audit", "audit_returns", "remind_all", about=audit)
    yield page("coordinator", "panel", audit)
    yield from pages("coordinator", "return", "remind_return", "extend_return", about=return_)
    returns.remind(return_=return_, note="For the panel", by=audit.coordinator)
    yield from pages("coordinator", "return", "call_return", "record_not_returned", about=return_)
    yield from pages("coordinator", "case", "replace_case", "pause_case", about=return_.case)
    case = overview.pause_case(case=return_.case, by=audit.coordinator, **PAUSE)
    yield from pages("coordinator", "case", "resume_case", about=case)
    overview.resume_case(case=case, reason="It ended.", by=audit.coordinator)
    yield from pages("coordinator", "add_case", "pause_audit", about=audit)
    paused = overview.pause_audit(audit=audit, by=audit.coordinator, **PAUSE)
    yield from pages("coordinator", "audit", "resume_audit", about=paused)
    overview.resume_audit(audit=paused, reason="It ended.", by=audit.coordinator)
    return_ = factories.a_return(audit, "CSC")
    returns.record_not_returned(return_=return_, reason="No answer", by=audit.coordinator)
    yield page("coordinator", "accept_late", return_)


def at_moderation(cast: Cast) -> Sights:
    """The panel, its cases and its grades."""
    returned = factories.audit_returned(cast, "RET")
    yield page("coordinator", "panel", returned)
    audit = factories.audit_convened(cast)
    first, second = audit.cases.counted()
    factories.case_moderated(cast, second)
    yield from pages("coordinator", "audit", "panel", "release_cases", about=audit)
    yield from pages("coordinator", "add_panel_member", "add_guest", about=audit)
    yield from pages("coordinator", "record_sitting", "moderation", about=audit)
    yield page("coordinator", "conclude_moderation", audit)
    yield page("panel.pol", "prepare", audit.panel)
    yield from pages("panel.pol", "case_room", "declare_conflict", about=first)
    yield from pages("chair", "case_room", "grade_domains", "grade_case", about=first)
    yield page("chair", "grade_domain", first, "D1")
    police = factories.a_return(audit)
    yield from questions(cast, first, police)
    yield page("chair", "grade_agency", first, police)
    yield page("chair", "go_ahead", first)
    seat = audit.panel.members.get(person=cast["panel.pol"])
    moderation.go_ahead_without(case=first, member=seat, why="They are away.", by=cast["chair"])
    yield page("chair", "case_room", first)
    yield from pages("chair", "case_room", "reopen_case", about=second)
    factories.case_moderated(cast, first)
    yield page("coordinator", "conclude_moderation", audit)


def questions(cast: Cast, case: Case, police: AgencyReturn) -> Sights:
    """The panel asks, and the agency answers."""
    yield page("chair", "ask_agency", case, police)
    moderation.ask_agency(return_=police, text="Who told the school?", by=cast["chair"])
    yield page("chair", "withdraw_question", case, police)
    yield page("chair", "case_room", case)
    yield from pages("auditor.pol", "return", "add_addendum", about=police)
    moderation.add_addendum(return_=police, text="The sergeant did.", by=cast["auditor.pol"])
    yield page("auditor.pol", "return", police)


def at_findings(cast: Cast) -> Sights:
    """What was found, and the report."""
    audit, by = factories.audit_moderated(cast), cast["coordinator"]
    finding = factories.a_finding(cast, audit)
    yield from pages("coordinator", "audit", "findings", "add_finding", "publish", about=audit)
    yield page("coordinator", "edit_finding", finding)
    report = findings.start_report(audit=audit, by=by)
    yield from pages("coordinator", "edit_report", "put_report_forward", about=report)
    findings.edit_report(
        report=report, summary="In short.", method="As drawn.", limits="Few.", by=by
    )
    report = findings.put_forward(report=report, by=by)
    yield from pages("qppa", "report", "sign_off_report", "send_report_back", about=report)
    findings.sign_off(report=report, by=cast["qppa"])
    yield from pages("coordinator", "report", "board_sends_back", about=report)
    yield page("board", "reports")
    yield page("board", "report", report)
    yield page("lead.pol", "our_grades", audit)
    fresh = findings.board_sends_back(
        report=report, said="Say it plainly.", who="The Board", on=clock.today(), by=by
    )
    yield page("coordinator", "report", report)
    yield from pages("coordinator", "report", "edit_report", about=fresh)


def packs(cast: Cast, audit: Audit) -> Sights:
    """What the coordinator freezes and an inspector reads."""
    inspector = cast.add("inspector.of.sights", Role.INSPECTOR)
    yield page("coordinator", "freeze_pack")
    pack = freeze(
        partnership=cast.partnership,
        title="Joint inspection",
        audits=[audit],
        readers=[inspector],
        by=cast["coordinator"],
    )
    yield page("coordinator", "packs")
    yield page("coordinator", "pack", pack)


def at_action_tracking(cast: Cast) -> Sights:
    """An action under way, claimed and accepted, and the end."""
    audit = factories.audit_published(cast)
    action = audit.actions.get()
    yield from pages("coordinator", "audit", "action_plan", "open_action", about=audit)
    yield from packs(cast, audit)
    yield page("coordinator", "actions")
    yield from pages("coordinator", "action", "end_action", "change_action_due", about=action)
    yield from pages(
        "coordinator", "hand_action_over", "join_findings", "offer_action", about=action
    )
    yield page("coordinator", "close_audit", audit)
    yield from pages("coordinator", "remind_action", "call_action", about=action)
    improvement.remind(action=action, note="For the Board", by=cast["coordinator"])
    yield from pages("owner.csc", "action", "update_action", about=action)
    yield page("owner.csc", "claim_action_complete", action)
    police = cast.agencies["POL"]
    improvement.offer(action=action, agency=police, why="Theirs.", by=cast["coordinator"])
    yield from pages("lead.pol", "action", "take_action_on", "decline_action", about=action)
    yield page("lead.csc", "take_offer_back", action)
    improvement.claim_completion(
        action=action, output="Done.", impact="Felt.", evidence="Seen.", by=cast["owner.csc"]
    )
    yield from pages("coordinator", "accept_action", "send_action_back", about=action)
    improvement.accept(action=action, comment="Seen.", by=cast["coordinator"])
    yield from pages("coordinator", "action", about=action)
    yield page("coordinator", "close_audit", audit)


def on_retention(cast: Cast) -> Sights:
    """What is due, a hold, a proposal and its certificate, some years after the audit."""
    audit = audit_closed_long_ago(cast)
    held = place_hold(
        partnership=cast.partnership,
        theme="Exploitation",
        reason="A national inquiry asks for everything on it.",
        by=cast["chair"],
    )
    yield page("coordinator", "retention")
    yield page("coordinator", "retention_periods")
    yield page("coordinator", "set_period", "identity_key")
    yield page("chair", "place_hold")
    yield page("chair", "hold", held)
    yield page("coordinator", "subject_access")
    yield page("coordinator", "propose_destruction", audit, "identity_key")
    one = proposed(cast, audit)
    yield from pages("chair", "destruction", "confirm_destruction", "stop_destruction", about=one)
    yield page("chair", "destruction", confirm(destruction=one, by=cast["chair"]))
    yield page("coordinator", "audit", audit)


def at_a_concern(cast: Cast) -> Sights:
    """A child may be at risk now: whom to call, and the record of it."""
    yield page("", "urgent")
    yield page("coordinator", "urgent")
    yield page("coordinator", "numbers")
    yield page("auditor.pol", "raise_concern")
    yield page("auditor.pol", "concerns")
    yield page("auditor.pol", "raise_staff_matter")
    matter = factories.a_staff_matter(cast)
    yield page("auditor.pol", "staff_matter", matter)
    concern = factories.a_concern(cast)
    yield page("coordinator", "concerns")
    yield from pages("lead.pol", "concern", "note_concern", about=concern)
    concern = concerns.acknowledge(concern=concern, by=cast["lead.pol"])
    concerns.add_note(concern=concern, text="They went.", by=cast["lead.pol"])
    yield from pages("coordinator", "concern", "confirm_concern", about=concern)
    concerns.confirm(concern=concern, outcome="Seen.", by=cast["coordinator"])
    concerns.confirm(concern=concern, outcome="Seen.", by=cast["lead.pol"])
    yield page("auditor.pol", "concern", concern)


STAGES = (
    at_any_time,
    at_a_concern,
    at_theme_selection,
    at_case_sampling,
    at_agency_audits,
    at_moderation,
    at_findings,
    at_action_tracking,
    on_retention,
)
