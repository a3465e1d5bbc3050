"""What people type about actions."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from django import forms

from macfa.audits.rules import can_coordinate
from macfa.findings.models import Finding
from macfa.forms import ActForm, DateField, Look, OneRecord, SeveralRecords
from macfa.improvement.rules import AGENCY_OWNERS, PARTNERSHIP_OWNERS
from macfa.people.models import Agency, Membership, User
from workflows import clock

if TYPE_CHECKING:
    from collections.abc import Collection

    from macfa.audits.models import Audit
    from macfa.improvement.models import Action
    from macfa.people.models import Partnership

Owner = tuple[User, Agency | None]


class OwnerField(forms.ChoiceField):
    """Who owns an action, chosen from one list under the names of the agencies.

    The choice says for whom, too: one person may own actions of several agencies.
    """

    owners: dict[str, Owner]

    def offer(
        self,
        partnership: Partnership,
        *,
        agencies: Collection[Agency | None] | None = None,
        without: Owner | None = None,
    ) -> None:
        """Offer everybody who may own an action of this partnership today, but for one; of these
        agencies alone, where they are named (None is the partnership itself)."""
        self.owners, groups = {}, defaultdict(list)
        for membership in _possible_owners(partnership):
            agency, person = membership.team.agency, membership.person
            if agencies is not None and agency not in agencies:
                continue
            key = f"{person.public_id}:{agency.code if agency else ''}"
            if key in self.owners:
                continue
            self.owners[key] = (person, agency)
            if (person, agency) != without:
                groups[str(agency or "The partnership itself")].append((key, person.name))
        self.choices = [("", "Choose who owns it"), *groups.items()]

    def valid_value(self, value: object) -> bool:
        """Whoever may own it, whether shown or not: a form posted twice lands on its result."""
        return value in self.owners

    def clean(self, value: Any) -> Owner | None:
        """The person chosen, and the agency for which they own it."""
        return self.owners.get(super().clean(value))


def _possible_owners(partnership: Partnership) -> list[Membership]:
    """Who may own an action, agency by agency, the partnership's own people last."""
    current = Membership.objects.current().filter(team__partnership=partnership)
    of_agencies = current.filter(
        team__role__in=AGENCY_OWNERS, team__agency__in=partnership.agencies.on(clock.today())
    ).order_by("team__agency__position", "team__agency__code", "person__name")
    of_itself = current.filter(team__role__in=PARTNERSHIP_OWNERS).order_by("person__name")
    with_names = ("person", "team__agency")
    return [*of_agencies.select_related(*with_names), *of_itself.select_related(*with_names)]


def findings_field(**kwargs: Any) -> Any:
    """Boxes for the findings that an action answers; the choices come with the audit."""
    return SeveralRecords(
        label="Which findings does it answer?",
        queryset=None,
        widget=forms.CheckboxSelectMultiple,
        **kwargs,
    )


def _offer_findings(form: ActForm, audit: Audit) -> bool:
    """Offer the findings of an audit, good practice last; whether there are any."""
    field = form.fields["findings"]
    assert isinstance(field, SeveralRecords)
    findings = Finding.objects.filter(audit=audit).order_by("-kind", "number")
    field.queryset = findings
    return findings.exists()


def _owners(form: ActForm) -> OwnerField:
    field = form.fields["owner"]
    assert isinstance(field, OwnerField)
    return field


class OpenForm(ActForm):
    """An action: what, for which finding, whose, by when, and how one will know (R43)."""

    title = forms.CharField(
        label="What will be done?",
        help_text="Something that can be finished. For example: one shared neglect chronology "
        "for cases open 6 months or longer. “Remind staff” is not an action.",
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=300,
    )
    findings = findings_field(
        help_text="An action that cannot wait for the findings may be joined to them later.",
        required=False,
    )
    owner = OwnerField(
        label="Who owns it?",
        help_text="The owner’s agency leads the action.",
        error_messages={"required": "Choose who owns it"},
    )
    several = forms.ChoiceField(
        label="Who has to do something?",
        choices=[("several", "Several agencies"), ("one", "The lead agency alone")],
        widget=forms.RadioSelect,
        initial="several",
    )
    due = DateField(label="Due date", help_text="For example, 18 12 2026.")
    measure = forms.CharField(
        label="How will you know that it worked?",
        help_text="Something to count. For example: 18 of 20 dip-sampled records are current.",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
    )
    looks = {"findings": Look(small=True), "several": Look(inline=True)}

    def __init__(self, *args: Any, audit: Audit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _owners(self).offer(audit.partnership)
        if not _offer_findings(self, audit):
            del self.fields["findings"]


class HandOverForm(ActForm):
    """To whom an action moves in its agency, or from there to the partnership itself, and why."""

    owner = OwnerField(
        label="Who takes the action on?",
        error_messages={"required": "Choose who takes the action on"},
    )
    why = forms.CharField(
        label="Why does it move?",
        help_text="The old and the new owner are told this.",
        widget=forms.Textarea,
        max_length=500,
    )

    def __init__(self, *args: Any, action: Action, by: User, **kwargs: Any) -> None:
        super().__init__(*args, version=action.version, **kwargs)
        own: set[Agency | None] = {action.agency}
        if can_coordinate(action.audit, by):
            own.add(None)
        now = (action.owner, action.agency)
        _owners(self).offer(action.audit.partnership, agencies=own, without=now)


class OfferForm(ActForm):
    """Which agency is asked to take an action on, and why."""

    agency = OneRecord(
        label="Which agency should take the action on?",
        queryset=Agency.objects.none(),
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={"required": "Select the agency that should take the action on"},
    )
    why = forms.CharField(
        label="Why does it move?",
        help_text="The agency’s lead reads this, and both owners where they take it on.",
        widget=forms.Textarea,
        max_length=500,
    )

    def __init__(self, *args: Any, action: Action, **kwargs: Any) -> None:
        super().__init__(*args, version=action.version, **kwargs)
        field = self.fields["agency"]
        assert isinstance(field, OneRecord)
        others = action.audit.partnership.agencies.on(clock.today())
        field.queryset = others.exclude(pk=action.agency_id) if action.agency_id else others


class TakeOnForm(ActForm):
    """Who owns an action in the agency that takes it on."""

    owner = OwnerField(
        label="Who owns it in your agency?",
        error_messages={"required": "Choose who owns it"},
    )

    def __init__(self, *args: Any, action: Action, **kwargs: Any) -> None:
        super().__init__(*args, version=action.version, **kwargs)
        _owners(self).offer(action.audit.partnership, agencies={action.offered_to or action.agency})


class DeclineForm(ActForm):
    """Why an agency does not take an action on."""

    why = forms.CharField(
        label="Why does your agency not take it on?",
        help_text="Whoever offered it, and the agency that has it, can read this.",
        widget=forms.Textarea,
        max_length=500,
    )


class TakeBackForm(ActForm):
    """Why an offer is taken back before it was answered."""

    why = forms.CharField(
        label="Why do you take the offer back?",
        help_text="The agency’s lead can read this.",
        widget=forms.Textarea,
        max_length=500,
    )


class FindingsForm(ActForm):
    """Which findings an action answers."""

    findings = findings_field(error_messages={"required": "Select at least one finding"})
    looks = {"findings": Look(small=True)}

    def __init__(self, *args: Any, action: Action, **kwargs: Any) -> None:
        kwargs["initial"] = {"findings": list(action.findings.values_list("pk", flat=True))}
        super().__init__(*args, version=action.version, **kwargs)
        _offer_findings(self, action.audit)


class UpdateForm(ActForm):
    """How an action is going."""

    text = forms.CharField(
        label="How is it going?",
        help_text="What has been done since the last update, and what comes next. No names.",
        widget=forms.Textarea,
        max_length=5000,
    )
    at_risk = forms.ChoiceField(
        label="Is it on track to be completed?",
        choices=[("no", "Yes, it is on track"), ("yes", "It is at risk")],
        widget=forms.RadioSelect,
    )
    looks = {
        "at_risk": Look(hints={"yes": "The action turns amber, so that others can help in time."})
    }

    def __init__(self, *args: Any, action: Action, **kwargs: Any) -> None:
        super().__init__(*args, version=action.version, **kwargs)
        if action.due < clock.today():
            overdue = "It stays red, as it is overdue; this says that it needs help."
            self.looks = {"at_risk": Look(hints={"yes": overdue})}


class ClaimForm(ActForm):
    """That an action is done: output, impact and evidence are three answers (R46)."""

    output = forms.CharField(
        label="What was done?",
        help_text="The work itself. For example: 60 people in 6 agencies were trained.",
        widget=forms.Textarea,
        max_length=5000,
    )
    impact = forms.CharField(
        label="What changed for children?",
        help_text="What is different now because of it. That people were trained is not a "
        "change for children; that three plans changed after a call is.",
        widget=forms.Textarea,
        max_length=5000,
    )
    evidence = forms.CharField(
        label="What shows it?",
        help_text="Where the success measure was counted, when and by whom. For example: dip "
        "sample of 25 records on 14 September, 23 of 25 show the call. No names.",
        widget=forms.Textarea,
        max_length=5000,
    )


class AcceptForm(ActForm):
    """What was seen when an action was accepted."""

    comment = forms.CharField(
        label="What convinced you?",
        help_text="For example: the dip sample was seen at the meeting of 6 October.",
        widget=forms.Textarea,
        max_length=2000,
        required=False,
    )


class SendBackForm(ActForm):
    """Why the evidence is not enough."""

    why = forms.CharField(
        label="What does the evidence not show yet?",
        help_text="The owner is told this.",
        widget=forms.Textarea,
        max_length=2000,
    )


class EndForm(ActForm):
    """Why an action is not needed any more."""

    reason = forms.CharField(
        label="Why is the action no longer needed?",
        help_text="The owner is told this.",
        widget=forms.Textarea,
        max_length=2000,
    )


class DueForm(ActForm):
    """The new due date of an action, and why it moves."""

    due = DateField(label="New due date", help_text="For example, 29 1 2027.")
    reason = forms.CharField(
        label="Why does it move?",
        help_text="The owner is told this.",
        widget=forms.Textarea,
        max_length=500,
    )
