"""Audits brought to any stage by calling the real services, so that no test starts from an
impossible state."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from macfa.audits import services as audits
from macfa.concerns import services as concerns
from macfa.findings import services as findings
from macfa.findings.models import Finding
from macfa.improvement import services as improvement
from macfa.moderation import services as moderation
from macfa.returns import services as returns
from macfa.returns.models import AgencyReturn
from macfa.returns.services import AnswerInput
from macfa.sampling import services as sampling
from macfa.sampling.draw import parse_strata
from macfa.sampling.pool_file import PoolLayout
from macfa.tools.models import Question
from workflows import clock

if TYPE_CHECKING:
    from macfa.audits.models import Audit
    from macfa.concerns.models import Concern, StaffMatter
    from macfa.findings.models import Report
    from macfa.improvement.models import Action
    from macfa.people.models import User
    from macfa.sampling.models import Case
    from macfa.tools.models import Grade
    from tests.cast import Cast

LAYOUT = PoolLayout(
    row_id_column="id", characteristics=("status", "sex"), identifying=("name", "dob")
)


def pool_csv(rows: int = 12) -> bytes:
    """A pool of invented children: a third each of early help, child in need, protection plan."""
    lines = ["id,status,sex,name,dob"]
    for number in range(rows):
        status = ("EH", "CIN", "CP")[number % 3]
        lines.append(f"R{number:04},{status},{'FM'[number % 2]},Invented {number},2015-01-01")
    return "\n".join(lines).encode()


def audit_opened(cast: Cast, prefix: str = "NEG") -> Audit:
    """An audit at theme selection, with nothing decided."""
    return audits.open_audit(
        partnership=cast.partnership,
        prefix=prefix,
        title="Neglect",
        period="Q1 2026/27",
        by=cast["coordinator"],
    )


def audit_scoped(cast: Cast, prefix: str = "NEG") -> Audit:
    """An audit with its theme, scope and dates, at case sampling."""
    by = cast["coordinator"]
    audit = audit_opened(cast, prefix)
    theme = audits.propose_theme(
        audit=audit, title="Neglect", sources=["priority"], evidence="Rising", by=by
    )
    audits.choose_theme(audit=audit, theme=theme, reason="Most urgent", decided_by="QPPA", by=by)
    audits.set_scope(
        audit=audit,
        purpose="Do we act on cumulative harm?",
        enquiry="Is history used?\nIs the child heard?",
        criteria="Neglect recorded",
        looks_back_from=clock.today() - timedelta(days=365),
        looks_back_to=clock.today(),
        agencies=cast.agencies.values(),
        tool_version=cast.tool,
        by=by,
    )
    audits.propose_dates(audit=audit, start=clock.today(), by=by)
    return audits.begin_sampling(audit=audit, by=by)


def audit_drawn(cast: Cast, prefix: str = "NEG", strata: str = "status=EH:1,status=CP:1") -> Audit:
    """An audit with its cases drawn and confirmed, not yet issued."""
    by = cast["coordinator"]
    audit = audit_scoped(cast, prefix)
    sampling.load_pool(audit=audit, file_name="pool.csv", content=pool_csv(), layout=LAYOUT, by=by)
    draw = sampling.draw_sample(
        audit=audit, quotas=parse_strata(strata), reserves=2, seed="seed", by=by
    )
    sampling.confirm_draw(draw=draw, by=by)
    return audit


def audit_issued(cast: Cast, prefix: str = "NEG", strata: str = "status=EH:1,status=CP:1") -> Audit:
    """An audit at agency audits: every agency owes a return for every case."""
    audit = audit_drawn(cast, prefix, strata)
    returns.issue(audit=audit, by=cast["coordinator"])
    audit.refresh_from_db()
    return audit


def a_return(audit: Audit, agency: str = "POL") -> AgencyReturn:
    """The first return an agency owes in an audit."""
    found = audit.returns.filter(agency__code=agency).select_related("case", "agency").first()
    assert found is not None
    return found


def drafting(cast: Cast, return_: AgencyReturn, auditor: User | None = None) -> AgencyReturn:
    """A return whose auditor has declared independence and may write."""
    short = return_.agency.code.lower()
    auditor = auditor or cast[f"auditor.{short}"]
    returns.say_involved(
        return_=return_,
        involvement=AgencyReturn.Involvement.INVOLVED,
        auditor=auditor,
        by=cast[f"lead.{short}"],
    )
    return returns.declare(return_=return_, independent=True, by=auditor)


def full_answers(return_: AgencyReturn, grade: str = "G") -> dict[str, AnswerInput]:
    """An answer to every required question, with what the grade asks for beside it."""
    version = return_.audit.tool_version
    assert version is not None
    answers = {}
    for question in Question.objects.filter(domain__version=version):
        if question.type == Question.Type.GRADE:
            answers[question.key] = AnswerInput(grade=grade)
        elif question.type == Question.Type.TEXT:
            answers[question.key] = AnswerInput(value="What the file shows.")
    return answers


def submitted(cast: Cast, return_: AgencyReturn, grade: str = "G") -> AgencyReturn:
    """A return that has gone to the coordinator, signed off where its agency asks for that."""
    short = return_.agency.code.lower()
    auditor = cast[f"auditor.{short}"]
    return_ = drafting(cast, return_)
    returns.save_answers(return_=return_, answers=full_answers(return_, grade), by=auditor)
    return_ = returns.submit(return_=return_, by=auditor)
    if return_.agency.signs_off:
        return_ = returns.sign_off(return_=return_, by=cast[f"lead.{short}"])
    return return_


def nil(cast: Cast, return_: AgencyReturn) -> AgencyReturn:
    """A nil return: the agency looked and has nothing to audit."""
    return returns.say_nil(
        return_=return_,
        kind=AgencyReturn.NilKind.NOT_KNOWN,
        looked_for=["child", "siblings", "adults"],
        looked_by="Records officer",
        looked_on=clock.today(),
        by=cast[f"lead.{return_.agency.code.lower()}"],
    )


def audit_returned(cast: Cast, prefix: str = "NEG", missing: str = "") -> Audit:
    """An audit whose returns are in or accounted for: education nil, the others Good.

    `missing` is the code of an agency that never answered.
    """
    audit = audit_issued(cast, prefix)
    for return_ in audit.returns.select_related("case", "agency"):
        if return_.agency.code == missing:
            returns.record_not_returned(return_=return_, reason="No answer", by=cast["coordinator"])
        elif return_.agency.code == "EDU":
            nil(cast, return_)
        else:
            submitted(cast, return_)
    return audit


def audit_convened(cast: Cast, prefix: str = "NEG", missing: str = "") -> Audit:
    """An audit in moderation, its cases released to a panel of two and the chair."""
    return released(cast, audit_returned(cast, prefix, missing))


def released(cast: Cast, audit: Audit) -> Audit:
    """An audit whose returns are all in, released to a panel of two and the chair."""
    by = cast["coordinator"]
    moderation.convene(
        audit=audit,
        chair=cast["chair"],
        members=[cast["panel.csc"], cast["panel.pol"]],
        meets_on=clock.today() + timedelta(days=10),
        by=by,
    )
    moderation.release(audit=audit, by=by)
    audit.refresh_from_db()
    return audit


def parts_graded(cast: Cast, case: Case, grade: str = "G") -> Grade:
    """A case with a panel grade for each return and a grade for each domain; its own is left."""
    by = cast["chair"]
    version = case.audit.tool_version
    assert version is not None
    chosen = version.scale.grades.get(code=grade)
    for return_ in case.returns.filter(state="submitted"):
        moderation.grade_agency(
            return_=return_, grade=chosen, reason="Agreed", decided_by="The panel", by=by
        )
    for domain in version.domains.filter(graded=True):
        moderation.grade_domain(
            case=case, domain=domain, grade=chosen, reason="Agreed", decided_by="The panel", by=by
        )
    return chosen


def case_moderated(cast: Cast, case: Case, grade: str = "G") -> None:
    """A case with all its grades, its own the last of them."""
    chosen = parts_graded(cast, case, grade)
    by = cast["chair"]
    moderation.grade_case(case=case, grade=chosen, reason="Agreed", decided_by="The panel", by=by)


def panel_sat(cast: Cast, audit: Audit) -> None:
    """A sitting of the whole panel, today."""
    panel = audit.panel
    moderation.record_sitting(
        panel=panel,
        held_on=clock.today(),
        present=list(panel.members.all()),
        by=cast["coordinator"],
    )


def audit_moderated(cast: Cast, prefix: str = "NEG", missing: str = "") -> Audit:
    """An audit at findings: every case moderated."""
    audit = audit_convened(cast, prefix, missing)
    for case in audit.cases.counted():
        case_moderated(cast, case)
    panel_sat(cast, audit)
    return moderation.conclude(audit=audit, by=cast["coordinator"])


def a_finding(cast: Cast, audit: Audit) -> Finding:
    """A learning finding on the audit's first case."""
    return findings.record_finding(
        audit=audit,
        kind=Finding.Kind.LEARNING,
        title="Chronologies were not shared",
        text="Each episode was read alone.",
        cases=list(audit.cases.counted()[:1]),
        by=cast["coordinator"],
    )


def report_signed_off(cast: Cast, audit: Audit) -> Report:
    """A report written by the coordinator and signed off by the QPPA."""
    report = findings.start_report(audit=audit, by=cast["coordinator"])
    report = findings.edit_report(
        report=report,
        summary="In short.",
        method="As drawn.",
        limits="Few.",
        by=cast["coordinator"],
    )
    report = findings.put_forward(report=report, by=cast["coordinator"])
    return findings.sign_off(report=report, by=cast["qppa"])


def an_action(cast: Cast, audit: Audit, finding: Finding, owner: str = "owner.csc") -> Action:
    """An action of children's social care, due in sixty days."""
    return improvement.open_action(
        audit=audit,
        title="One shared chronology for every open case",
        findings=[finding],
        agency=cast.agencies["CSC"],
        owner=cast[owner],
        multi_agency=True,
        due=clock.today() + timedelta(days=60),
        measure="18 of 20 dip-sampled records are current",
        by=cast["coordinator"],
    )


def audit_published(cast: Cast, prefix: str = "NEG", missing: str = "") -> Audit:
    """An audit at action tracking, with one finding and one action under way."""
    audit = audit_moderated(cast, prefix, missing)
    finding = a_finding(cast, audit)
    report_signed_off(cast, audit)
    an_action(cast, audit, finding)
    return findings.publish(audit=audit, by=cast["coordinator"])


def a_concern(
    cast: Cast, case_reference: str = "", agency: str = "POL", by: str = "auditor.pol"
) -> Concern:
    """An immediate concern that an auditor of the police raised."""
    return concerns.raise_concern(
        partnership=cast.partnership,
        agency=cast.agencies[agency] if agency else None,
        case_reference=case_reference,
        seen="A bruise nobody asked about.",
        done="Rang the front door.",
        done_by="Sam Okoye",
        done_when="Today at 10am",
        referral="REF-7731",
        told="The duty manager",
        by=cast[by],
    )


def a_staff_matter(cast: Cast) -> StaffMatter:
    """What an auditor of the police recorded about the conduct of somebody."""
    return concerns.record_staff_matter(
        partnership=cast.partnership,
        seen="A colleague shouted at a child.",
        done="Rang the LADO.",
        done_when="Today at 10am",
        told="Nobody else",
        by=cast["auditor.pol"],
    )
