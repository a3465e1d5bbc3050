"""How a form looks: GOV.UK markup for every form of the site, sign-in included."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import DjangoTemplates, TemplatesSetting
from django.utils.functional import cached_property

#: Class of a control by its kind of widget; the first that fits counts.
CONTROLS: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.PasswordInput, "govuk-input"),
    (forms.FileInput, "govuk-file-upload"),
    (forms.CheckboxInput, "govuk-checkboxes__input"),
    (forms.RadioSelect, "govuk-radios__input"),
    (forms.CheckboxSelectMultiple, "govuk-checkboxes__input"),
    (forms.Select, "govuk-select"),
    (forms.Textarea, "govuk-textarea"),
    (forms.widgets.Input, "govuk-input"),
)
#: How tall a textarea is where the form does not say, Django's and ours.
STOCK_ROWS, ROWS = "10", "5"
#: With room for more characters than this, scripts count only when most of it is used.
ROOMY = 5000
CHOICES = (forms.RadioSelect, forms.CheckboxSelectMultiple)


@dataclass(frozen=True)
class Look:
    """How one field looks, where the usual look will not do."""

    #: Of the label: s, m, l, xl, or empty for plain text.
    size: str = "s"
    #: Of the control: a number of characters (2, 3, 4, 5, 10, 20, 30) or a part of the page
    #: (one-half, two-thirds ...).
    width: str = ""
    #: The label is the page's h1: the page has one question.
    heading: bool = False
    #: Radios or checkboxes side by side, or small.
    inline: bool = False
    small: bool = False
    #: A hint under a choice, by its value.
    hints: Mapping[str, str] = field(default_factory=dict)
    #: Fields that only matter when a choice is made, by its value. Without scripts all show.
    reveals: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Choice:
    """One radio or checkbox as it is drawn."""

    id: str
    name: str
    value: str
    label: str
    selected: bool
    disabled: bool
    hint: str
    revealed: tuple[GovukBoundField, ...]


class GovukBoundField(BoundField):
    """A field that knows its GOV.UK classes, its choices and where an error should lead."""

    @cached_property
    def look(self) -> Look:
        looks: Mapping[str, Look] = getattr(self.form, "looks", {})
        return looks.get(self.name, Look())

    @property
    def use_fieldset(self) -> bool:
        """Whether several controls answer one question. A file is one control."""
        return super().use_fieldset and not isinstance(self.field.widget, forms.FileInput)

    @property
    def kind(self) -> str:
        """Which template draws the control: choices, checkbox, password, counted or plain."""
        widget = self.field.widget
        if isinstance(widget, CHOICES):
            return "choices"
        if isinstance(widget, forms.CheckboxInput):
            return "checkbox"
        if isinstance(widget, forms.PasswordInput):
            return "password"
        return "counted" if self.longest else "plain"

    @property
    def longest(self) -> int | None:
        """How many characters a textarea takes: counted, never cut off while someone pastes."""
        if isinstance(self.field.widget, forms.Textarea):
            return getattr(self.field, "max_length", None)
        return None

    @property
    def longest_in_words(self) -> str:
        """As people write it: 20,000."""
        return f"{self.longest:,}"

    @property
    def is_roomy(self) -> bool:
        """Whether there is so much room that the count only shows when it runs out."""
        return (self.longest or 0) > ROOMY

    @property
    def optional(self) -> bool:
        """Whether the label says that this may be left empty."""
        return not self.field.required and getattr(self.form, "mark_optional", False)

    @property
    def is_multiple(self) -> bool:
        return isinstance(self.field.widget, forms.CheckboxSelectMultiple)

    @property
    def first_control_id(self) -> str:
        """Where the error summary leads: the field's first control."""
        widget = self.field.widget
        several = isinstance(widget, (*CHOICES, forms.MultiWidget))
        return f"{self.auto_id}_0" if several else self.auto_id

    @property
    def aria_describedby(self) -> str | None:
        """The ids of the hint, the error and the count of characters left."""
        described = super().aria_describedby
        if self.kind == "counted" and self.auto_id:
            return f"{described or ''} {self.auto_id}-info".strip()
        return described

    @property
    def is_revealed(self) -> bool:
        """Whether another field's choice shows this one, so that it is drawn under that choice."""
        looks: Mapping[str, Look] = getattr(self.form, "looks", {})
        return any(self.name in names for look in looks.values() for names in look.reveals.values())

    @property
    def choices(self) -> Iterator[Choice]:
        """The radios or checkboxes of this field."""
        for widget in self.subwidgets:
            data, attrs = widget.data, widget.data["attrs"]
            value = str(data["value"])
            yield Choice(
                id=str(attrs.get("id", "")),
                name=data["name"],
                value=value,
                label=data["label"],
                selected=bool(data["selected"]),
                disabled=bool(attrs.get("disabled")),
                hint=self.look.hints.get(value, ""),
                revealed=tuple(self._sibling(name) for name in self.look.reveals.get(value, ())),
            )

    def _sibling(self, name: str) -> GovukBoundField:
        sibling = self.form[name]
        assert isinstance(sibling, GovukBoundField)
        return sibling

    def build_widget_attrs(
        self, attrs: dict[str, str | bool], widget: forms.Widget | None = None
    ) -> dict[str, str | bool]:
        """The attributes of the control, with its classes."""
        built = super().build_widget_attrs(attrs, widget)
        drawn = widget or self.field.widget
        if classes := " ".join(self._classes(drawn)):
            built["class"] = classes
        if "placeholder" in drawn.attrs:
            built["placeholder"] = False
        if isinstance(drawn, forms.Textarea):
            built |= {"maxlength": False, "cols": False}
            if drawn.attrs.get("rows") == STOCK_ROWS:
                built["rows"] = ROWS
        return built

    def _classes(self, widget: forms.Widget) -> Iterator[str]:
        control = next((css for kind, css in CONTROLS if isinstance(widget, kind)), "")
        if not control or widget.is_hidden:
            return
        yield control
        if isinstance(widget, forms.PasswordInput):
            yield "govuk-password-input__input govuk-js-password-input-input"
        if self.longest:
            yield "govuk-js-character-count"
        if self.errors and "__" not in control:
            yield f"{control}--error"
        if self.look.width:
            number = self.look.width.isdecimal()
            yield f"govuk-{'input--' if number else '!-'}width-{self.look.width}"
        if own := widget.attrs.get("class"):
            yield str(own)


class GovukRenderer(TemplatesSetting):
    """Draws forms from templates/components/forms; bare controls are Django's own."""

    form_template_name = "components/forms/fields.html"
    field_template_name = "components/forms/field.html"
    bound_field_class = GovukBoundField
    bare = DjangoTemplates()

    def get_template(self, template_name: str) -> Any:
        if template_name.startswith("django/forms/"):
            return self.bare.get_template(template_name)
        return super().get_template(template_name)
