"""The one way a form looks and speaks: GOV.UK markup, plain error sentences, one-use tokens.

`GovukRenderer` draws every form of the site, sign-in included. Our own inherit `Form`, or
`ActForm` where they post an act. How a field looks is said beside it, in `looks`::

    class ThemeForm(ActForm):
        title = forms.CharField(label="Theme", max_length=200)
        source = forms.ChoiceField(label="Source", choices=Source, widget=forms.RadioSelect)
        due = DateField(label="Returns due")
        looks = {"title": Look(width="two-thirds"), "source": Look(size="m")}

    form = ThemeForm(request.POST or None, version=audit.version)
    if form.is_valid():
        choose_theme(..., token=form.token, expects=form.expects, by=user)
"""

from macfa.forms.base import ActForm, Form
from macfa.forms.choices import OneRecord, SeveralRecords
from macfa.forms.dates import DateField
from macfa.forms.rendering import GovukRenderer, Look

__all__ = ["ActForm", "DateField", "Form", "GovukRenderer", "Look", "OneRecord", "SeveralRecords"]
