"""Writing a return: drafts are saved as often as one likes, then it is handed in once."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.dateformat import format as format_date

from macfa.audits.pausing import check_goes_on
from macfa.audits.rules import check_runs
from macfa.returns import rules
from macfa.returns.completeness import lacks
from macfa.returns.flow import ReturnFlow
from macfa.returns.models import Answer, Submission
from macfa.returns.paper import grades_of, of_return, read_draft
from macfa.returns.services.signing import arrive, tell_if_last
from macfa.tools.bank.shapes import YES_NO_PARTLY
from macfa.tools.models import Question
from notifications.rows import insert
from workflows import clock, tasks
from workflows.errors import NotAllowed, NotYet, Stale
from workflows.lifecycle import act
from workflows.rules import check_says

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from macfa.people.models import User
    from macfa.returns.models import AgencyReturn
    from macfa.returns.paper import Asked, Draft
    from macfa.tools.models import Grade
    from workflows.lifecycle import Act

Type = Question.Type
#: No count in a case file is larger.
MOST = 9_999
YES_NO = {word.lower(): label for code, label in YES_NO_PARTLY for word in (code, label)}


@dataclass(frozen=True)
class AnswerInput:
    """An answer to one question: a text, the code of a grade, or an answer that is not a grade.

    An empty one clears what was answered.
    """

    value: str = ""
    grade: str = ""
    no_grade: str = ""


def save_answers(
    *,
    return_: AgencyReturn,
    answers: Mapping[str, AnswerInput],
    seen: str | None = None,
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> AgencyReturn:
    """Save some answers of a draft, by the keys of their questions. The others stay.

    Saving what is saved already changes nothing, so a form posted twice does no harm.

    Args:
        seen: the fingerprint of these domains that the page was made from. The version of the
            return will not do for a writer: a reminder would make every open page out of date.

    Raises:
        NotAllowed: somebody else holds the audit, or has not declared independence.
        NotYet: a question is not in the tool, or an answer is not one of those offered.
        Stale: these domains have changed since.
    """
    with act(return_, by=by, expects=expects, token=token) as (doing, return_):
        rules.check_writes(return_, by)
        draft = read_draft(return_, by)
        _check_writer(draft, return_, by)
        known = {each.key: each for each in draft.asked}
        rows = _changed_rows(return_, known, answers)
        if rows:
            _check_seen(return_, draft, {known[key].domain_code for key in answers}, seen)
            _store(rows)
            doing.change(drafted_at=clock.now())
    return return_


def _check_writer(draft: Draft, return_: AgencyReturn, by: User) -> None:
    """The audit still runs, and whoever holds the agency's audit of its work still audits for
    the agency, and is independent of the case."""
    check_runs(draft.audit_prefix, draft.audit_stage)
    check_goes_on(draft.audit_prefix, draft.audit_paused)
    check_goes_on(return_.case.label, draft.case_paused)
    if not draft.serves:
        raise NotAllowed(f"{by.name} is no longer an auditor of {return_.agency}.")
    if not draft.declared:
        raise NotAllowed("Declare first whether you are independent of this case.")


def _changed_rows(
    return_: AgencyReturn, known: Mapping[str, Asked], answers: Mapping[str, AnswerInput]
) -> list[Answer]:
    """A row for each answer that differs from what is saved."""
    unknown = tuple(key for key in answers if key not in known)
    if unknown:
        raise NotYet("The tool of this audit does not ask:", unknown)
    grades = grades_of(return_.audit_id)
    rows = []
    for key, given in answers.items():
        asked = known[key]
        row = _row(return_, asked, given, grades)
        before = asked.given
        if (row.value, row.no_grade, row.grade_id) != (
            before.value,
            before.no_grade,
            before.grade_id,
        ):
            rows.append(row)
    return rows


def _row(
    return_: AgencyReturn, asked: Asked, given: AnswerInput, grades: Mapping[str, Grade]
) -> Answer:
    if asked.type == Type.GRADE:
        if given.value or (given.grade and given.no_grade):
            raise NotYet(f"Give one answer only: {asked.text}")
        if given.grade and given.grade not in grades:
            raise NotYet(f"Choose one of the grades offered: {asked.text}")
        if given.no_grade and given.no_grade not in Answer.NoGrade.values:
            raise NotYet(f"Choose one of the answers offered: {asked.text}")
        grade = grades.get(given.grade)
        return _answer(return_, asked, grade=grade, no_grade=given.no_grade)
    if given.grade or given.no_grade:
        raise NotYet(f"This is not answered by a grade: {asked.text}")
    return _answer(return_, asked, value=_value(asked, given.value.strip()))


def _answer(
    return_: AgencyReturn,
    asked: Asked,
    *,
    value: str = "",
    grade: Grade | None = None,
    no_grade: str = "",
) -> Answer:
    return Answer(
        agency_return=return_,
        question_id=asked.question_id,
        value=value,
        grade=grade,
        no_grade=no_grade,
    )


def _value(asked: Asked, value: str) -> str:
    """An answer in its stored form. Raises `NotYet` for one that the question does not offer."""
    if not value or asked.type == Type.TEXT:
        return value
    with suppress(KeyError, ValueError):
        if asked.type == Type.YES_NO_PARTLY:
            return YES_NO[value.lower()]
        if asked.type == Type.DATE:
            return date.fromisoformat(value).isoformat()
        if asked.type == Type.NUMBER:
            return _count(value)
        if value in asked.choices:
            return value
    raise NotYet(f"This is not one of the answers to: {asked.text}")


def _count(value: str) -> str:
    count = int(value) if value.isdecimal() else -1
    if not 0 <= count <= MOST:
        raise ValueError(value)
    return str(count)


def _check_seen(return_: AgencyReturn, draft: Draft, codes: set[str], seen: str | None) -> None:
    if seen is None or seen == draft.fingerprint(codes):
        return
    at = timezone.localtime(return_.drafted_at)
    raise Stale(
        "This part was changed on another page or device while you wrote, at "
        f"{at:%H:%M} on {format_date(at, 'j F Y')}, so nothing was saved. "
        "What you typed is kept below."
    )


def _store(rows: Sequence[Answer]) -> None:
    Answer.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["agency_return", "question"],
        update_fields=["value", "grade", "no_grade"],
    )


def submit(
    *,
    return_: AgencyReturn,
    answer_to_query: str = "",
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> AgencyReturn:
    """Hand the return in: to the agency's lead where the agency has set that, else submitted.

    It is locked from then on, and kept as it was (R18). Its grade is the agency's own judgement
    of the whole; a return that comes when the panel has the case is late.

    Raises:
        NotYet: something is missing; each thing is named (R16).
    """
    with act(return_, by=by, expects=expects, token=token) as (doing, return_):
        rules.check_writes(return_, by)
        draft = read_draft(return_, by)
        _check_writer(draft, return_, by)
        asked = of_return(draft.asked, return_)
        _check_complete(asked)
        if draft.handed_in:
            _answer_query(doing, answer_to_query)
        submission = _submission(return_, asked, draft.handed_in + 1, by)
        if return_.agency.signs_off:
            doing.move("hand_in")
        else:
            submission.sent_at = submission.at
            doing.move("submit")
            arrive(doing, submission, case_state=draft.case_state)
            tell_if_last(doing, others=draft.others_owed)
        insert(submission)
        tasks.finish(doing, ReturnFlow.audit_own_work)
    return return_


def _check_complete(asked: Sequence[Asked]) -> None:
    missing = lacks(asked)
    if missing:
        count = "1 thing is" if len(missing) == 1 else f"{len(missing)} things are"
        sentences = tuple(lack.sentence for lack in missing)
        raise NotYet(f"The audit cannot be submitted yet: {count} missing.", sentences)


def _submission(return_: AgencyReturn, asked: Sequence[Asked], number: int, by: User) -> Submission:
    answers = {each.key: each.given.stored for each in asked if not each.given.is_empty}
    overall = [
        each for each in asked if each.part == Question.Part.GRADE and not each.domain_graded
    ]
    grade_id = overall[-1].given.grade_id if overall else None
    return Submission(
        agency_return=return_,
        number=number,
        answers=answers,
        grade_id=grade_id,
        at=clock.now(),
        by=by,
    )


def _answer_query(doing: Act, answer: str) -> None:
    """What was asked when the return was sent back is answered with it."""
    query = doing.record.queries.filter(answered_at=None).last()
    if query is None:
        return
    if not query.within_agency:
        check_says(answer, "Answer the coordinator’s query before you submit the audit.")
        doing.note("query_answered", text=answer)
    query.answer, query.answered_at = answer.strip(), clock.now()
    query.save(update_fields=["answer", "answered_at"])
