"""What people type on the pages of agency returns."""

from macfa.returns.forms.domain import DomainForm
from macfa.returns.forms.following import ExtendForm, RemindAllForm, WhyForm
from macfa.returns.forms.involvement import AuditorForm, DeclareForm, InvolvementForm
from macfa.returns.forms.issuing import AddCaseForm, ReplaceForm, SettingsForm
from macfa.returns.forms.submitting import SubmitForm

__all__ = [
    "AddCaseForm",
    "AuditorForm",
    "DeclareForm",
    "DomainForm",
    "ExtendForm",
    "InvolvementForm",
    "RemindAllForm",
    "ReplaceForm",
    "SettingsForm",
    "SubmitForm",
    "WhyForm",
]
