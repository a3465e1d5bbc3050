"""What is typed in moderation: the panel, its sittings and preparation, and the grades."""

from macfa.moderation.forms.addenda import AddendumForm, QuestionForm, WithdrawQuestionForm
from macfa.moderation.forms.grades import CaseGradeForm, DomainsForm, GradeForm
from macfa.moderation.forms.panel import (
    ConflictForm,
    ConveneForm,
    GuestForm,
    MemberForm,
    PreparationForm,
    ReasonForm,
    SittingForm,
    WithoutForm,
)

__all__ = [
    "AddendumForm",
    "CaseGradeForm",
    "ConflictForm",
    "ConveneForm",
    "DomainsForm",
    "GradeForm",
    "GuestForm",
    "MemberForm",
    "PreparationForm",
    "QuestionForm",
    "ReasonForm",
    "SittingForm",
    "WithdrawQuestionForm",
    "WithoutForm",
]
