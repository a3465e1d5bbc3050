"""The questions of one domain as a form, made from the audit's tool."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms

from macfa.forms import ActForm, DateField, Look
from macfa.returns.services import MOST, AnswerInput
from macfa.tools.bank.scales import NOT_GRADED
from macfa.tools.bank.shapes import YES_NO_PARTLY
from macfa.tools.models import Question

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from macfa.returns.paper import Given
    from macfa.tools.models import Grade

Type = Question.Type
LONGEST = 20_000
#: The answer that takes back what was answered; no answer of a tool is like it.
CLEAR = "clear:"
#: Grades and answers that are not grades are told apart by these beginnings.
A_GRADE, NO_GRADE = "grade:", "other:"


class DomainForm(ActForm):
    """One domain's questions. Nothing is required here: a draft may have gaps.

    `seen` is the fingerprint of what was saved when the page was made.
    """

    mark_optional = False

    def __init__(
        self,
        *args: Any,
        questions: Sequence[Question],
        given: Mapping[str, Given],
        grades: Sequence[Grade],
        seen: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.questions = {question.key: question for question in questions}
        self.looks = {}
        for question in questions:
            field = _field(question, grades)
            field.initial = _initial(question, given[question.key])
            self._offer_to_clear(question.key, field)
            self.fields[question.key] = field
            self.looks[question.key] = _look(question, questions, grades)
        self.fields["seen_before"] = forms.CharField(
            required=False, max_length=64, initial=seen, widget=forms.HiddenInput
        )

    #: The first answer that is not a grade: it stands apart from the grades.
    first_other = NO_GRADE + NOT_GRADED[0].code

    def _offer_to_clear(self, key: str, field: forms.Field) -> None:
        """A radio cannot be unticked, so what is saved may be taken back by one more of them."""
        if isinstance(field, forms.ChoiceField) and (field.initial or self.data.get(key) == CLEAR):
            field.choices = [*_pairs(field), (CLEAR, "Clear this answer")]

    @property
    def graded(self) -> set[str]:
        """The keys of the questions answered by a grade."""
        return {key for key, question in self.questions.items() if question.type == Type.GRADE}

    @property
    def seen(self) -> str:
        """The fingerprint of what the person saw."""
        return str(self.cleaned_data.get("seen_before", ""))

    @property
    def answers(self) -> dict[str, AnswerInput]:
        """What was answered, as the service takes it, but for answers with an error."""
        good = self.questions.keys() & self.cleaned_data.keys()
        return {key: _answer(self.cleaned_data[key]) for key in self.questions if key in good}


def _pairs(field: forms.ChoiceField) -> list[tuple[str, str]]:
    """The choices of a field, as they were given to it."""
    return [(str(value), str(label)) for value, label in field.widget.choices]


def _answer(given: str | date | int | None) -> AnswerInput:
    if given is None or given == CLEAR:
        return AnswerInput()
    text = given.isoformat() if isinstance(given, date) else str(given)
    if text.startswith(A_GRADE):
        return AnswerInput(grade=text.removeprefix(A_GRADE))
    if text.startswith(NO_GRADE):
        return AnswerInput(no_grade=text.removeprefix(NO_GRADE))
    return AnswerInput(value=text)


def _initial(question: Question, given: Given) -> str | date | None:
    if given.grade:
        return A_GRADE + given.grade
    if given.no_grade:
        return NO_GRADE + given.no_grade
    if question.type == Type.DATE:
        return date.fromisoformat(given.value) if given.value else None
    return given.value


def _field(question: Question, grades: Iterable[Grade]) -> forms.Field:
    field = _kind_of_field(question, grades)
    field.label = question.text
    field.help_text = question.guidance
    field.required = False
    return field


def _kind_of_field(question: Question, grades: Iterable[Grade]) -> forms.Field:
    if question.type == Type.DATE:
        return DateField()
    if question.type == Type.NUMBER:
        box = forms.TextInput(attrs={"inputmode": "numeric"})
        return forms.IntegerField(min_value=0, max_value=MOST, widget=box)
    if question.type == Type.TEXT:
        return forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), max_length=LONGEST)
    return forms.ChoiceField(choices=_choices(question, grades), widget=forms.RadioSelect)


def _choices(question: Question, grades: Iterable[Grade]) -> list[tuple[str, str]]:
    if question.type == Type.YES_NO_PARTLY:
        return [(label, label) for _code, label in YES_NO_PARTLY]
    if question.type == Type.CHOICE:
        return [(choice, choice) for choice in question.choices]
    offered = [(A_GRADE + grade.code, grade.name) for grade in grades]
    return [*offered, *((NO_GRADE + other.code, other.name) for other in NOT_GRADED)]


def _look(question: Question, questions: Iterable[Question], grades: Iterable[Grade]) -> Look:
    if question.type == Type.GRADE:
        descriptors = {
            A_GRADE + grade.code: question.descriptors.get(grade.code, grade.descriptor)
            for grade in grades
        }
        others = {NO_GRADE + other.code: other.guidance for other in NOT_GRADED}
        return Look(size="m", hints={**descriptors, **others})
    return Look(
        width="5" if question.type == Type.NUMBER else "",
        inline=question.type == Type.YES_NO_PARTLY,
        reveals=_revealed(question, questions),
    )


def _revealed(question: Question, questions: Iterable[Question]) -> dict[str, Sequence[str]]:
    """The questions on this page that follow from an answer to this one."""
    shown: dict[str, list[str]] = {}
    for other in questions:
        key, _, value = other.when.partition("=")
        if key == question.key:
            shown.setdefault(value, []).append(other.key)
    return {value: tuple(keys) for value, keys in shown.items()}
