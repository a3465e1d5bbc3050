"""What people type to plan an audit: its themes, its scope and its dates."""

from macfa.audits.forms.dates import DatesForm, StartForm
from macfa.audits.forms.opening import OpenForm
from macfa.audits.forms.scope import ScopeForm
from macfa.audits.forms.themes import ChooseForm, ThemeForm, ViewForm

__all__ = [
    "ChooseForm",
    "DatesForm",
    "OpenForm",
    "ScopeForm",
    "StartForm",
    "ThemeForm",
    "ViewForm",
]
