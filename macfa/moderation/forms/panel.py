"""The panel: who sits on it, who was present, what its members declare."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from macfa.audits.lifecycle import Stage
from macfa.forms import ActForm, DateField, Look, OneRecord, SeveralRecords
from macfa.forms.checking import refused_beside, refused_here
from macfa.moderation import rules
from macfa.moderation.access import Candidate, candidates
from macfa.moderation.models import USUAL_QUORUM, PanelMember
from macfa.people.models import Agency
from macfa.sampling.models import Case
from workflows import clock
from workflows.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from django.db.models import QuerySet

    from macfa.audits.models import Audit
    from macfa.moderation.models import Panel
    from macfa.people.models import User

ROWS = forms.Textarea(attrs={"rows": "3"})


def choose_people(field: forms.Field, people: Sequence[Candidate]) -> None:
    """Let a field choose among people, by name, and give the account chosen."""
    assert isinstance(field, forms.TypedChoiceField | forms.TypedMultipleChoiceField)
    by_id = {each.person.public_id: each.person for each in people}
    field.choices = [(public_id, person.name) for public_id, person in by_id.items()]
    field.coerce = by_id.__getitem__


class ConveneForm(ActForm):
    """Who sits on the panel and who chairs it, when it meets, and its quorum."""

    chair = forms.TypedChoiceField(
        label="Who chairs the panel?",
        widget=forms.RadioSelect,
        error_messages={"required": "Select who chairs the panel"},
    )
    members = forms.TypedMultipleChoiceField(
        label="Who else sits on the panel?",
        help_text="Select all that apply. Somebody without an account can be added as a guest "
        "once the panel is convened.",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Select the members of the panel"},
    )
    meets_on = DateField(label="When does the panel meet?")
    quorum = forms.IntegerField(
        label="Quorum",
        help_text="How many have to be present, the chair included.",
        error_messages={"invalid": "Quorum must be a whole number"},
    )

    def __init__(self, *args: Any, audit: Audit, **kwargs: Any) -> None:
        people = candidates(audit)
        kwargs["initial"] = {
            "chair": people[0].person.public_id if people else None,
            "meets_on": audit.due(Stage.MODERATION),
            "quorum": USUAL_QUORUM,
        }
        super().__init__(*args, version=audit.version, **kwargs)
        self.audit = audit
        seats = Look(hints={each.person.public_id: each.seat for each in people}, small=True)
        self.looks = {"chair": seats, "members": seats, "quorum": Look(width="2")}
        choose_people(self.fields["chair"], people)
        choose_people(self.fields["members"], people)

    def clean(self) -> dict[str, Any]:
        """The panel is big enough, and can be quorate."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "chair" in cleaned and "members" in cleaned:
            chair: User = cleaned["chair"]
            members = [person for person in cleaned["members"] if person.pk != chair.pk]
            cleaned["members"] = members
            self._check("members", chair, members)
        return cleaned

    def _check(self, beside: str, chair: User, members: list[User]) -> None:
        try:
            rules.check_members(chair, members, self.audit)
            beside = "quorum"
            if "quorum" in self.cleaned_data:
                rules.check_quorum(self.cleaned_data["quorum"], len(members) + 1)
        except Refused as refusal:
            self.add_error(beside, refusal.sentence)


class DeputyForm(ActForm):
    """Somebody who joins a panel, perhaps for a member who cannot come."""

    deputy_for = OneRecord(
        label="Deputy for",
        help_text="A deputy comes from the same agency.",
        queryset=PanelMember.objects.none(),
        required=False,
        empty_label="Nobody: joins beside the others",
    )

    def __init__(self, *args: Any, panel: Panel, **kwargs: Any) -> None:
        super().__init__(*args, version=panel.version, **kwargs)
        choose_rows(self.fields["deputy_for"], panel.members.order_by("pk"))


def choose_rows(field: forms.Field, rows: QuerySet[Any]) -> None:
    """Let a field choose among these rows."""
    assert isinstance(field, OneRecord | SeveralRecords)
    field.queryset = rows


class MemberForm(DeputyForm):
    """Somebody with an account joins the panel."""

    person = forms.TypedChoiceField(
        label="Who joins the panel?",
        widget=forms.RadioSelect,
        error_messages={"required": "Select who joins the panel"},
    )
    field_order = ("person", "deputy_for")

    def __init__(self, *args: Any, panel: Panel, **kwargs: Any) -> None:
        super().__init__(*args, panel=panel, **kwargs)
        # Once posted, everybody: who joined meanwhile is refused in words, not as a wrong choice.
        there = set() if self.is_bound else set(panel.members.values_list("person", flat=True))
        self.people = [each for each in candidates(panel.audit) if each.person.pk not in there]
        hints = {each.person.public_id: each.seat for each in self.people}
        self.looks = {"person": Look(hints=hints)}
        choose_people(self.fields["person"], self.people)


class GuestForm(DeputyForm):
    """Somebody without an account sits on the panel; somebody else types for them."""

    name = forms.CharField(label="Name", max_length=120)
    role = forms.CharField(label="Job or role", max_length=120)
    agency = OneRecord(
        label="Agency", queryset=Agency.objects.none(), required=False, empty_label="None of these"
    )
    field_order = ("name", "role", "agency", "deputy_for")

    def __init__(self, *args: Any, panel: Panel, **kwargs: Any) -> None:
        super().__init__(*args, panel=panel, **kwargs)
        agencies = Agency.objects.on(clock.today())
        mine = agencies.filter(partnership=panel.audit.partnership_id)
        choose_rows(self.fields["agency"], mine)


class SittingForm(ActForm):
    """When the panel sat, who was there, and why it went ahead where that was too few."""

    held_on = DateField(label="When did the panel sit?")
    present = SeveralRecords(
        label="Who was present?",
        queryset=PanelMember.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Select who was present"},
    )
    note = forms.CharField(
        label="Why the panel went ahead without a quorum",
        help_text="Leave this empty if enough people were present.",
        widget=ROWS,
        required=False,
        max_length=2000,
    )

    def __init__(self, *args: Any, panel: Panel, **kwargs: Any) -> None:
        kwargs["initial"] = {"held_on": clock.today()}
        super().__init__(*args, version=panel.version, **kwargs)
        self.panel = panel
        members = panel.members.select_related("agency").order_by("pk")
        choose_rows(self.fields["present"], members)
        hints = {str(m.pk): ", ".join(filter(None, (m.role, str(m.agency or "")))) for m in members}
        self.looks = {"present": Look(hints=hints)}

    def clean_held_on(self) -> date:
        """A sitting is recorded when it has been held."""
        held_on: date = self.cleaned_data["held_on"]
        with refused_here():
            rules.check_held(held_on)
        return held_on

    def clean(self) -> dict[str, Any]:
        """Without a quorum there is a reason."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "present" in cleaned:
            with refused_beside(self, "note"):
                rules.check_quorate(self.panel, list(cleaned["present"]), cleaned.get("note", ""))
        return cleaned


class PreparationForm(ActForm):
    """A member has read the cases, and says with which they have a conflict of interest."""

    mark_optional = False
    conflicts = SeveralRecords(
        label="Do you have a conflict of interest with any of these cases?",
        help_text="For example you worked with the family, managed somebody who did, or know them "
        "personally. You will no longer see a case you select. Select none if you have none.",
        queryset=Case.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    why = forms.CharField(
        label="If you selected a case: what is the conflict of interest?",
        help_text="Do not name a child.",
        widget=ROWS,
        required=False,
        max_length=1000,
    )

    def __init__(self, *args: Any, member: PanelMember, cases: QuerySet[Case], **kw: Any) -> None:
        super().__init__(*args, version=member.version, **kw)
        choose_rows(self.fields["conflicts"], cases)
        hints = {str(case.pk): case.profile or case.stratum for case in cases}
        self.looks = {"conflicts": Look(hints=hints)}

    def clean(self) -> dict[str, Any]:
        """A conflict has a reason."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("conflicts"):
            with refused_beside(self, "why"):
                rules.check_conflict_says(cleaned.get("why", ""))
        return cleaned


class ConflictForm(ActForm):
    """A conflict of interest found later, with one case."""

    why = forms.CharField(
        label="What is the conflict of interest?",
        help_text="Do not name a child.",
        widget=ROWS,
        max_length=1000,
    )


class WithoutForm(ActForm):
    """Without whom the panel decides a case, and why."""

    member = OneRecord(
        label="Who is missing?",
        queryset=PanelMember.objects.none(),
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={"required": "Select who is missing"},
    )
    why = forms.CharField(
        label="Why may the panel decide the case without them?",
        help_text="For example: no deputy can come, and the agency had no part in the case.",
        widget=ROWS,
        max_length=2000,
    )

    def __init__(self, *args: Any, members: QuerySet[PanelMember], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        member = self.fields["member"]
        assert isinstance(member, OneRecord)
        member.queryset = members


class ReasonForm(ActForm):
    """Why a case is looked at again."""

    why = forms.CharField(
        label="Why does the panel look at this case again?",
        help_text="For example a return came late. The decision so far is kept beside the new one.",
        widget=ROWS,
        max_length=2000,
    )
