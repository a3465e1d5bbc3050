"""What is due, what will be, and what stands in the way; periods, and legal holds."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.db.models import JSONField, Model
from django.test.utils import CaptureQueriesContext

from macfa.audits import services as audits
from macfa.audits.models import Audit
from macfa.concerns import services as concerns
from macfa.findings import services as findings
from macfa.leaving.kinds import KINDS
from macfa.overview import services as overview
from macfa.people.models import User
from macfa.retention import pages, services
from macfa.retention.classes import CLASS, CLASSES, periods
from macfa.retention.due import add_months, standing_of
from macfa.retention.models import Hold, Kept, Period
from macfa.retention.table import STAYS, TABLE
from tests import factories
from tests.cast import Cast, assemble
from tests.retention import audit_closed, years_later
from workflows import clock
from workflows.errors import NotAllowed, NotYet, WrongState
from workflows.models import LedgerEntry
from workflows.working_days import add_working_days

pytestmark = pytest.mark.django_db
WHY = "The inquiry asks for it."
IDENTITY, MATERIAL, REPORT = Kept.IDENTITY_KEY, Kept.CASE_MATERIAL, Kept.REPORT


def waits(audit: Audit, kind: Kept) -> str:
    """What stands in the way, as one text."""
    audit.refresh_from_db()
    return " ".join(standing_of(Audit.objects.get(pk=audit.pk), kind).waits)


def takes_words(model: type[Model]) -> set[str]:
    """The columns of a table in which somebody could have written."""
    words = {
        field.name
        for field in model._meta.concrete_fields
        if field.get_internal_type() in {"TextField", "BinaryField"}
        or isinstance(field, JSONField)
        or (field.get_internal_type() == "CharField" and (field.max_length or 0) >= 100)
    }
    return {f"{model._meta.label_lower}.{name}" for name in words}


ROOMS = ("audits", "sampling", "returns", "moderation", "findings", "improvement")


def test_every_column_of_an_audit_that_takes_words_goes_with_a_class_or_says_why_it_stays() -> None:
    models = {kind.model for kind in KINDS if kind.model._meta.app_label in ROOMS}
    models |= {each.model for each in TABLE if each.model._meta.app_label in (*ROOMS, "packs")}
    asked = set().union(*(takes_words(model) for model in models))
    whole = {each.model for each in TABLE if not each.texts}
    goes = {f"{each.model._meta.label_lower}.{name}" for each in TABLE for name in each.texts}
    goes |= set().union(*(takes_words(model) for model in whole))
    assert asked - goes - set(STAYS) == set()
    assert not goes & set(STAYS)
    assert set(STAYS) <= asked
    assert all(STAYS.values())


def test_the_defaults_lie_within_their_bounds_and_the_ledger_is_kept_six_years_at_least() -> None:
    assert {each.kind for each in CLASSES} == set(Kept)
    for each in CLASSES:
        assert each.least <= each.default <= each.most
    assert CLASS[Kept.LEDGER].least == 72
    assert not CLASS[Kept.LEDGER].destroyed_here
    assert [each.default for each in CLASSES[:3]] == [3, 12, 120]


def test_months_end_on_a_day_that_is_there() -> None:
    assert add_months(date(2026, 11, 30), 3) == date(2027, 2, 28)
    assert add_months(date(2026, 12, 31), 2) == date(2027, 2, 28)
    assert add_months(date(2027, 11, 30), 3) == date(2028, 2, 29)
    assert add_months(date(2026, 5, 31), 120) == date(2036, 5, 31)


def test_each_class_is_counted_from_its_own_day(cast: Cast) -> None:
    audit = factories.audit_published(cast)
    today = clock.today()
    assert standing_of(audit, IDENTITY).due_on == add_months(today, 3)
    assert standing_of(audit, MATERIAL).due_on == add_months(today, 12)
    assert standing_of(audit, REPORT).due_on is None
    assert "still at “Action tracking”" in waits(audit, REPORT)
    assert not standing_of(audit, IDENTITY).is_due
    with years_later(1):
        assert standing_of(audit, IDENTITY).counts == {"rows of the identity key": 12}
        assert standing_of(audit, IDENTITY).is_due
        assert not standing_of(audit, MATERIAL).is_due
        assert waits(audit, MATERIAL) == "Identity key: not destroyed yet, and goes first."


def test_a_closed_audit_counts_from_its_end_and_a_withdrawn_one_from_that_day(cast: Cast) -> None:
    closed = audit_closed(cast)
    assert standing_of(closed, REPORT).due_on == add_months(clock.today(), 120)
    issued = factories.audit_issued(cast, "EXP")
    assert standing_of(issued, IDENTITY).due_on is None
    assert "still at “Agency audits”" in waits(issued, IDENTITY)
    nothing = overview.withdraw(
        audit=factories.audit_opened(cast, "NIL"), reason="No time.", by=cast["coordinator"]
    )
    with years_later():
        assert not standing_of(nothing, IDENTITY).is_due
        assert standing_of(nothing, REPORT).is_due
    withdrawn = overview.withdraw(
        audit=issued, reason="Overtaken by a review.", by=cast["coordinator"]
    )
    assert standing_of(withdrawn, IDENTITY).due_on == add_months(clock.today(), 3)
    assert waits(withdrawn, IDENTITY) == ""


def test_an_open_concern_a_pause_and_a_correction_stand_in_the_way(cast: Cast) -> None:
    audit = factories.audit_published(cast)
    concern = factories.a_concern(cast, audit.cases.all()[0].label)
    assert "An immediate concern" in waits(audit, IDENTITY)
    concern = concerns.acknowledge(concern=concern, by=cast["lead.pol"])
    for name in ("coordinator", "lead.pol"):
        concerns.confirm(concern=concern, outcome="Seen.", by=cast[name])
    assert waits(audit, IDENTITY) == ""
    report = audit.reports.get()
    findings.board_sends_back(
        report=report, said="Plainly.", who="The Board", on=clock.today(), by=cast["coordinator"]
    )
    assert "not signed off yet" in waits(audit, IDENTITY)
    until = add_working_days(clock.today(), 5)
    overview.pause_audit(audit=audit, reason="Police.", until=until, by=cast["coordinator"])
    assert "is paused" not in waits(audit, IDENTITY)
    assert "Paused until" in waits(audit, IDENTITY)


def test_a_running_re_audit_keeps_the_returns(cast: Cast) -> None:
    audit, by = factories.audit_published(cast), cast["coordinator"]
    again = factories.audit_opened(cast, "AGN")
    theme = audits.propose_theme(
        audit=again,
        title="Neglect again",
        sources=["earlier_finding"],
        evidence="Rising",
        from_audit=audit,
        by=by,
    )
    audits.choose_theme(audit=again, theme=theme, reason="Again", decided_by="QPPA", by=by)
    assert "Its re-audit AGN still runs." in waits(audit, MATERIAL)
    assert "AGN" not in waits(audit, IDENTITY)


# --- periods -------------------------------------------------------------------------------------


def test_a_partnership_chooses_its_periods_within_bounds_and_each_choice_is_kept(
    cast: Cast,
) -> None:
    for months in (6, 4):
        services.set_period(
            partnership=cast.partnership,
            kind=CLASS[IDENTITY],
            months=months,
            why="Agreed by the officers.",
            by=cast["coordinator"],
        )
    assert periods(cast.partnership)[IDENTITY] == 4
    assert periods(assemble("elsewhere").partnership)[IDENTITY] == 3
    period = Period.objects.get()
    told = LedgerEntry.objects.filter(record=period.public_id).order_by("position")
    assert [entry.facts["months"] for entry in told] == [6, 4]
    lines = pages.period_lines(cast.partnership)
    assert "set the period of “Identity key” to 4 months" in lines[0].sentence


def test_a_period_outside_its_bounds_or_by_somebody_else_is_refused(cast: Cast) -> None:
    def asked(months: int, by: User) -> None:
        services.set_period(
            partnership=cast.partnership, kind=CLASS[Kept.LEDGER], months=months, why=WHY, by=by
        )

    with pytest.raises(NotYet, match="between 72 and 1200 months"):
        asked(71, cast["coordinator"])
    outsider = assemble("elsewhere")["coordinator"]
    for person in (cast["chair"], cast["lead.pol"], cast["board"], outsider):
        with pytest.raises(NotAllowed):
            asked(90, person)


# --- holds ---------------------------------------------------------------------------------------


def hold(cast: Cast, by: str = "chair", **what: object) -> Hold:
    """Somebody places a hold."""
    return services.place_hold(
        partnership=cast.partnership,
        reason=WHY,
        by=cast[by],
        **what,  # type: ignore[arg-type]
    )


def test_a_hold_on_an_audit_stops_it_until_the_scrutineer_lifts_it(cast: Cast) -> None:
    audit, other = audit_closed(cast), audit_closed(cast, "EXP")
    held = hold(cast, "coordinator", audit=audit)
    for kind in (IDENTITY, MATERIAL, REPORT):
        assert "Legal hold on NEG Neglect stands." in waits(audit, kind)
    assert waits(other, IDENTITY) == ""
    with pytest.raises(NotAllowed):
        services.lift_hold(hold=held, reason="It ended last week.", by=cast["coordinator"])
    with pytest.raises(NotYet):
        services.lift_hold(hold=held, reason="Over", by=cast["chair"])
    held = services.lift_hold(hold=held, reason="The inquiry ended.", by=cast["chair"])
    assert waits(audit, IDENTITY) == ""
    with pytest.raises(WrongState):
        services.lift_hold(hold=held, reason="The inquiry ended.", by=cast["chair"])


def test_a_hold_on_a_theme_holds_every_audit_with_its_words_also_a_later_one(cast: Cast) -> None:
    before = audit_closed(cast)
    hold(cast, theme="NEGLECT")
    after = factories.audit_published(cast, "EXP")
    for audit in (before, after):
        assert "the theme “NEGLECT” stands" in waits(audit, IDENTITY)
    elsewhere = assemble("elsewhere")
    assert waits(audit_closed(elsewhere), IDENTITY) == ""


def test_a_hold_names_one_of_both_and_a_reason_and_is_placed_by_who_oversees(cast: Cast) -> None:
    audit = factories.audit_opened(cast)
    for what in ({}, {"audit": audit, "theme": "Neglect"}, {"theme": "Neg"}):
        with pytest.raises(NotYet):
            hold(cast, **what)
    with pytest.raises(NotYet, match="your partnership"):
        hold(cast, audit=factories.audit_opened(assemble("elsewhere")))
    for name in ("lead.pol", "board", "admin", "qppa"):
        with pytest.raises(NotAllowed):
            hold(cast, name, audit=audit)
    assert not Hold.objects.exists()


def test_a_pause_with_a_hold_places_one_that_outlasts_the_pause(cast: Cast) -> None:
    audit, by = factories.audit_issued(cast), cast["coordinator"]
    case = audit.cases.all()[0]
    until = clock.today() + timedelta(days=20)
    case = overview.pause_case(case=case, reason="Police.", until=until, legal_hold=True, by=by)
    overview.resume_case(case=case, reason="It ended.", by=by)
    [held] = Hold.objects.standing()
    assert (held.audit, held.reason) == (audit, f"{case.label}: Police.")


def test_the_preview_costs_the_same_for_one_audit_as_for_three(cast: Cast) -> None:
    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            pages.preview(cast.partnership, proposes=True)
        return len(asked)

    audit_closed(cast)
    first = cost()
    for prefix in ("EXP", "DAC"):
        audit_closed(cast, prefix)
    assert cost() == first
