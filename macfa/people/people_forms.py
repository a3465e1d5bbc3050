"""What is typed about people: whom to invite, which role from when to when, how one ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password

from macfa.forms import ActForm, DateField, Form, Look, OneRecord
from macfa.forms.choices import SeveralRecords
from macfa.people.giving_roles import agencies_given, roles_given
from macfa.people.models import Agency, Membership
from macfa.people.roles import GUIDE, Role
from workflows import clock

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from django.db.models import QuerySet

    from macfa.people.models import User

AT_ONCE, ON_A_DAY = "now", "day"
WITH_PASSWORD, BY_LINK = "password", "link"


class RoleForm(ActForm):
    """A role, the agency it is held in, and its days."""

    role = forms.ChoiceField(
        label="Role",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a role", "invalid_choice": "Choose one of these roles"},
    )
    agency = OneRecord(
        Agency.objects.none(),
        label="Agency",
        help_text="For the roles that are an agency’s own.",
        required=False,
        empty_label="No agency",
    )
    since = DateField(label="First day")
    until = DateField(label="Last day", required=False)
    looks = {"role": Look(hints={role: guide.does for role, guide in GUIDE.items()})}

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles, agency = self.fields["role"], self.fields["agency"]
        assert isinstance(roles, forms.ChoiceField)
        assert isinstance(agency, OneRecord)
        offered = list(roles_given(by))
        roles.choices = [(role.value, role.label) for role in offered]
        agency.queryset = agencies_given(by)
        if offered and all(GUIDE[role].of_an_agency for role in offered):
            agency.empty_label = None
            agency.help_text = ""
        self.fields["since"].initial = clock.today()

    @property
    def chosen(self) -> Role:
        """The role that was chosen."""
        return Role(self.cleaned_data["role"])


class InviteForm(RoleForm):
    """Whom to invite, by an address alone."""

    email = forms.EmailField(
        label="Email address",
        help_text="We send a link to it. With that they choose a name and a password, or sign in.",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={
            "required": "Enter an email address",
            "invalid": "Enter an email address, like name@example.gov.uk",
        },
    )
    looks = {**RoleForm.looks, "email": Look(width="two-thirds")}
    field_order = ("email", "role", "agency", "since", "until")


class AcceptForm(Form):
    """Somebody who has no account yet chooses a name and a password."""

    name = forms.CharField(
        label="Your name",
        help_text="As your colleagues know you.",
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name", "spellcheck": "false"}),
        error_messages={"required": "Enter your name"},
    )
    password = forms.CharField(
        label="Choose a password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "Choose a password"},
    )
    again = forms.CharField(
        label="The same password again",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "Enter the same password again"},
    )
    looks = {name: Look(width="two-thirds") for name in ("name", "password", "again")}

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self) -> dict[str, Any]:
        """Both passwords are the same, and nobody would guess it."""
        typed = super().clean() or self.cleaned_data
        password, again = typed.get("password"), typed.get("again")
        if password and again and password != again:
            self.add_error("again", "The passwords are not the same")
        if password:
            person = get_user_model()(email=self.email, name=typed.get("name", ""))
            try:
                validate_password(password, person)
            except forms.ValidationError as weak:
                self.add_error("password", weak)
        return typed


class WhenForm(ActForm):
    """When something ends: at once, or at the end of a day."""

    when = forms.ChoiceField(
        label="When does it end?",
        choices=[(ON_A_DAY, "At the end of a day"), (AT_ONCE, "At once")],
        initial=ON_A_DAY,
        widget=forms.RadioSelect,
        error_messages={"required": "Say when it ends"},
    )
    last = DateField(label="Last day", required=False)
    mark_optional = False
    looks = {
        "when": Look(
            reveals={ON_A_DAY: ("last",)},
            hints={AT_ONCE: "They see nothing more from this moment on."},
        )
    }

    def clean(self) -> dict[str, Any]:
        """A day has to be said where it ends on one."""
        typed = super().clean() or self.cleaned_data
        if typed.get("when") == ON_A_DAY and not typed.get("last") and "last" not in self.errors:
            self.add_error("last", "Enter the last day")
        return typed

    @property
    def last_day(self) -> date | None:
        """The last day; None where it ends at once."""
        last: date | None = self.cleaned_data["last"]
        return last if self.cleaned_data["when"] == ON_A_DAY else None


class RolesHeld(SeveralRecords):
    """Roles of one person, by name."""

    def label_from_instance(self, obj: Membership) -> str:
        return obj.team.name


class EndForm(WhenForm):
    """Which of somebody's roles end, and when."""

    roles = RolesHeld(
        Membership.objects.none(),
        label="Which roles end?",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one role"},
    )
    field_order = ("roles", "when", "last")

    def __init__(self, *args: Any, held: QuerySet[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["roles"]
        assert isinstance(field, SeveralRecords)
        field.queryset = held


class MoveForm(ActForm):
    """From which agency to which, and from when."""

    leaving = OneRecord(Agency.objects.none(), label="From", empty_label=None)
    joining = OneRecord(Agency.objects.none(), label="To", empty_label=None)
    on = DateField(label="First day in the new agency")

    def __init__(
        self,
        *args: Any,
        held: Sequence[int],
        by: User,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        agencies = agencies_given(by)
        for name, offered in (("leaving", agencies.filter(pk__in=held)), ("joining", agencies)):
            field = self.fields[name]
            assert isinstance(field, OneRecord)
            field.queryset = offered
        self.fields["on"].initial = clock.today()


class HowForm(ActForm):
    """How an auditor signs in: with a password, or also by the links that e-mails carry."""

    how = forms.ChoiceField(
        label="How do they sign in?",
        choices=[
            (WITH_PASSWORD, "With a password and a second step"),
            (BY_LINK, "By a link in our e-mails, and a code"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Say how they sign in"},
    )
    looks = {
        "how": Look(
            hints={
                BY_LINK: "They see their own returns and nothing else. Each link works once. A "
                "password that they have goes on working."
            }
        )
    }

    def __init__(self, *args: Any, one: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["how"].initial = BY_LINK if one.by_link else WITH_PASSWORD

    @property
    def is_by_link(self) -> bool:
        """Whether they are to answer by link."""
        return bool(self.cleaned_data["how"] == BY_LINK)


class ReviewForm(ActForm):
    """For each role of a review: it is kept, or it ends."""

    def __init__(
        self,
        *args: Any,
        asked: Sequence[Membership],
        said: Callable[[Membership], str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.asked = {f"role_{each.pk}": each for each in asked}
        for name, each in self.asked.items():
            self.fields[name] = forms.ChoiceField(
                label=f"{each.person}: {each.team.name}",
                help_text=said(each),
                choices=[("keep", "Keep"), ("end", "End today")],
                widget=forms.RadioSelect,
                error_messages={"required": f"Say whether {each.person} keeps this role"},
            )
        self.looks = dict.fromkeys(self.asked, Look(inline=True))

    @property
    def answers(self) -> dict[Membership, bool]:
        """Each role, and whether it is kept."""
        return {each: self.cleaned_data[name] == "keep" for name, each in self.asked.items()}
