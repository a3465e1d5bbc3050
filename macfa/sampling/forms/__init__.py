"""What is asked of people when a sample is made: a file, what its columns hold, how to draw."""

from macfa.sampling.forms.cases import ProfileForm, ReasonForm
from macfa.sampling.forms.drawing import DrawForm, StrataForm, again, column_to_divide_by
from macfa.sampling.forms.pool import ColumnsForm, PoolFileForm

__all__ = [
    "ColumnsForm",
    "DrawForm",
    "PoolFileForm",
    "ProfileForm",
    "ReasonForm",
    "StrataForm",
    "again",
    "column_to_divide_by",
]
