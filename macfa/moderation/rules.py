"""Who may do what in moderation, and what has to be there first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from macfa.audits.lifecycle import Stage
from macfa.audits.pausing import check_not_paused
from macfa.audits.rules import check_coordinates, check_stage
from macfa.moderation.access import sits_on, stepped_out
from macfa.moderation.models import PanelMember, Sitting
from macfa.people.roles import SITS_ON_PANELS, Role
from macfa.people.rules import holds
from macfa.returns.lifecycle import ReturnState
from macfa.sampling.lifecycle import CaseState
from workflows import clock
from workflows.errors import NotAllowed, NotYet, WrongState
from workflows.rules import allows, check_says

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from django.db.models import QuerySet

    from macfa.audits.models import Audit
    from macfa.moderation.models import Panel
    from macfa.people.models import User
    from macfa.returns.models import AgencyReturn
    from macfa.sampling.models import Case
    from macfa.tools.models import Domain, Grade

#: Fewer people than this, besides the chair, are no panel.
SMALLEST_PANEL = 2
NO_SITTING = "No sitting of the panel is recorded: when it sat, and who was present."


def check_convene(audit: Audit, person: User) -> None:
    """The coordinator convenes once every return is in or accounted for.

    Raises `NotYet` naming each outstanding return by agency and case.
    """
    check_coordinates(audit, person)
    check_stage(audit, Stage.AGENCY_AUDITS)
    missing = tuple(words(return_) for return_ in outstanding(audit))
    if missing:
        count = "1 return is" if len(missing) == 1 else f"{len(missing)} returns are"
        raise NotYet(f"The panel cannot be convened yet: {count} outstanding.", missing)


def outstanding(audit: Audit) -> QuerySet[AgencyReturn]:
    """The returns agencies still owe. A case that is paused waits, and holds up nobody else."""
    owed: QuerySet[AgencyReturn] = audit.returns.outstanding().filter(case__paused_on=None)
    return owed.select_related("agency", "setting", "case")


def words(return_: AgencyReturn) -> str:
    """A return and its state in words: "Police on DAC-03: being audited"."""
    label = str(ReturnState(return_.state).label).lower()
    return f"{answerer(return_)} on {return_.case.label}: {label}"


def answerer(return_: AgencyReturn) -> str:
    """Who answers in a return: the agency, or the setting of it that was asked."""
    return f"{return_.agency}: {return_.setting}" if return_.setting else str(return_.agency)


def check_members(chair: User, members: Iterable[User], audit: Audit) -> None:
    """A panel has a chair who is the independent scrutineer or a panel member, and members."""
    people = [person for person in members if person.pk != chair.pk]
    if len(people) < SMALLEST_PANEL:
        raise NotYet(f"Choose at least {SMALLEST_PANEL} panel members besides the chair.")
    for person in (chair, *people):
        if not holds(person, SITS_ON_PANELS, audit.partnership_id):
            raise NotAllowed(f"{person} is neither a panel member nor the independent scrutineer.")


def check_quorum(quorum: int, size: int) -> None:
    """A quorum can be reached, and is no single person's."""
    if not SMALLEST_PANEL <= quorum <= size:
        raise NotYet(
            f"The quorum must be between {SMALLEST_PANEL} and {size}, the number on the panel."
        )


def check_joins(panel: Panel, seat: PanelMember) -> None:
    """Who joins a convened panel is a panel member or the scrutineer, and not on it yet."""
    person = seat.person
    if person is None or not holds(person, SITS_ON_PANELS, panel.audit.partnership_id):
        raise NotAllowed(f"{seat.name} is neither a panel member nor the independent scrutineer.")
    if panel.members.filter(person=person).exists():
        raise WrongState(f"{seat.name} is on the panel already.")
    check_deputy(seat)


def check_deputy(seat: PanelMember) -> None:
    """A deputy sits in for somebody on the same panel, and from the same agency."""
    other = seat.deputy_for
    if other is None:
        return
    if other.panel_id != seat.panel_id or other.agency_id != seat.agency_id:
        raise NotAllowed(f"A deputy for {other.name} has to come from the same agency.")


def check_release(audit: Audit, person: User) -> None:
    """The coordinator releases cases to the panel during moderation (R14)."""
    check_coordinates(audit, person)
    check_stage(audit, Stage.MODERATION)


def check_anything_to_release(cases: Sequence[Case]) -> None:
    """There is a case that the panel cannot read yet."""
    if not cases:
        raise WrongState("Every case has been released to the panel already.")


def check_prepared(member: PanelMember, person: User) -> None:
    """A panel member says for themselves, once the cases are released, that they read them."""
    check_is(member, person)
    check_stage(member.panel.audit, Stage.MODERATION)
    if member.panel.audit.cases.filter(state=CaseState.WITH_AGENCIES).exists():
        raise NotYet("The cases have not been released to the panel yet, so wait for that.")


def check_is(member: PanelMember, person: User) -> None:
    """A panel member speaks only for themselves."""
    if member.person_id != person.pk:
        raise NotAllowed(f"This is for {member.name} to say.")


def check_conflict(member: PanelMember, case: Case, person: User) -> None:
    """A panel member declares a conflict with a case of their own panel's audit."""
    check_is(member, person)
    if case.audit_id != member.panel.audit_id:
        raise NotAllowed(f"{case.label} is not a case of this panel.")


def check_conflict_says(why: str) -> None:
    """A conflict of interest has a reason."""
    check_says(why, "Say what the conflict of interest is.")


def check_sitting(
    panel: Panel, held_on: date, present: Sequence[PanelMember], note: str, person: User
) -> None:
    """The coordinator or the chair records a sitting; without a quorum it says why."""
    check_records_sitting(panel, person)
    check_held(held_on)
    if any(member.panel_id != panel.pk for member in present):
        raise NotAllowed("Only people on this panel can have been present.")
    check_quorate(panel, present, note)


def check_records_sitting(panel: Panel, person: User) -> None:
    """The coordinator or the chair records a sitting, while the panel moderates."""
    check_stage(panel.audit, Stage.MODERATION)
    chairs = person.pk == panel.chair_id
    if not (chairs or holds(person, Role.COORDINATOR, panel.audit.partnership_id)):
        raise NotAllowed("A sitting is recorded by the chair or the coordinator.")


def can_record_sitting(panel: Panel, person: User) -> bool:
    """Whether somebody may record a sitting now."""
    return allows(check_records_sitting, panel, person)


def check_held(held_on: date) -> None:
    """A sitting is recorded when it has been held."""
    if held_on > clock.today():
        raise NotYet("The date the panel sat must be today or in the past.")


def check_quorate(panel: Panel, present: Sequence[PanelMember], note: str) -> None:
    """A panel that goes ahead without its quorum says why (R31)."""
    if len(present) < panel.quorum and not note.strip():
        raise NotYet(
            f"{len(present)} present is short of the quorum of {panel.quorum}. "
            "Say why the panel went ahead."
        )


def check_records(case: Case, person: User) -> None:
    """A decision is typed by the panel of the case or by the coordinator for the room."""
    if case.state != CaseState.RELEASED:
        raise WrongState(f"{case.label} is not with the panel: its state is “{state(case)}”.")
    check_stage(case.audit, Stage.MODERATION)
    check_not_paused(case)
    check_may_moderate(case, person)


def check_may_moderate(case: Case, person: User) -> None:
    """The task of a case is held by somebody who may record its grade."""
    typist = holds(person, Role.COORDINATOR, case.audit.partnership_id)
    if not (typist or sits_on(case, person)):
        raise NotAllowed(f"{person.name} does not sit on the panel of {case.label}.")


def can_record(case: Case, person: User) -> bool:
    """Whether somebody may record the panel's decisions on a case now."""
    return allows(check_records, case, person)


def state(case: Case) -> str:
    """The state of a case in words."""
    return str(CaseState(case.state).label).lower()


def check_graded_by_panel(return_: AgencyReturn) -> None:
    """Only a submitted return gets a panel grade."""
    if return_.state != ReturnState.SUBMITTED:
        raise WrongState(f"{return_.reference} has not been submitted, so it has no panel grade.")


def check_scale(case: Case, grade: Grade, domain: Domain | None = None) -> None:
    """A decision uses the scale and the domains of the audit's own tool."""
    version = case.audit.tool_version
    assert version is not None  # an audit without a tool has no cases
    foreign = domain is not None and (domain.version_id != version.pk or not domain.graded)
    if grade.scale_id != version.scale_id or foreign:
        raise NotAllowed("Choose a grade and a domain of the tool of this audit.")


def check_reason(reason: str, what: object) -> None:
    """Every grade has a reason (R29)."""
    check_says(reason, f"Give the reason for the grade of {what}.")


def ungraded(case: Case) -> Iterator[str]:
    """What of a case the panel has not graded yet."""
    submitted = case.returns.filter(state=ReturnState.SUBMITTED).select_related("agency", "setting")
    for return_ in submitted.exclude(panel_grades__current=True):
        yield f"the panel grade for {answerer(return_)}"
    version = case.audit.tool_version
    assert version is not None  # an audit without a tool has no cases
    graded = case.domain_grades.filter(current=True).values("domain")
    for domain in version.domains.filter(graded=True).exclude(pk__in=graded):
        yield f"the grade for {domain}"


def awaited(case: Case) -> Iterator[str]:
    """The answers for which a case waits: an agency was asked, and has not answered yet."""
    for return_ in case.returns.asked().select_related("agency", "setting"):
        yield answer_of(return_)


def answer_of(return_: AgencyReturn) -> str:
    """What is missing where an agency has not answered the panel's question."""
    return f"the answer of {answerer(return_)} to the panel’s question"


def check_case_grade(case: Case, person: User) -> None:
    """The case grade comes last: every agency and every domain has been talked about, and no
    question of the panel is open."""
    check_records(case, person)
    missing = (*awaited(case), *ungraded(case))
    if missing:
        raise NotYet(f"The case grade of {case.label} comes last. Still missing:", missing)


def check_conclude(audit: Audit, person: User) -> None:
    """Every case that counts has its case grade, and it is recorded who sat (R31)."""
    check_coordinates(audit, person)
    check_stage(audit, Stage.MODERATION)
    missing = tuple(to_conclude(audit))
    if missing:
        raise NotYet("Moderation cannot be concluded yet.", missing)


def to_conclude(audit: Audit) -> Iterator[str]:
    """What moderation still lacks, in words."""
    yield from unmoderated(audit)
    if not Sitting.objects.filter(panel__audit=audit).exists():
        yield NO_SITTING


def unmoderated(audit: Audit) -> Iterator[str]:
    """The cases that have no case grade yet, in words: "DAC-03: released to the panel"."""
    for case in to_moderate(audit):
        yield f"{case.label}: {state(case)}"


def to_moderate(audit: Audit) -> QuerySet[Case]:
    """The cases that have no case grade yet."""
    waiting: QuerySet[Case] = audit.cases.counted().exclude(state=CaseState.MODERATED)
    return waiting


def check_reopen(case: Case, person: User) -> None:
    """The chair or the coordinator reopens a moderated case while moderation lasts."""
    check_stage(case.audit, Stage.MODERATION)
    check_not_paused(case)
    if not leads_panel(case, person):
        raise NotAllowed("A case is reopened by the chair of its panel or the coordinator.")


def check_reopens(case: Case, why: str, person: User) -> None:
    """A case is reopened with a reason."""
    check_reopen(case, person)
    check_says(why, "Say why the panel looks at this case again.")


def leads_panel(case: Case, person: User) -> bool:
    """Whether somebody chairs the panel of a case, or coordinates its audit."""
    chairs = case.audit.panel.chair_id == person.pk and sits_on(case, person)
    return chairs or holds(person, Role.COORDINATOR, case.audit.partnership_id)


def check_leads_panel(case: Case, person: User) -> None:
    """The chair of a case that is with the panel, or the coordinator who types for the room."""
    check_records(case, person)
    if not leads_panel(case, person):
        raise NotAllowed("This is for the chair of the panel or the coordinator.")


def can_lead_panel(case: Case, person: User) -> bool:
    """Whether somebody may do now what the chair does, or the coordinator for them."""
    return allows(check_leads_panel, case, person)


def check_asks(return_: AgencyReturn, person: User) -> None:
    """The chair or the coordinator asks an agency about what it submitted, one thing at a time."""
    check_leads_panel(return_.case, person)
    if return_.state != ReturnState.SUBMITTED:
        raise WrongState(f"{return_.reference} has not been submitted, so there is nothing to ask.")
    if return_.questions.open().exists():
        raise WrongState(
            f"{answerer(return_)} has a question to answer already. Wait for that, or withdraw it."
        )


def can_ask(return_: AgencyReturn, person: User) -> bool:
    """Whether somebody may ask the agency now."""
    return allows(check_asks, return_, person)


def check_withdraws_question(return_: AgencyReturn, person: User) -> None:
    """The chair or the coordinator withdraws a question that is not answered yet."""
    check_leads_panel(return_.case, person)
    if not return_.questions.open().exists():
        raise WrongState(f"No question to {answerer(return_)} is open.")


def can_withdraw_question(return_: AgencyReturn, person: User) -> bool:
    """Whether somebody may withdraw the question to the agency now."""
    return allows(check_withdraws_question, return_, person)


def can_reopen(case: Case, person: User) -> bool:
    """Whether somebody may reopen a case now."""
    return bool(case.state == CaseState.MODERATED) and allows(check_reopen, case, person)


def sits_in(member: PanelMember, case: Case) -> PanelMember | None:
    """Who sits in for a member as a deputy, without a conflict of interest with the case."""
    deputies = PanelMember.objects.filter(deputy_for=member).order_by("pk")
    out = stepped_out(case)
    return next((deputy for deputy in deputies if deputy.person not in out), None)


def check_goes_without(case: Case, member: PanelMember, person: User) -> None:
    """The chair decides, or the coordinator types for them, that a case goes ahead without a
    member for whom nobody sits in."""
    check_leads_panel(case, person)
    if member.panel.audit_id != case.audit_id:
        raise NotAllowed(f"{member.name} is not on the panel of {case.label}.")
    deputy = sits_in(member, case)
    if deputy is not None:
        raise WrongState(f"{deputy.name} sits in for {member.name}, so nobody is missing.")
    if case.gone_ahead.filter(member=member).exists():
        raise WrongState(f"It is recorded already why {case.label} goes on without {member.name}.")


def left_out(case: Case) -> list[PanelMember]:
    """Who stepped out of a case with nobody sitting in, and it is not recorded yet why the panel
    decides it without them: it may wait for another sitting instead."""
    out = [person.pk for person in stepped_out(case)]
    recorded = case.gone_ahead.values("member")
    members = PanelMember.objects.filter(panel__audit=case.audit_id, person__in=out)
    missing = members.exclude(pk__in=recorded).order_by("pk")
    return [member for member in missing if sits_in(member, case) is None]
