"""Acts of planning an audit: opening it, its themes and the views of them, scope, dates, gates."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from macfa.audits import services
from macfa.audits.dates import propose
from macfa.audits.lifecycle import SAYS, WORKING_STAGES, Stage
from macfa.audits.models import Audit, Theme, ThemeView
from macfa.people.roles import Role
from macfa.returns import services as returns
from notifications.models import Notification
from tests.cast import Cast, assemble
from tests.factories import audit_drawn, audit_opened, audit_scoped
from tests.records import has_left, item_of
from workflows import clock, ledger, timeline
from workflows.assignment import claim, give
from workflows.erasure import erase
from workflows.errors import AlreadyDone, NotAllowed, NotYet, Stale, WrongState
from workflows.models import LedgerEntry, LedgerText, WorkItem

pytestmark = pytest.mark.django_db


@pytest.fixture
def audit(cast: Cast) -> Audit:
    return audit_opened(cast)


def add(cast: Cast, audit: Audit, title: str = "Neglect") -> Theme:
    return services.propose_theme(
        audit=audit, title=title, sources=["data"], evidence="Rising", by=cast["coordinator"]
    )


def asked(cast: Cast, audit: Audit) -> dict[str, ThemeView]:
    views = services.ask_for_views(audit=audit, by=cast["coordinator"])
    return {view.person.name.lower(): view for view in views}


def choose(cast: Cast, audit: Audit, theme: Theme, without: str = "") -> Audit:
    return services.choose_theme(
        audit=audit,
        theme=theme,
        reason="Most urgent",
        decided_by="The QPPA",
        without_views_because=without,
        by=cast["coordinator"],
    )


def verbs(record: Audit | ThemeView) -> list[str]:
    return [entry.verb for entry in reversed(timeline.of_record(record))]


@pytest.mark.parametrize("prefix", ["N", "1NEG", "NEG-1", "NE G", "NEGLECTED", ""])
def test_a_short_reference_begins_every_reference(cast: Cast, prefix: str) -> None:
    with pytest.raises(NotYet, match="2 to 8 letters or figures"):
        audit_opened(cast, prefix)


def open_titles(cast: Cast, name: str) -> list[str]:
    return list(WorkItem.objects.open().filter(owner=cast[name]).values_list("title", flat=True))


# --- opening ----------------------------------------------------------------------------------


def test_an_opened_audit_is_at_theme_selection_and_is_its_coordinators_work(
    cast: Cast, audit: Audit
) -> None:
    assert audit.stage == Stage.THEME_SELECTION
    assert audit.coordinator == cast["coordinator"]
    assert open_titles(cast, "coordinator") == ["Choose the theme and agree the scope"]
    assert verbs(audit)[0] == "opened"


def test_a_short_reference_is_kept_in_capitals_and_used_once(cast: Cast) -> None:
    assert audit_opened(cast, "neg").prefix == "NEG"
    with pytest.raises(NotYet, match="NEG is the short reference of another audit"):
        audit_opened(cast, "Neg")
    assert Audit.objects.count() == 1


def test_two_partnerships_may_use_the_same_short_reference(cast: Cast, audit: Audit) -> None:
    assert audit_opened(assemble("elsewhere")).prefix == audit.prefix


@pytest.mark.parametrize("name", ["lead.pol", "auditor.pol", "qppa", "chair", "board", "admin"])
def test_only_a_coordinator_opens_an_audit(cast: Cast, name: str) -> None:
    with pytest.raises(NotAllowed, match="for the coordinator"):
        services.open_audit(
            partnership=cast.partnership, prefix="NEG", title="N", period="Q1", by=cast[name]
        )
    assert not Audit.objects.exists()


def test_a_coordinator_opens_no_audit_for_another_partnership(cast: Cast) -> None:
    outsider = assemble("elsewhere")["coordinator"]
    with pytest.raises(NotAllowed):
        services.open_audit(
            partnership=cast.partnership, prefix="NEG", title="N", period="Q1", by=outsider
        )


def test_opening_twice_with_one_form_opens_one_audit_and_names_it(cast: Cast) -> None:
    def post() -> Audit:
        return services.open_audit(
            partnership=cast.partnership,
            prefix="NEG",
            title="Neglect",
            period="Q1",
            by=cast["coordinator"],
            token="one-form",
        )

    audit = post()
    with pytest.raises(AlreadyDone) as repeat:
        post()
    assert repeat.value.record == audit.public_id
    assert Audit.objects.count() == 1


# --- candidate themes -------------------------------------------------------------------------


def test_a_candidate_theme_keeps_its_sources_and_the_audit_it_comes_from(cast: Cast) -> None:
    earlier = audit_opened(cast, "OLD")
    theme = services.propose_theme(
        audit=audit_opened(cast),
        title="Neglect again",
        sources=["earlier_finding", "priority"],
        evidence="Nothing changed",
        from_audit=earlier,
        by=cast["coordinator"],
    )
    assert theme.source_names == ["Earlier finding", "Partnership priority"]
    assert theme.from_audit == earlier


def test_a_theme_is_a_candidate_once(cast: Cast, audit: Audit) -> None:
    add(cast, audit)
    with pytest.raises(NotYet, match="already one of the candidate themes"):
        add(cast, audit)
    assert audit.themes.count() == 1


def test_a_theme_posted_twice_with_one_form_is_one_theme(cast: Cast, audit: Audit) -> None:
    def post() -> Theme:
        return services.propose_theme(
            audit=audit,
            title="Neglect",
            sources=["data"],
            evidence="Rising",
            by=cast["coordinator"],
            token="one-form",
        )

    post()
    with pytest.raises(AlreadyDone):
        post()
    assert audit.themes.count() == 1


def test_a_theme_comes_from_an_earlier_audit_of_the_same_partnership(
    cast: Cast, audit: Audit
) -> None:
    for not_earlier in (audit, audit_opened(assemble("elsewhere"))):
        with pytest.raises(NotAllowed, match="an earlier audit of your own partnership"):
            services.propose_theme(
                audit=audit,
                title="Neglect",
                sources=["earlier_finding"],
                evidence="Rising",
                from_audit=not_earlier,
                by=cast["coordinator"],
            )


# --- views ------------------------------------------------------------------------------------


def test_every_qppa_member_is_asked_and_told_and_has_a_task(cast: Cast, audit: Audit) -> None:
    add(cast, audit)
    views = asked(cast, audit)
    assert set(views) == {"qppa", "qppa2"}
    assert open_titles(cast, "qppa") == ["Comment on the candidate themes"]
    told = Notification.objects.filter(recipient=cast["qppa"])
    assert [note.event for note in told] == ["task.assigned"]


def test_somebody_is_asked_once_and_a_newcomer_later(cast: Cast, audit: Audit) -> None:
    add(cast, audit)
    asked(cast, audit)
    with pytest.raises(NotYet, match="asked already"):
        asked(cast, audit)
    cast.add("qppa3", Role.QPPA)
    assert set(asked(cast, audit)) == {"qppa3"}


def test_views_are_asked_for_only_when_there_is_a_candidate(cast: Cast, audit: Audit) -> None:
    with pytest.raises(NotYet, match="no candidate theme yet"):
        asked(cast, audit)


def test_a_view_ends_the_members_task_and_keeps_comment_and_places(
    cast: Cast, audit: Audit
) -> None:
    first, second = add(cast, audit), add(cast, audit, "Home education")
    view = asked(cast, audit)["qppa"]
    view = services.give_view(
        view=view, comment="Both matter", ranks={second: 1, first: 2}, by=cast["qppa"]
    )
    assert view.given_at is not None
    assert {str(row.theme): row.place for row in view.ranks.all()} == {
        "Home education": "1st",
        "Neglect": "2nd",
    }
    assert open_titles(cast, "qppa") == []
    assert [verbs(view)[0], verbs(view)[-1]] == ["view_asked", "view_given"]


def test_a_view_can_be_changed_until_the_theme_is_chosen(cast: Cast, audit: Audit) -> None:
    theme = add(cast, audit)
    view = asked(cast, audit)["qppa"]
    services.give_view(view=view, comment="Yes", ranks={theme: 1}, by=cast["qppa"])
    view = services.give_view(view=view, comment="No", ranks={}, by=cast["qppa"])
    assert view.comment == "No"
    assert not view.ranks.exists()
    assert verbs(view)[-1] == "view_changed"
    choose(cast, audit, theme, without="The Board meets tomorrow")
    with pytest.raises(WrongState, match="The theme has been chosen"):
        services.give_view(view=view, comment="Yes", ranks={}, by=cast["qppa"])


def test_a_view_says_something_in_words_or_by_a_place(cast: Cast, audit: Audit) -> None:
    theme = add(cast, audit)
    view, by = asked(cast, audit)["qppa"], cast["qppa"]
    with pytest.raises(NotYet, match="Write a comment, or give"):
        services.give_view(view=view, comment=" ", ranks={}, by=by)
    view = services.give_view(view=view, comment="", ranks={theme: 1}, by=by)
    assert services.give_view(view=view, comment="Neglect", ranks={}, by=by).given_at


def test_two_themes_cannot_share_a_place(cast: Cast, audit: Audit) -> None:
    first, second = add(cast, audit), add(cast, audit, "Home education")
    view = asked(cast, audit)["qppa"]
    with pytest.raises(NotYet, match="a place of its own"):
        services.give_view(view=view, comment="", ranks={first: 1, second: 1}, by=cast["qppa"])


def test_another_audits_theme_cannot_be_ranked_or_chosen(cast: Cast, audit: Audit) -> None:
    add(cast, audit)
    foreign = add(cast, audit_opened(cast, "DAC"))
    view = asked(cast, audit)["qppa"]
    with pytest.raises(NotYet, match="candidate themes of NEG"):
        services.give_view(view=view, comment="", ranks={foreign: 1}, by=cast["qppa"])
    with pytest.raises(NotYet, match="candidate themes of NEG"):
        choose(cast, audit, foreign, without="Urgent")


def test_a_view_is_given_by_the_member_who_was_asked_and_nobody_else(
    cast: Cast, audit: Audit
) -> None:
    add(cast, audit)
    view = asked(cast, audit)["qppa"]
    for other in (cast["qppa2"], cast["coordinator"], assemble("elsewhere")["qppa"]):
        with pytest.raises(NotAllowed, match="This view is Qppa’s to give"):
            services.give_view(view=view, comment="Mine", ranks={}, by=other)


# --- the choice -------------------------------------------------------------------------------


def test_the_choice_keeps_theme_reason_and_who_decided(cast: Cast, audit: Audit) -> None:
    theme = add(cast, audit)
    audit = choose(cast, audit, theme)
    assert (audit.theme, audit.theme_reason) == (theme, "Most urgent")
    assert audit.theme_decided_by == "The QPPA"
    line = timeline.lines(timeline.of_record(audit)[:1])[0]
    assert line.sentence == "Coordinator recorded the choice of candidate theme 1"
    assert line.text == "Neglect. Decided by The QPPA: Most urgent"


def test_the_ledger_tells_themes_by_number_so_that_their_words_can_be_erased(
    cast: Cast, audit: Audit
) -> None:
    add(cast, audit)
    choose(cast, audit, add(cast, audit, "Home education"))
    chosen, *proposed = timeline.of_record(audit)[:3]
    assert [entry.facts for entry in (*proposed, chosen)] == [
        {"number": 2},
        {"number": 1},
        {"number": 2},
    ]
    assert [entry.said.text for entry in proposed] == ["Home education", "Neglect"]
    erase(proposed, by=cast["coordinator"], why="They asked for it.")
    assert list(ledger.faults()) == []
    assert not LedgerText.objects.filter(text__in=["Home education", "Neglect"]).exists()


def test_choosing_while_a_view_is_awaited_asks_why(cast: Cast, audit: Audit) -> None:
    theme = add(cast, audit)
    views = asked(cast, audit)
    services.give_view(view=views["qppa"], comment="Yes", ranks={}, by=cast["qppa"])
    with pytest.raises(NotYet) as refusal:
        choose(cast, audit, theme)
    assert refusal.value.missing == ("Qppa2",)
    audit.refresh_from_db()
    assert audit.theme is None


def test_the_reason_for_not_waiting_is_recorded_and_the_tasks_are_withdrawn(
    cast: Cast, audit: Audit
) -> None:
    theme = add(cast, audit)
    views = asked(cast, audit)
    services.give_view(view=views["qppa"], comment="Yes", ranks={}, by=cast["qppa"])
    choose(cast, audit, theme, without="An inspection comes in ten days")
    skipped = LedgerEntry.objects.get(verb="step_skipped")
    assert skipped.said.text == "An inspection comes in ten days"
    assert timeline.lines([skipped])[0].sentence.endswith("skipped “Views of every QPPA member”")
    assert open_titles(cast, "qppa2") == []
    assert Notification.objects.filter(recipient=cast["qppa2"], event="task.withdrawn").exists()
    assert verbs(views["qppa2"])[-1] == "work_withdrawn"


def test_a_choice_that_waited_for_every_view_skips_nothing(cast: Cast, audit: Audit) -> None:
    theme = add(cast, audit)
    for name, view in asked(cast, audit).items():
        services.give_view(view=view, comment="Yes", ranks={theme: 1}, by=cast[name])
    choose(cast, audit, theme)
    assert not LedgerEntry.objects.filter(verb="step_skipped").exists()


def test_a_choice_can_be_corrected_without_asking_again_for_views(cast: Cast, audit: Audit) -> None:
    first, second = add(cast, audit), add(cast, audit, "Home education")
    asked(cast, audit)
    choose(cast, audit, first, without="Urgent")
    assert choose(cast, audit, second).theme == second


def test_nobody_is_asked_for_a_view_once_the_theme_is_chosen(cast: Cast, audit: Audit) -> None:
    choose(cast, audit, add(cast, audit))
    with pytest.raises(WrongState, match="The theme has been chosen"):
        asked(cast, audit)


# --- scope ------------------------------------------------------------------------------------


def scope(cast: Cast, audit: Audit, **changes: object) -> Audit:
    facts: dict[str, object] = {
        "purpose": "Do we act?",
        "enquiry": "Is history used?\n\n Is the child heard? ",
        "criteria": "Neglect recorded",
        "looks_back_from": date(2025, 4, 1),
        "looks_back_to": date(2026, 3, 31),
        "agencies": cast.agencies.values(),
        "tool_version": cast.tool,
        "by": cast["coordinator"],
    }
    return services.set_scope(audit=audit, **(facts | changes))  # type: ignore[arg-type]


def test_the_scope_is_kept_and_its_lines_of_enquiry_told_apart(cast: Cast, audit: Audit) -> None:
    audit = scope(cast, audit)
    assert audit.enquiries == ["Is history used?", "Is the child heard?"]
    assert {agency.code for agency in audit.agencies.all()} == {"CSC", "POL", "EDU"}
    assert verbs(audit)[-1] == "scope_changed"


def test_an_audit_of_one_agency_is_none(cast: Cast, audit: Audit) -> None:
    for chosen in ([], [cast.agencies["POL"]]):
        with pytest.raises(NotYet, match="at least two agencies"):
            scope(cast, audit, agencies=chosen)
    assert not audit.agencies.exists()


def test_the_look_back_period_ends_after_it_begins(cast: Cast, audit: Audit) -> None:
    with pytest.raises(NotYet, match="end after it begins"):
        scope(cast, audit, looks_back_to=date(2025, 4, 1))


def test_agencies_and_tools_of_another_partnership_cannot_be_chosen(
    cast: Cast, audit: Audit
) -> None:
    elsewhere = assemble("elsewhere")
    for foreign in (
        {"agencies": [*cast.agencies.values(), elsewhere.agencies["POL"]]},
        {"tool_version": elsewhere.tool},
    ):
        with pytest.raises(NotAllowed, match="your own partnership"):
            scope(cast, audit, **foreign)
    assert not audit.agencies.exists()


def test_a_scope_typed_from_an_old_page_is_refused_by_naming_who_changed_it(
    cast: Cast, audit: Audit
) -> None:
    old = audit.version
    scope(cast, audit)
    with pytest.raises(Stale, match="Coordinator changed the scope"):
        scope(cast, audit, expects=old)


# --- dates ------------------------------------------------------------------------------------


def test_proposed_dates_are_working_days_counted_from_the_start(cast: Cast, audit: Audit) -> None:
    services.propose_dates(audit=audit, start=date(2026, 12, 14), by=cast["coordinator"])
    # Christmas and Boxing Day (with its substitute) and New Year's Day are left out.
    assert audit.planned[Stage.THEME_SELECTION] == date(2026, 12, 30)
    assert list(audit.planned) == list(WORKING_STAGES)
    assert verbs(audit)[-1] == "dates_set"


def test_moving_a_date_asks_for_a_reason_and_keeps_it_with_the_date_that_moved(
    cast: Cast, audit: Audit
) -> None:
    by = cast["coordinator"]
    services.propose_dates(audit=audit, start=clock.today(), by=by)
    later = audit.planned[Stage.AGENCY_AUDITS] + timedelta(days=2)
    with pytest.raises(NotYet, match="Say why") as refusal:
        services.set_dates(audit=audit, planned={Stage.AGENCY_AUDITS: later}, reason=" ", by=by)
    assert refusal.value.missing == ("Agency audits",)
    planned = audit.planned | {Stage.AGENCY_AUDITS: later}
    services.set_dates(audit=audit, planned=planned, reason="Half-term", by=by)
    reasons = dict(audit.stage_dates.values_list("stage", "reason"))
    assert reasons.pop(Stage.AGENCY_AUDITS) == "Half-term"
    assert set(reasons.values()) == {""}


def test_the_ledger_says_which_date_moved_to_when_and_why(cast: Cast, audit: Audit) -> None:
    by = cast["coordinator"]
    services.propose_dates(audit=audit, start=date(2026, 4, 1), by=by)
    services.set_dates(
        audit=audit, planned={Stage.ACTION_TRACKING: date(2027, 7, 1)}, reason="Holidays", by=by
    )
    (line,) = timeline.lines(timeline.of_record(audit)[:1])
    assert line.sentence == "Coordinator moved stage dates: Action tracking to 1 July 2027"
    assert line.text == "Holidays"


def test_saving_the_same_dates_again_changes_nothing(cast: Cast, audit: Audit) -> None:
    by = cast["coordinator"]
    audit = services.propose_dates(audit=audit, start=clock.today(), by=by)
    again = services.set_dates(audit=audit, planned=audit.planned, reason="", by=by)
    assert again.version == audit.version


def test_the_coordinators_task_and_the_members_tasks_follow_the_dates(
    cast: Cast, audit: Audit
) -> None:
    by = cast["coordinator"]
    add(cast, audit)
    asked(cast, audit)
    services.propose_dates(audit=audit, start=clock.today() + timedelta(days=30), by=by)
    day = audit.planned[Stage.THEME_SELECTION]
    assert set(WorkItem.objects.open().values_list("due", flat=True)) == {day}


def test_a_member_is_told_when_the_day_for_their_view_moves_and_only_then(
    cast: Cast, audit: Audit
) -> None:
    by = cast["coordinator"]
    add(cast, audit)
    asked(cast, audit)
    services.propose_dates(audit=audit, start=clock.today() + timedelta(days=30), by=by)
    last = audit.planned[Stage.ACTION_TRACKING] + timedelta(days=7)
    services.set_dates(audit=audit, planned={Stage.ACTION_TRACKING: last}, reason="More", by=by)
    day = f"{audit.planned[Stage.THEME_SELECTION]:%-d %B %Y}"
    told = Notification.objects.filter(event="view.due_changed", recipient=cast["qppa"])
    assert [message.text for message in told] == [
        f"New due date: your view of the themes of NEG is due {day}"
    ]
    assert not Notification.objects.filter(event="view.due_changed", recipient=by).exists()


def test_before_dates_are_set_work_is_due_as_if_the_audit_had_begun_at_once(audit: Audit) -> None:
    assert audit.due(Stage.THEME_SELECTION) == propose(audit.opened_on)[Stage.THEME_SELECTION]


def test_stages_end_in_their_order(cast: Cast, audit: Audit) -> None:
    by = cast["coordinator"]
    services.propose_dates(audit=audit, start=clock.today(), by=by)
    early = audit.planned[Stage.CASE_SAMPLING] - timedelta(days=30)
    with pytest.raises(NotYet, match="on or after the day the stage before it ends"):
        services.set_dates(audit=audit, planned={Stage.MODERATION: early}, reason="?", by=by)


def test_the_date_of_a_stage_that_is_over_does_not_move(cast: Cast) -> None:
    audit = audit_scoped(cast)
    day = audit.planned[Stage.THEME_SELECTION] + timedelta(days=1)
    with pytest.raises(WrongState, match="Theme selection is over"):
        services.set_dates(
            audit=audit, planned={Stage.THEME_SELECTION: day}, reason="?", by=cast["coordinator"]
        )


def test_proposing_again_during_the_audit_leaves_the_stages_that_are_over(cast: Cast) -> None:
    audit = audit_scoped(cast)
    first = audit.planned[Stage.THEME_SELECTION]
    start = clock.today() + timedelta(days=14)
    services.propose_dates(audit=audit, start=start, reason="Pause", by=cast["coordinator"])
    assert audit.planned[Stage.THEME_SELECTION] == first
    assert audit.planned[Stage.MODERATION] == propose(start)[Stage.MODERATION]


# --- the gate ---------------------------------------------------------------------------------


def test_the_gate_names_what_is_missing(cast: Cast, audit: Audit) -> None:
    with pytest.raises(NotYet, match="cannot move to case sampling yet") as refusal:
        services.begin_sampling(audit=audit, by=cast["coordinator"])
    assert refusal.value.missing == (
        "the chosen theme",
        "the key lines of enquiry",
        "the look-back dates",
        "the criteria for cases",
        "the agencies that take part",
        "the audit tool",
        "the stage dates",
    )


def test_an_agreed_scope_moves_the_audit_and_the_coordinator_to_the_next_gate(cast: Cast) -> None:
    at = datetime(2026, 11, 25, 12, tzinfo=UTC)
    with clock.playing(at):
        audit = audit_scoped(cast)
    assert audit.stage == Stage.CASE_SAMPLING
    assert open_titles(cast, "coordinator") == ["Draw the sample and issue the audit"]
    first = audit.stage_dates.get(stage=Stage.THEME_SELECTION)
    assert first.actual == date(2026, 11, 25)
    assert "begin_sampling" in verbs(audit)


def test_the_gate_posted_twice_moves_the_audit_once(cast: Cast, audit: Audit) -> None:
    choose(cast, audit, add(cast, audit))
    scope(cast, audit)
    by = cast["coordinator"]
    audit = services.propose_dates(audit=audit, start=clock.today(), by=by)
    services.begin_sampling(audit=audit, by=by, expects=audit.version, token="one-form")
    with pytest.raises(AlreadyDone):
        services.begin_sampling(audit=audit, by=by, expects=audit.version, token="one-form")


def test_planning_is_over_once_the_audit_is_past_it(cast: Cast) -> None:
    audit = audit_scoped(cast)
    with pytest.raises(WrongState, match="NEG is at “Case sampling”"):
        add(cast, audit, "Too late")
    with pytest.raises(WrongState, match="during theme selection"):
        services.begin_sampling(audit=audit, by=cast["coordinator"])


# --- for everyone, and the trail --------------------------------------------------------------


@pytest.mark.parametrize("name", ["lead.pol", "panel.pol", "qppa", "chair", "board"])
def test_only_the_coordinator_plans_an_audit(cast: Cast, audit: Audit, name: str) -> None:
    theme = add(cast, audit)
    someone, outsider = cast[name], assemble("elsewhere")["coordinator"]
    for by in (someone, outsider):
        for act in (
            lambda by=by: services.propose_theme(
                audit=audit, title="X", sources=[], evidence="", by=by
            ),
            lambda by=by: services.ask_for_views(audit=audit, by=by),
            lambda by=by: services.choose_theme(
                audit=audit, theme=theme, reason="X", decided_by="X", by=by
            ),
            lambda by=by: scope(cast, audit, by=by),
            lambda by=by: services.propose_dates(audit=audit, start=clock.today(), by=by),
            lambda by=by: services.begin_sampling(audit=audit, by=by),
        ):
            with pytest.raises(NotAllowed, match="for the coordinator"):
                act()
    audit.refresh_from_db()
    assert audit.theme is None
    assert audit.themes.count() == 1


def test_every_entry_can_be_read_aloud_and_holds_no_reason_or_name(cast: Cast) -> None:
    audit = audit_scoped(cast)
    entries = timeline.of_thread(audit)
    assert all(line.sentence for line in timeline.lines(entries))
    facts = str([entry.facts for entry in entries])
    assert "Most urgent" not in facts
    assert cast["coordinator"].name not in facts
    assert list(ledger.faults()) == []


def test_the_words_of_the_ledger_are_there_for_every_move_of_the_audit() -> None:
    moves = {transition.name for transition in Audit().get_all_state_transitions()}  # type: ignore[attr-defined]
    assert moves <= set(SAYS)


# --- when the coordinator changes ----------------------------------------------------------------


def test_whoever_is_given_the_gate_coordinates_the_audit_and_has_the_next_one(cast: Cast) -> None:
    audit, other = audit_drawn(cast), cast.add("coordinator2", Role.COORDINATOR)
    give(item=item_of(audit), to=other, by=cast["coordinator"], why="On leave")
    assert Audit.objects.get().coordinator == other
    returns.issue(audit=audit, by=other)
    assert item_of(audit).owner == other


@pytest.mark.parametrize("name", ["lead.pol", "chair", "qppa"])
def test_a_gate_is_held_by_coordinators_only(cast: Cast, audit: Audit, name: str) -> None:
    with pytest.raises(NotAllowed, match="for the coordinator"):
        give(item=item_of(audit), to=cast[name], by=cast["coordinator"], why="On leave")


def test_the_next_gate_waits_for_all_coordinators_when_theirs_has_left(cast: Cast) -> None:
    audit, other = audit_drawn(cast), cast.add("coordinator2", Role.COORDINATOR)
    has_left(cast["coordinator"])
    returns.issue(audit=audit, by=other)
    item = item_of(audit)
    assert (item.owner, item.team.name) == (None, "Coordinator")
    waiting = Notification.objects.filter(event="task.waiting", event_key=f"waiting-{item.pk}")
    assert [told.recipient for told in waiting] == [other]
    claim(item=item, by=other)
    assert Audit.objects.get().coordinator == other
