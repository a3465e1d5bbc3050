"""The panel at work: cases are released to it, its members prepare, and it sits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from macfa.audits.lifecycle import Stage
from macfa.audits.services import advance
from macfa.moderation import rules
from macfa.moderation.access import sits_on
from macfa.moderation.deciders import THE_CHAIR, THE_PANEL
from macfa.moderation.flow import ModerationFlow, PanelFlow
from macfa.moderation.models import GoneAhead, Panel, PanelMember, Sitting
from macfa.moderation.services.panel import let_in
from macfa.people.models import User
from macfa.returns.models import AgencyReturn
from macfa.returns.services import give_up
from macfa.sampling.access import step_out
from macfa.sampling.lifecycle import CaseState
from macfa.sampling.models import Case
from workflows import clock, tasks
from workflows.lifecycle import Act, act, beginning, hold
from workflows.rules import check_says

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from macfa.audits.models import Audit


def release(
    *, audit: Audit, by: User, expects: int | None = None, token: str | None = None
) -> list[Case]:
    """Release every case that is with the agencies to the panel, and say to whom (R14).

    Its members may now read all returns of it, and the chair has each case to moderate.
    """
    with act(audit, by=by, expects=expects, token=token) as (doing, audit):
        rules.check_release(audit, by)
        waiting = hold(audit.cases.filter(state=CaseState.WITH_AGENCIES, paused_on=None))
        rules.check_anything_to_release(waiting)
        hold(audit.returns.filter(case__in=waiting))
        [panel] = hold(Panel.objects.filter(audit=audit))
        people = readers(panel)
        cases = [_release_one(case, people, by) for case in waiting]
        names = ", ".join(person.name for person in people)
        doing.note("released", facts={"count": len(cases), "people": len(people)}, text=names)
        _tell_released(doing, panel, people, len(cases))
    return cases


def readers(panel: Panel) -> list[User]:
    """Who reads the cases once they are released: every member with an account."""
    return list(User.objects.filter(pk__in=panel.members.values("person")).order_by("pk"))


def _release_one(case: Case, people: Sequence[User], by: User) -> Case:
    with act(case, by=by) as (doing, case):
        doing.move("release", facts={"count": len(people)})
        for person in people:
            let_in(case, person)
        tasks.start(doing, ModerationFlow.released)
    return case


def _tell_released(doing: Act, panel: Panel, people: Sequence[User], count: int) -> None:
    cases = "1 case" if count == 1 else f"{count} cases"
    for person in people:
        doing.tell(
            person.pk,
            event="cases.released",
            event_key=f"released-{panel.public_id}-{doing.record.version}",
            text=f"{panel.reference}: {cases} released to the panel. You can read them now.",
            url=panel.get_absolute_url(),
        )


def prepared(
    *,
    member: PanelMember,
    conflicts: Sequence[Case] = (),
    why: str = "",
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> PanelMember:
    """A panel member has read the cases, and steps out of those they have a conflict with.

    Raises `NotYet` while the cases are not released.
    """
    with beginning(token):
        cases = hold(Case.objects.filter(pk__in=[case.pk for case in conflicts]))
        hold(AgencyReturn.objects.filter(case__in=cases))
        with act(member, by=by, expects=expects, token=token) as (doing, member):
            rules.check_prepared(member, by)
            doing.change(prepared_at=clock.now())
            doing.note("prepared")
            for case in conflicts:
                declare_conflict(member=member, case=case, why=why, by=by)
            tasks.finish(doing, PanelFlow.prepare)
    return member


def declare_conflict(
    *, member: PanelMember, case: Case, why: str, by: User, token: str | None = None
) -> None:
    """A panel member has a conflict of interest: the case is hidden from them at once (R31).

    What they hold of its returns, as auditor or lead of their agency, goes back to its queue.
    Where the chair steps out, the coordinator holds the case until somebody else leads it, as
    long as the panel moderates.
    """
    rules.check_conflict(member, case, by)
    rules.check_conflict_says(why)
    with act(case, by=by, token=token) as (doing, case):
        step_out(case, by, why="Conflict of interest declared on the panel")
        doing.note("conflict_declared", text=why)
        moderated = case.state == CaseState.RELEASED and case.audit.stage == Stage.MODERATION
        if moderated and member.panel.chair_id == by.pk:
            tasks.withdraw(doing, why="The chair has a conflict of interest with the case.")
            tasks.start(doing, ModerationFlow.released)
        give_up(case=case, by=by)


def record_sitting(
    *,
    panel: Panel,
    held_on: date,
    present: Sequence[PanelMember],
    note: str = "",
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> Sitting:
    """Record who sat, and whether that was a quorum. Where it was not, the note says why the
    panel went ahead (R31)."""
    with act(panel, by=by, expects=expects, token=token) as (doing, panel):
        rules.check_sitting(panel, held_on, present, note, by)
        sitting = Sitting.objects.create(panel=panel, held_on=held_on, note=note)
        sitting.present.set(present)
        quorate = "quorate" if len(present) >= panel.quorum else "not quorate"
        doing.note("sat", facts={"present": len(present), "quorate": quorate}, text=note)
    return sitting


def go_ahead_without(
    *,
    case: Case,
    member: PanelMember,
    why: str,
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> GoneAhead:
    """Record why the panel decides a case without a member for whom nobody sits in (R31).

    The chair decides that, or the panel where the chair has stepped out; `by` is who typed.
    """
    with act(case, by=by, expects=expects, token=token) as (doing, case):
        rules.check_goes_without(case, member, by)
        check_says(why, f"Say why the panel decides {case.label} without {member.name}.")
        chair = member.panel.chair
        decided = GoneAhead.objects.create(
            case=case,
            member=member,
            why=why.strip(),
            decided_by=THE_CHAIR if sits_on(case, chair) else THE_PANEL,
            typed_by=by,
        )
        doing.note("gone_ahead", text=f"{member.name}: {decided.why}")
        _tell_gone_ahead(doing, decided)
    return decided


def _tell_gone_ahead(doing: Act, decided: GoneAhead) -> None:
    """The chair hears of what was typed for them, the member of what goes on without them."""
    case, member = decided.case, decided.member
    told = {
        member.panel.chair_id: f"{case.label} goes ahead without {member.name}",
        member.person_id: f"{case.label}: the panel decides it without you",
    }
    for person, text in told.items():
        if person is not None and (doing.by is None or person != doing.by.pk):
            doing.tell(
                person,
                event="case.gone_ahead",
                event_key=f"gone-ahead-{decided.pk}",
                text=text,
                url=member.panel.get_absolute_url(),
            )


def conclude(
    *, audit: Audit, by: User, expects: int | None = None, token: str | None = None
) -> Audit:
    """Every case has its grade: the audit moves to findings.

    Raises `NotYet` naming each case that has none.
    """
    with act(audit, by=by, expects=expects, token=token) as (doing, audit):
        hold(audit.cases.all())
        rules.check_conclude(audit, by)
        advance(doing, "conclude_moderation")
        _end_preparing(audit, by)
    return audit


def _end_preparing(audit: Audit, by: User) -> None:
    """Whoever has not said that they read the cases need not say so any more."""
    late = PanelMember.objects.filter(panel__audit=audit, prepared_at=None).exclude(person=None)
    for member in late.order_by("pk"):
        with act(member, by=by) as (doing, _member):
            tasks.withdraw(doing, why="Moderation is concluded.")
