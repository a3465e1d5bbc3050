"""What people type to plan an audit: its themes, its scope and its dates."""

from macfa.audits.forms.dates import DatesForm, StartForm
from macfa.audits.forms.opening import AgreeForm, OpenForm
from macfa.audits.forms.scope import ScopeForm
from macfa.audits.forms.themes import AskForm, ChooseForm, ThemeForm, ViewForm

__all__ = [
    "AgreeForm",
    "AskForm",
    "ChooseForm",
    "DatesForm",
    "OpenForm",
    "ScopeForm",
    "StartForm",
    "ThemeForm",
    "ViewForm",
]
