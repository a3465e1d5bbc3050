"""The access matrix: for each address what it is about, who may open it and who may act there.

Whoever knows of a record but may not do this is told so (403). For everybody else the record does
not exist (404), and a conflict of interest with a case puts anybody among those. Where a page is
about no record, everybody is told. Whoever is not signed in is asked to sign in.

`manage.py access_matrix` makes a page of it in `docs/`. An address without a row stops the site
from starting, and the tests try every row with everybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from macfa.access.standing import AUDIT_READERS, ON_CASE, PANELS, ROOM, About, Who

if TYPE_CHECKING:
    from collections.abc import Iterable

ANYBODY = frozenset({Who.ANYBODY})
EVERYBODY = ANYBODY | {Who.NOBODY}
COORDINATOR = frozenset({Who.COORDINATOR})
LEAD = frozenset({Who.LEAD})
HOLDER = frozenset({Who.HOLDER})
OVERSEES = COORDINATOR | {Who.SCRUTINEER}
CHAIRS = COORDINATOR | {Who.CHAIR}
AGREES = COORDINATOR | PANELS
ACCEPTS = AGREES | {Who.QPPA}
FOLLOWS = COORDINATOR | LEAD
LOOKS_AFTER = COORDINATOR | {Who.ADMIN}
LOOK_AFTER = LOOKS_AFTER | LEAD
OWNER = frozenset({Who.OWNER})
AUTHOR = frozenset({Who.AUTHOR})
QPPA = frozenset({Who.QPPA})
OFFERED = frozenset({Who.OFFERED_LEAD})


#: What a session reaches that was begun by an e-mailed link: the returns that its person has to
#: do, a child at risk, and the end of the session; beside that what anybody may open unsigned in.
BY_LINK = frozenset(
    {
        "my_work",
        "open_task",
        "release",
        "case",
        "open_identity",
        "return",
        "declare_independence",
        "return_domain",
        "check_return",
        "add_addendum",
        "raise_concern",
        "concern",
        "concerns",
        "note_concern",
        "raise_staff_matter",
        "staff_matter",
        "usersessions_list",
        "sign_out_there",
        "session_end",
        "stay_signed_in",
    }
)


@dataclass(frozen=True)
class Row:
    """One address about one kind of thing: who opens it (GET) and who acts there (POST)."""

    name: str
    about: About
    opens: frozenset[Who]
    acts: frozenset[Who]

    @property
    def methods(self) -> tuple[str, ...]:
        """What may be asked of the address."""
        return ("GET",) * bool(self.opens) + ("POST",) * bool(self.acts)

    @property
    def by_link(self) -> bool:
        """Whether whoever came by an e-mailed link may ask for it, as far as it is theirs."""
        return self.name in BY_LINK or Who.NOBODY in self.opens | self.acts

    def allowed(self, method: str) -> frozenset[Who]:
        """Who may ask this of the address."""
        return self.acts if method == "POST" else self.opens


def shows(name: str, about: About, opens: Iterable[Who] | None = None) -> Row:
    """A page to read, or a file to keep: for all who know what it is about, unless it is said."""
    return Row(name, about, about.known_to if opens is None else frozenset(opens), frozenset())


def asks(name: str, about: About, opens: Iterable[Who], acts: Iterable[Who] | None = None) -> Row:
    """A page with a form; who may open it may send it, unless it is said who may."""
    may = frozenset(opens)
    return Row(name, about, may, may if acts is None else frozenset(acts))


def does(name: str, about: About, acts: Iterable[Who]) -> Row:
    """A button: there is nothing to open."""
    return Row(name, about, frozenset(), frozenset(acts))


#: What belongs to no room, sign-in, and what is one's own.
SITE = (
    shows("alive", About.NOTHING, EVERYBODY),
    shows("ready", About.NOTHING, EVERYBODY),
    shows("accessibility", About.NOTHING, EVERYBODY),
    shows("source", About.NOTHING, EVERYBODY),
    asks("account_login", About.NOTHING, EVERYBODY),
    asks("account_logout", About.NOTHING, EVERYBODY),
    shows("sign_in_link", About.NOTHING, EVERYBODY),
    asks("use_link", About.NOTHING, EVERYBODY),
    asks("link_code", About.NOTHING, EVERYBODY),
    asks("ask_for_link", About.NOTHING, EVERYBODY),
    asks("account_reset_password", About.NOTHING, EVERYBODY),
    shows("account_reset_password_done", About.NOTHING, EVERYBODY),
    asks("account_reset_password_from_key", About.NOTHING, EVERYBODY),
    shows("account_reset_password_from_key_done", About.NOTHING, EVERYBODY),
    asks("account_change_password", About.NOTHING, ANYBODY),
    shows("your_account", About.NOTHING, ANYBODY),
    asks("new_address", About.NOTHING, ANYBODY),
    asks("address_code", About.NOTHING, ANYBODY),
    does("confirm_address", About.NOTHING, ANYBODY),
    shows("notifications:inbox", About.NOTHING, ANYBODY),
    asks("notifications:how_told", About.NOTHING, ANYBODY),
    does("notifications:mark_shown_read", About.NOTHING, ANYBODY),
    shows("notifications:after", About.NOTHING, ANYBODY),
    does("notifications:mark_one_read", About.OWN, HOLDER),
    shows("notifications:open", About.OWN),
    shows("demo_emails", About.NOTHING, ANYBODY),
)

#: The second step of signing in, other organisations, and sessions.
SIGNING_IN = (
    asks("mfa_login_webauthn", About.NOTHING, EVERYBODY),
    asks("mfa_authenticate", About.NOTHING, EVERYBODY),
    shows("openid_connect_login", About.SET_UP, EVERYBODY),
    shows("openid_connect_callback", About.SET_UP, EVERYBODY),
    shows("mfa_index", About.NOTHING, ANYBODY),
    asks("mfa_activate_totp", About.NOTHING, ANYBODY),
    asks("mfa_deactivate_totp", About.SET_UP, ANYBODY),
    asks("mfa_add_webauthn", About.NOTHING, ANYBODY),
    asks("mfa_remove_webauthn", About.SET_UP, ANYBODY),
    asks("mfa_view_recovery_codes", About.NOTHING, ANYBODY),
    asks("mfa_generate_recovery_codes", About.NOTHING, ANYBODY),
    shows("mfa_download_recovery_codes", About.SET_UP, ANYBODY),
    asks("account_reauthenticate", About.NOTHING, ANYBODY),
    asks("mfa_reauthenticate", About.NOTHING, ANYBODY),
    asks("mfa_reauthenticate_webauthn", About.NOTHING, ANYBODY),
    shows("usersessions_list", About.NOTHING, ANYBODY),
    does("sign_out_there", About.NOTHING, ANYBODY),
    shows("session_end", About.NOTHING, ANYBODY),
    does("stay_signed_in", About.NOTHING, ANYBODY),
    asks("choose_partnership", About.NOTHING, ANYBODY),
    asks("reset_second_step", About.SECOND_STEP, {Who.ADMIN}),
)

#: The queue.
WORK = (
    shows("my_work", About.NOTHING, ANYBODY),
    shows("tasks", About.NOTHING, ANYBODY),
    shows("calendar_file", About.NOTHING, ANYBODY),
    shows("team_queue", About.NOTHING, ANYBODY),
    asks("give_many", About.NOTHING, ANYBODY),
    does("undo", About.NOTHING, ANYBODY),
    shows("holders", About.TEAMS),
    asks("hand_everything_over", About.TEAMS, FOLLOWS),
    shows("open_task", About.TASK),
    asks("claim", About.TASK, About.TASK.known_to, LEAD | {Who.COLLEAGUE}),
    asks("release", About.TASK, FOLLOWS | {Who.HOLDER}),
    asks("give", About.TASK, FOLLOWS),
)

PEOPLE = (
    shows("roles", About.NOTHING, ANYBODY),
    shows("urgent", About.NOTHING, EVERYBODY),
    asks("numbers", About.NOTHING, LOOKS_AFTER),
    asks("away", About.NOTHING, ANYBODY),
    does("back", About.ABSENCE, FOLLOWS | HOLDER),
    asks("most_open_tasks", About.NOTHING, COORDINATOR),
    shows("people", About.NOTHING, LOOK_AFTER),
    shows("parked_emails", About.NOTHING, LOOKS_AFTER),
    does("try_email_again", About.NOTHING, LOOKS_AFTER),
    shows("one_person", About.PERSON),
    asks("new_role", About.PERSON, LOOK_AFTER),
    asks("end_roles", About.PERSON, LOOK_AFTER),
    asks("move_person", About.PERSON, LOOKS_AFTER),
    asks("person_leaves", About.PERSON, LOOKS_AFTER),
    asks("answers_by_link", About.PERSON, COORDINATOR),
    shows("invitations", About.NOTHING, LOOK_AFTER),
    asks("invite", About.NOTHING, LOOK_AFTER),
    shows("invitation_history", About.INVITATION),
    does("invitation_again", About.INVITATION, LOOK_AFTER),
    does("withdraw_invitation", About.INVITATION, LOOK_AFTER),
    asks("invitation", About.NOTHING, EVERYBODY),
    does("ask_for_invitation", About.NOTHING, EVERYBODY),
    shows("reviews", About.NOTHING, LOOK_AFTER),
    asks("review", About.REVIEW, LOOK_AFTER),
    asks("agencies", About.NOTHING, COORDINATOR),
    asks("end_agency", About.NOTHING, COORDINATOR),
    asks("school_holidays", About.NOTHING, COORDINATOR),
    does("school_terms", About.NOTHING, COORDINATOR),
    does("remove_school_holiday", About.NOTHING, COORDINATOR),
)

AUDITS = (
    shows("programme", About.NOTHING, ANYBODY),
    asks("new_audit", About.NOTHING, COORDINATOR),
    shows("audit", About.AUDIT),
    shows("audit_calendar", About.AUDIT),
    shows("audit_history", About.AUDIT),
    shows("audit_themes", About.AUDIT),
    asks("add_theme", About.AUDIT, COORDINATOR),
    asks("ask_for_views", About.AUDIT, AUDIT_READERS, COORDINATOR),
    asks("give_view", About.VIEW, QPPA),
    asks("choose_theme", About.AUDIT, COORDINATOR),
    asks("audit_scope", About.AUDIT, AUDIT_READERS, COORDINATOR),
    asks("audit_dates", About.AUDIT, AUDIT_READERS, COORDINATOR),
    asks("propose_dates", About.AUDIT, COORDINATOR),
    asks("begin_sampling", About.AUDIT, COORDINATOR),
    asks("withdraw_audit", About.AUDIT, COORDINATOR),
    asks("pause_audit", About.AUDIT, COORDINATOR),
    asks("resume_audit", About.AUDIT, COORDINATOR),
)

LEDGER = (
    shows("ledger", About.NOTHING, OVERSEES),
    does("export_ledger", About.NOTHING, OVERSEES),
    shows("ledger_reads", About.NOTHING, OVERSEES),
    does("export_reads", About.NOTHING, OVERSEES),
)

SAMPLING = (
    shows("sample", About.AUDIT, OVERSEES),
    asks("load_pool", About.AUDIT, COORDINATOR),
    asks("pool_columns", About.AUDIT, COORDINATOR),
    does("discard_pool", About.AUDIT, COORDINATOR),
    asks("draw_cases", About.AUDIT, COORDINATOR),
    shows("draw", About.AUDIT, OVERSEES),
    asks("use_draw", About.AUDIT, COORDINATOR),
    shows("sample_cases", About.AUDIT),
    shows("identity_log", About.AUDIT, OVERSEES),
    shows("case", About.DRAWN_CASE),
    shows("case", About.CASE),
    shows("case", About.RELEASED_CASE),
    asks("describe_case", About.DRAWN_CASE, COORDINATOR),
    asks("open_identity", About.DRAWN_CASE, COORDINATOR),
    asks("open_identity", About.CASE, ON_CASE),
    asks("open_identity", About.RELEASED_CASE, ON_CASE),
)

RETURNS = (
    asks("issue_audit", About.AUDIT, COORDINATOR),
    shows("audit_returns", About.AUDIT, COORDINATOR),
    asks("remind_all", About.AUDIT, COORDINATOR),
    asks("add_case", About.AUDIT, COORDINATOR),
    asks("replace_case", About.CASE, COORDINATOR),
    asks("pause_case", About.CASE, COORDINATOR),
    asks("resume_case", About.CASE, COORDINATOR),
    shows("return", About.RETURN),
    shows("return", About.RELEASED_RETURN),
    asks("say_involvement", About.RETURN, LEAD),
    asks("take_back_nil", About.RETURN, FOLLOWS),
    asks("take_back_involved", About.RETURN, FOLLOWS),
    asks("choose_auditor", About.RETURN, FOLLOWS),
    asks("declare_independence", About.RETURN, HOLDER),
    asks("return_domain", About.RETURN, HOLDER),
    asks("check_return", About.RETURN, HOLDER),
    asks("sign_off_return", About.RETURN, LEAD),
    asks("hand_back_return", About.RETURN, LEAD),
    asks("query_return", About.RETURN, COORDINATOR),
    asks("remind_return", About.RETURN, FOLLOWS),
    asks("call_return", About.RETURN, COORDINATOR),
    asks("extend_return", About.RETURN, COORDINATOR),
    asks("record_not_returned", About.RETURN, COORDINATOR),
    asks("accept_late", About.RETURN, COORDINATOR),
    asks("add_addendum", About.RELEASED_RETURN, LEAD | HOLDER),
)

CONCERNS = (
    shows("concerns", About.NOTHING, ANYBODY),
    asks("raise_concern", About.NOTHING, ANYBODY),
    shows("concern", About.CONCERN),
    shows("concern", About.TOLD_CONCERN),
    does("acknowledge_concern", About.CONCERN, FOLLOWS),
    does("acknowledge_concern", About.TOLD_CONCERN, FOLLOWS | {Who.SCRUTINEER}),
    asks("note_concern", About.CONCERN, FOLLOWS | {Who.RAISED_IT}),
    asks("confirm_concern", About.CONCERN, FOLLOWS),
    does("ask_scrutineer", About.CONCERN, FOLLOWS),
    asks("raise_staff_matter", About.NOTHING, ANYBODY),
    shows("staff_matter", About.STAFF_MATTER),
)

MODERATION = (
    asks("panel", About.BEFORE_PANEL, COORDINATOR),
    asks("panel", About.PANEL, ROOM, COORDINATOR),
    asks("release_cases", About.PANEL, COORDINATOR),
    asks("add_panel_member", About.PANEL, COORDINATOR),
    asks("add_guest", About.PANEL, COORDINATOR),
    asks("record_sitting", About.PANEL, CHAIRS),
    shows("moderation", About.PANEL),
    asks("conclude_moderation", About.PANEL, COORDINATOR),
    asks("prepare", About.PANEL, ROOM),
    asks("case_room", About.MODERATED_CASE, ROOM),
    asks("grade_case", About.MODERATED_CASE, ROOM),
    asks("grade_domains", About.MODERATED_CASE, ROOM),
    asks("grade_domain", About.MODERATED_CASE, ROOM),
    asks("grade_agency", About.MODERATED_CASE, ROOM),
    asks("ask_agency", About.MODERATED_CASE, CHAIRS),
    asks("withdraw_question", About.MODERATED_CASE, CHAIRS),
    asks("go_ahead", About.MODERATED_CASE, CHAIRS),
    asks("reopen_case", About.MODERATED_CASE, CHAIRS),
    asks("declare_conflict", About.SEAT, {Who.SEATED, Who.CHAIR}),
)

FINDINGS = (
    shows("findings", About.AUDIT, ACCEPTS),
    asks("add_finding", About.AUDIT, AGREES),
    asks("edit_finding", About.FINDING, AGREES),
    asks("publish", About.AUDIT, COORDINATOR),
    does("start_report", About.AUDIT, OVERSEES),
    shows("our_grades", About.GRADES),
    shows("reports", About.NOTHING, ANYBODY),
    shows("report", About.DRAFT_REPORT),
    shows("report", About.REPORT),
    asks("edit_report", About.DRAFT_REPORT, AUTHOR),
    asks("put_report_forward", About.DRAFT_REPORT, AUTHOR),
    asks("sign_off_report", About.DRAFT_REPORT, QPPA),
    asks("send_report_back", About.DRAFT_REPORT, QPPA),
    asks("board_sends_back", About.REPORT, COORDINATOR),
)

ACTIONS = (
    shows("actions", About.NOTHING, ANYBODY),
    shows("action_plan", About.AUDIT),
    asks("open_action", About.AUDIT, AGREES),
    asks("close_audit", About.AUDIT, COORDINATOR),
    shows("action", About.ACTION),
    shows("action", About.OFFERED_ACTION),
    asks("update_action", About.ACTION, OWNER),
    asks("claim_action_complete", About.ACTION, OWNER),
    asks("accept_action", About.ACTION, ACCEPTS),
    asks("send_action_back", About.ACTION, ACCEPTS),
    asks("end_action", About.ACTION, ACCEPTS),
    asks("change_action_due", About.ACTION, ACCEPTS),
    asks("hand_action_over", About.ACTION, FOLLOWS),
    asks("join_findings", About.ACTION, AGREES),
    asks("remind_action", About.ACTION, FOLLOWS),
    asks("call_action", About.ACTION, COORDINATOR),
    asks("offer_action", About.ACTION, FOLLOWS),
    asks("take_action_on", About.OFFERED_ACTION, OFFERED),
    asks("decline_action", About.OFFERED_ACTION, OFFERED),
    asks("take_offer_back", About.OFFERED_ACTION, FOLLOWS),
)

PACKS = (
    shows("packs", About.NOTHING, COORDINATOR | {Who.INSPECTOR}),
    asks("freeze_pack", About.NOTHING, COORDINATOR),
    shows("pack", About.PACK),
    shows("pack_document", About.PACK),
    does("withdraw_pack", About.PACK, COORDINATOR),
)

RETENTION = (
    shows("retention", About.NOTHING, OVERSEES),
    shows("retention_periods", About.NOTHING, OVERSEES),
    asks("set_period", About.NOTHING, COORDINATOR),
    asks("place_hold", About.NOTHING, OVERSEES),
    asks("hold", About.HOLD, OVERSEES, {Who.SCRUTINEER}),
    asks("propose_destruction", About.AUDIT, COORDINATOR),
    shows("destruction", About.DESTRUCTION),
    asks("confirm_destruction", About.DESTRUCTION, {Who.SCRUTINEER}),
    asks("stop_destruction", About.DESTRUCTION, OVERSEES),
    asks("subject_access", About.NOTHING, COORDINATOR),
)

#: The parts of the site, in the order of the work.
PARTS: dict[str, tuple[Row, ...]] = {
    "The site, sign-in, and what is one’s own": SITE,
    "Signing in": SIGNING_IN,
    "Tasks": WORK,
    "People and agencies": PEOPLE,
    "Audits": AUDITS,
    "Sample and identity": SAMPLING,
    "Agency returns": RETURNS,
    "Concerns": CONCERNS,
    "Moderation": MODERATION,
    "Findings and reports": FINDINGS,
    "Actions": ACTIONS,
    "Ledger": LEDGER,
    "Packs": PACKS,
    "Retention and subject access": RETENTION,
}
ROWS = tuple(row for rows in PARTS.values() for row in rows)


def rows_of(name: str) -> list[Row]:
    """The rows of an address, one for each kind of thing it can be about."""
    return [row for row in ROWS if row.name == name]
