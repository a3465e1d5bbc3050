"""What the pages of notifications ask: which to show, and how somebody wants to be told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms

from notifications.kinds import Kind
from notifications.models import Hours, HowEmail
from notifications.preferences import CHOSEN

if TYPE_CHECKING:
    from notifications.narrowing import Narrowing
    from notifications.preferences import Wishes

ABOUT = {Kind.TASKS: "tasks", Kind.REMINDERS: "reminders", Kind.NEWS: "other news"}
HOURS = [(hour, f"{hour:02}:00") for hour in range(24)]
NO_HOUR = [("", "None"), *HOURS]
NOT_AN_HOUR = dict.fromkeys(("required", "invalid_choice"), "Choose an hour from the list")


def hour(**more: Any) -> forms.TypedChoiceField:
    """An hour of the day, chosen from a list."""
    return forms.TypedChoiceField(coerce=int, error_messages=NOT_AN_HOUR, **more)


class InboxFilter(forms.Form):
    """Narrows the inbox: to one kind, to what is unread."""

    kind = forms.ChoiceField(
        label="Kind", choices=[("", "All kinds"), *Kind.choices], required=False
    )
    unread = forms.MultipleChoiceField(
        label="Show", choices=[("1", "Unread only")], widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, narrowing: Narrowing) -> None:
        super().__init__()
        chosen = ["1"] if narrowing.unread else []
        self.initial = {"kind": narrowing.kind or "", "unread": chosen}


class HowToldForm(forms.Form):
    """Which news an open page announces, when e-mail comes, and in which hours none does."""

    use_required_attribute = False
    looks: ClassVar[dict[str, Any]] = {}

    live = forms.MultipleChoiceField(
        label="On a page that you have open, say at once when there are",
        help_text="What is not said at once is still in your notifications, and is counted.",
        choices=[(kind, ABOUT[kind].capitalize()) for kind in CHOSEN],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Choose from the list"},
    )
    daily_at = hour(label="Hour of the daily e-mail", choices=HOURS)
    quiet_from = hour(
        label="No e-mail from",
        help_text="What comes in these hours is sent when they end.",
        choices=NO_HOUR,
        empty_value=None,
        required=False,
    )
    quiet_until = hour(label="No e-mail until", choices=NO_HOUR, empty_value=None, required=False)

    def __init__(self, *args: Any, wishes: Wishes, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in CHOSEN:
            self.fields[f"email_{kind}"] = forms.ChoiceField(
                label=f"E-mail about {ABOUT[kind]}",
                choices=HowEmail.choices,
                initial=wishes.email(kind),
                widget=forms.RadioSelect,
                error_messages={
                    "required": f"Choose when you get e-mail about {ABOUT[kind]}",
                    "invalid_choice": "Choose from the list",
                },
            )
        self.order_fields(["live", *(f"email_{kind}" for kind in CHOSEN)])
        self.initial["live"] = [kind for kind in CHOSEN if wishes.live(kind)]
        for name in ("daily_at", "quiet_from", "quiet_until"):
            self.initial[name] = getattr(wishes.hours, name)

    def clean(self) -> dict[str, Any]:
        """Quiet hours begin and end, and the daily e-mail does not fall into them."""
        data = self.cleaned_data
        begins, ends = data.get("quiet_from"), data.get("quiet_until")
        if (begins is None) != (ends is None):
            missing = "quiet_from" if begins is None else "quiet_until"
            self.add_error(missing, "Choose both hours, or “None” for both")
        elif begins is not None and begins == ends:
            self.add_error("quiet_until", "The quiet hours must end at another hour")
        elif not self.errors and HowEmail.DIGEST in self.email.values():
            self._check_daily()
        return data

    def _check_daily(self) -> None:
        if self.hours.covers(self.hours.daily_at):
            self.add_error("daily_at", "Choose an hour outside the hours without e-mail")

    @property
    def email(self) -> dict[Kind, str]:
        """When e-mail comes, by kind."""
        return {kind: self.cleaned_data[f"email_{kind}"] for kind in CHOSEN}

    @property
    def hours(self) -> Hours:
        """The hours chosen."""
        names = ("daily_at", "quiet_from", "quiet_until")
        return Hours(**{name: self.cleaned_data[name] for name in names})
