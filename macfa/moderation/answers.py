"""What an agency answered, as its return was last submitted: grades, and answers in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from macfa.returns.models import Answer
from macfa.tools.models import Question

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from macfa.returns.models import StoredAnswer
    from macfa.tools.models import Domain, Grade

NO_ANSWER: StoredAnswer = {"value": "", "grade": "", "no_grade": ""}


@dataclass(frozen=True)
class Said:
    """What an agency wrote under one heading of a domain."""

    label: str
    text: str


@dataclass(frozen=True)
class Answered:
    """What an agency answered in one domain: its grade or why there is none, and its words."""

    grade: Grade | None
    no_grade: str
    texts: tuple[Said, ...]
    prompts: tuple[Said, ...]


def answered(
    domain: Domain, answers: Mapping[str, StoredAnswer], grades: Iterable[Grade]
) -> Answered:
    """What a return says in one domain, whose questions are at hand."""
    questions = list(domain.questions.all())
    graded = next((q for q in questions if q.part == Question.Part.GRADE), None)
    judged = answers.get(graded.key, NO_ANSWER) if graded else NO_ANSWER
    others = [question for question in questions if question is not graded]
    return Answered(
        grade=next((grade for grade in grades if grade.code == judged["grade"]), None),
        no_grade=no_grade(judged),
        texts=_said((q for q in others if q.part != Question.Part.PROMPT), answers),
        prompts=_said((q for q in others if q.part == Question.Part.PROMPT), answers),
    )


def _said(questions: Iterable[Question], answers: Mapping[str, StoredAnswer]) -> tuple[Said, ...]:
    pairs = [
        (question, words(question, answers.get(question.key, NO_ANSWER))) for question in questions
    ]
    return tuple(Said(question.text, text) for question, text in pairs if text)


def words(question: Question, answer: StoredAnswer) -> str:
    """An answer in words, whatever the type of its question."""
    if answer["no_grade"]:
        return no_grade(answer)
    if question.type == Question.Type.YES_NO_PARTLY:
        return answer["value"].capitalize()
    return answer["value"] or answer["grade"]


def no_grade(answer: StoredAnswer) -> str:
    """Why there is no grade, in words: it is never a poor one (R17)."""
    code = answer["no_grade"]
    return str(Answer.NoGrade(code).label) if code else ""
