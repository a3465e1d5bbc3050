"""A return as a paper: the questions an agency is asked about a case, with what was answered.

The same shape is read from a draft and from a submission, so that the auditor, the agency's lead,
the coordinator and the panel read one page.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Exists, Max, Subquery
from django.utils.dateformat import format as format_date

from macfa.audits.lifecycle import Stage
from macfa.audits.models import Audit
from macfa.people.models import Membership
from macfa.people.roles import AUDITS_FOR_AGENCY
from macfa.returns.models import AgencyReturn, Answer, Independence, Submission
from macfa.tools.models import Grade, Question
from workflows.clock import today
from workflows.composed import composed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from django.db.models import QuerySet

    from macfa.people.models import Agency, User
    from macfa.returns.models import StoredAnswer

NO_GRADES = dict(Answer.NoGrade.choices)

#: What is read of a question, in the order of the fields of `Asked`.
ASKED = (
    "pk",
    "key",
    "type",
    "part",
    "text",
    "required",
    "choices",
    "agencies",
    "when",
    "domain__code",
    "domain__title",
    "domain__guidance",
    "domain__graded",
)
#: What is read of its answer, in the order of the fields of `Given`.
GIVEN = (
    "answers__value",
    "answers__no_grade",
    "answers__grade__code",
    "answers__grade__name",
    "answers__grade__tone",
    "answers__grade",
)


class Given(NamedTuple):
    """What was answered to one question: a text, a grade, or an answer that is not a grade."""

    value: str = ""
    no_grade: str = ""
    grade: str = ""
    grade_name: str = ""
    tone: str = ""
    grade_id: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was answered."""
        return not (self.value.strip() or self.grade or self.no_grade)

    @property
    def stored(self) -> StoredAnswer:
        """The answer as a submission keeps it."""
        return {"value": self.value, "grade": self.grade, "no_grade": self.no_grade}


class Asked(NamedTuple):
    """One question of the paper, with the answer given."""

    question_id: int
    key: str
    type: str
    part: str
    text: str
    required: bool
    choices: list[str]
    agencies: list[str]
    when: str
    domain_code: str
    domain_title: str
    domain_guidance: str
    domain_graded: bool
    given: Given = Given()

    @property
    def words(self) -> str:
        """The answer as one reads it, where it is not a grade."""
        if self.given.no_grade:
            return str(NO_GRADES[self.given.no_grade])
        if self.type == Question.Type.DATE and self.given.value:
            return format_date(date.fromisoformat(self.given.value), "j F Y")
        return self.given.value

    @property
    def control(self) -> str:
        """The id of its first control on the page where it is answered; a text has but one."""
        one = self.type in {Question.Type.TEXT, Question.Type.NUMBER}
        return f"id_{self.key}" if one else f"id_{self.key}_0"

    @property
    def as_grade(self) -> dict[str, str]:
        """The grade as it is shown."""
        return {"name": self.given.grade_name, "tone": self.given.tone}

    def is_for(self, agency: Agency, known: dict[str, str]) -> bool:
        """Whether the agency is asked this, as far as the case and earlier answers say."""
        if not self.agencies and not self.when:
            return True
        return Question(agencies=self.agencies, when=self.when).is_for(agency, known)


@dataclass(frozen=True)
class Section:
    """A domain of the paper, with the questions asked in it."""

    code: str
    title: str
    guidance: str
    graded: bool
    asked: tuple[Asked, ...]

    @property
    def name(self) -> str:
        """`D2 Information sharing`, and plain `Overall`."""
        return (
            self.title if self.code.lower() == self.title.lower() else f"{self.code} {self.title}"
        )

    @property
    def grade(self) -> Asked | None:
        """The question that grades the domain, if it has one."""
        return next((each for each in self.asked if each.part == Question.Part.GRADE), None)

    @property
    def is_started(self) -> bool:
        """Whether anything in it is answered."""
        return any(not each.given.is_empty for each in self.asked)


def sections(asked: Iterable[Asked]) -> list[Section]:
    """The questions grouped into their domains, in order."""
    groups = groupby(asked, key=lambda each: each.domain_code)
    return [_section(code, tuple(group)) for code, group in groups]


def _section(code: str, asked: tuple[Asked, ...]) -> Section:
    first = asked[0]
    return Section(code, first.domain_title, first.domain_guidance, first.domain_graded, asked)


@dataclass(frozen=True)
class Draft:
    """All questions of the tool with the answers saved so far, and what else submitting asks:
    whether the auditor still audits for the agency and has declared independence, how often the
    return was handed in, where its case and its audit are by now, and whether other returns of
    the audit are owed."""

    asked: list[Asked]
    serves: bool
    declared: bool
    handed_in: int
    case_state: str
    audit_prefix: str
    audit_stage: Stage
    others_owed: bool
    audit_paused: date | None
    case_paused: date | None

    def fingerprint(self, codes: Collection[str]) -> str:
        """A digest of what is saved in these domains: it tells whether a page is out of date."""
        saved = [
            [each.key, *each.given.stored.values()]
            for each in self.asked
            if each.domain_code in codes and not each.given.is_empty
        ]
        return hashlib.sha256(json.dumps(saved).encode()).hexdigest()[:32]


def read_draft(return_: AgencyReturn, person: User) -> Draft:
    """What is saved of a return: one statement, once the tool's questions have been read.

    `person` is the one who would declare independence.
    """
    rows = _saved(return_.pk, person.pk, return_.agency_id, return_.audit_id, today())
    version, serves, declared, handed_in, *where = rows[0][:10]
    given = {row[10]: _saved_answer(*row[11:]) for row in rows}
    asked = [
        each._replace(given=given[each.question_id]) if each.question_id in given else each
        for each in questions(version)
    ]
    case_state, prefix, stage, others, *paused = where
    return Draft(
        asked, serves, declared, handed_in or 0, case_state, prefix, Stage(stage), others, *paused
    )


def _saved_answer(*columns: Any) -> Given:
    """What is saved, where a question without an answer or a grade has no columns at all."""
    return Given._make(column or blank for column, blank in zip(columns, Given(), strict=True))


@composed
def _saved(
    return_: int, person: int, agency: int, audit: int, day: date
) -> QuerySet[AgencyReturn, tuple[Any, ...]]:
    """A row for each answer saved, and one where there is none yet."""
    posts = Membership.objects.current(day).filter(person=person, team__agency=agency)
    serves = Exists(posts.filter(team__role__in=AUDITS_FOR_AGENCY))
    declared = Independence.objects.filter(agency_return=return_, person=person, independent=True)
    handed_in = Submission.objects.filter(agency_return=return_).order_by()
    last = handed_in.values("agency_return").annotate(last=Max("number")).values("last")
    rows = AgencyReturn.objects.filter(pk=return_).order_by()
    owed = AgencyReturn.objects.outstanding().filter(audit=audit).exclude(pk=return_)
    told = rows.annotate(
        serves=serves, declared=Exists(declared), last=Subquery(last), others=Exists(owed)
    )
    return told.values_list(
        "audit__tool_version__public_id",
        "serves",
        "declared",
        "last",
        "case__state",
        "audit__prefix",
        "audit__state",
        "others",
        "audit__paused_until",
        "case__paused_until",
        "answers__question",
        *GIVEN,
    )


@lru_cache(maxsize=64)
def questions(version: str) -> tuple[Asked, ...]:
    """All questions of a version of a tool, unanswered. `version` is its public id.

    A version is frozen (R20), so they are read once.
    """
    rows = Question.objects.filter(domain__version__public_id=version)
    ordered = rows.order_by("domain__position", "position")
    return tuple(Asked(*row) for row in ordered.values_list(*ASKED))


def of_agency(
    asked: Iterable[Asked], agency: Agency, characteristics: dict[str, str]
) -> list[Asked]:
    """The questions this agency is asked on a case with these characteristics, as far as its
    answers have led."""
    known = dict(characteristics)
    kept = []
    for each in asked:
        if each.is_for(agency, known):
            kept.append(each)
            known[each.key] = each.given.value
    return kept


def of_return(asked: Iterable[Asked], return_: AgencyReturn) -> list[Asked]:
    """The questions this return is asked."""
    return of_agency(asked, return_.agency, return_.case.characteristics)


def grades_of(audit_id: int) -> dict[str, Grade]:
    """The grades of an audit's scale, by code."""
    scale = Audit.objects.filter(pk=audit_id).values("tool_version__scale")
    return {grade.code: grade for grade in Grade.objects.filter(scale__in=scale)}


def filled(
    asked: Iterable[Asked],
    answers: Mapping[str, StoredAnswer],
    grades: Mapping[str, Grade],
) -> list[Asked]:
    """The questions with the answers of a submission."""
    return [
        each._replace(given=_given(answers[each.key], grades)) if each.key in answers else each
        for each in asked
    ]


def _given(answer: StoredAnswer, grades: Mapping[str, Grade]) -> Given:
    grade = grades.get(answer["grade"])
    if grade is None:
        return Given(value=answer["value"], no_grade=answer["no_grade"])
    return Given(answer["value"], "", grade.code, grade.name, grade.tone, grade.pk)


def read_submission(return_: AgencyReturn, submission: Submission) -> list[Section]:
    """A return as it was handed in, to be read."""
    version = return_.audit.tool_version
    assert version is not None
    asked = filled(questions(version.public_id), submission.answers, grades_of(return_.audit_id))
    return sections(of_return(asked, return_))
