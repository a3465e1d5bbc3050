"""Opening an audit, and agreeing that it goes on."""

from django import forms

from macfa.audits import rules
from macfa.forms import ActForm, Look
from macfa.forms.checking import refused_here


class OpenForm(ActForm):
    """The first facts of an audit."""

    title = forms.CharField(
        label="Working title",
        max_length=200,
        help_text="What is audited, in a few words. For example: Neglect of primary-age children. "
        "It stays as it is when the theme is chosen; the theme then stands beside it.",
    )
    reference = forms.CharField(
        label="Short reference",
        max_length=8,
        help_text="2 to 8 letters or figures. Cases are numbered after it: NEG gives NEG-01.",
    )
    period = forms.CharField(
        label="Period",
        max_length=40,
        help_text="When the audit is planned for. For example: Q4 2026/27.",
    )
    looks = {"reference": Look(width="10"), "period": Look(width="20")}

    def clean_reference(self) -> str:
        """In capitals, since it begins every reference."""
        reference: str = self.cleaned_data["reference"].upper()
        with refused_here():
            rules.check_prefix(reference)
        return reference
