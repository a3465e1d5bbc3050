"""What invented auditors write: sentences for each domain, by how good the practice was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from macfa.returns.services import AnswerInput

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from macfa.tools.models import Question

#: For each domain: what the file shows where practice was good, and where it was not.
EVIDENCE = {
    "D1": (
        "Signs were named at the first contact (12 May record) and the right level was chosen; "
        "the referrer heard back in four days.",
        "Three contacts in ten weeks were each closed as information only. No record weighs them "
        "together, and the referrer heard nothing.",
    ),
    "D2": (
        "Information was shared the same day with the school and the health visitor, and the "
        "minutes show that it was used.",
        "The strategy meeting of 3 June had no health information. Nobody recorded who had been "
        "asked.",
    ),
    "D3": (
        "The assessment uses the history, names both parents’ parts and weighs what adds up.",
        "The assessment describes the home on one day. History is listed and not used; the "
        "father is a name.",
    ),
    "D4": (
        "The plan says who does what by when, core groups met, and a contingency is written.",
        "Two core groups were missed and the plan was carried forward word for word three times.",
    ),
    "D5": (
        "The child was seen alone four times; what was said and drawn changed the plan in July.",
        "The child was seen with a parent each time. There is no account of a day in this life.",
    ),
    "D6": (
        "Supervision is monthly, the reasons for decisions are recorded, and one was challenged.",
        "Supervision notes repeat the case summary. Drift was seen and not escalated.",
    ),
    "D7": (
        "Attendance rose from 71% to 93% and the child sleeps at home; the records say why.",
        "After nine months the records show activity and no change for the child.",
    ),
    "D8": (
        "Siblings, grandparents and what matters to this family were known and used.",
        "Siblings are in the file by number only. Culture and language are not mentioned.",
    ),
    "overall": (
        "Our work was timely and purposeful, and others knew what we knew.",
        "We did what was asked of us and did not ask what it added up to.",
    ),
}
STRENGTH = "The worker kept to the child’s pace and wrote it so that the child could read it."
DEVELOPMENT = "We will read the whole history at each new event, with the manager, and write why."
INVOLVEMENT = (
    "We worked with the child and the household through the look-back period. Records were read "
    "in full and two members of staff were spoken to. Our part was led by one worker, with "
    "monthly supervision, and ended with a joint visit."
)


def answers(
    questions: Iterable[Question], own: str, *, scale: list[str], salt: int, not_told: bool = False
) -> dict[str, AnswerInput]:
    """What an auditor answers whose own grade is `own`; domains vary by a step around it."""
    said: dict[str, AnswerInput] = {}
    grades: dict[str, str] = {}
    ordered = list(questions)
    for number, question in enumerate(ordered):
        code = question.domain.code
        if question.type == "grade":
            grades[code] = own if code == "overall" else _near(own, scale, salt + number)
            said[question.key] = AnswerInput(grade=grades[code])
    if not_told:
        said["d2_grade"] = AnswerInput(no_grade="not_told")
        grades["D2"] = ""
    for question in ordered:
        text = _text(question, grades.get(question.domain.code, own), scale)
        if text:
            said[question.key] = AnswerInput(value=text)
    return said


def _near(own: str, scale: list[str], salt: int) -> str:
    """Mostly the agency's own grade, sometimes a step better or worse."""
    step = {3: -1, 5: 1}.get(salt % 7, 0)
    place = min(max(scale.index(own) + step, 1 if own != scale[0] else 0), len(scale) - 1)
    return scale[place]


def _text(question: Question, grade: str, scale: list[str]) -> str:
    good, weak = EVIDENCE[question.domain.code]
    is_weak = grade in scale[len(scale) // 2 :]
    parts: Mapping[str, str] = {
        "evidence": weak if is_weak else good,
        "strengths": STRENGTH if grade == scale[0] else "",
        "development": DEVELOPMENT if is_weak else "",
    }
    if question.key == "involvement":
        return INVOLVEMENT
    return parts.get(question.part, "")
