"""Lists of actions: narrowed, sorted and paged by what is in the address."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import Case, Value, When

from macfa.forms import Form, Look
from macfa.improvement.lifecycle import RUNNING
from macfa.improvement.models import Action, Brag
from macfa.improvement.standing import Standing, standings
from workflows import clock

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet
    from django.http import QueryDict

    from macfa.improvement.models import ActionQuerySet
    from macfa.people.models import User

PAGE = 50
#: What wants attention first.
WORST_FIRST = (Brag.RED, Brag.AMBER, Brag.GREEN, Brag.BLUE, Brag.ENDED)
#: Stands for the partnership itself in the filter by lead agency.
ITSELF = "-"
#: What the columns sort by; without a choice running actions come first, oldest due on top.
SORTS = {
    "action": ("audit__prefix", "number"),
    "lead": ("agency__position", "agency__code", "due"),
    "due": ("due", "number"),
}


@dataclass(frozen=True)
class Row:
    """One action in a list, with how it stands."""

    action: Action
    standing: Standing


def rows(actions: Iterable[Action]) -> list[Row]:
    """Actions with how each stands today."""
    found = list(actions)
    return list(map(Row, found, standings(found)))


def named(actions: ActionQuerySet) -> QuerySet[Action]:
    """Actions with everything a list says of them, in two statements."""
    related = ("audit__partnership", "agency", "owner", "decided_by")
    return actions.select_related(*related).prefetch_related("findings")


class ActionFilter(Form):
    """Narrows a list of actions: how they stand, who leads them, from which audit."""

    brag = forms.MultipleChoiceField(
        label="How it stands",
        choices=[(colour.value, colour.label) for colour in WORST_FIRST],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    agency = forms.MultipleChoiceField(
        label="Led by", widget=forms.CheckboxSelectMultiple, required=False
    )
    audit = forms.MultipleChoiceField(
        label="Audit", widget=forms.CheckboxSelectMultiple, required=False
    )
    mark_optional = False
    looks = {name: Look(small=True) for name in ("brag", "agency", "audit")}

    def __init__(self, data: QueryDict, actions: ActionQuerySet) -> None:
        super().__init__()
        self.asked = data
        self.offered = {"brag": {str(colour): str(colour.label) for colour in Brag}}
        self._offer("agency", _leads(actions))
        self._offer("audit", _audits(actions))
        self.initial = {name: self.chosen(name) for name in self.offered}

    def _offer(self, name: str, choices: dict[str, str]) -> None:
        self.offered[name] = choices
        field = self.fields[name]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = list(choices.items())

    def chosen(self, name: str) -> list[str]:
        """What is chosen and offered: anything else in the address is left out."""
        return [value for value in self.asked.getlist(name) if value in self.offered[name]]


def _leads(actions: ActionQuerySet) -> dict[str, str]:
    agencies = actions.order_by("agency__position", "agency__code")
    found = agencies.values_list("agency__code", "agency__name").distinct()
    return {code or ITSELF: name or "The partnership itself" for code, name in found}


def _audits(actions: ActionQuerySet) -> dict[str, str]:
    found = actions.order_by("audit__prefix").values_list("audit__prefix", "audit__title")
    return {prefix: f"{prefix} {title}" for prefix, title in found.distinct()}


@dataclass
class Listing:
    """A page of actions as the address asks for it."""

    form: ActionFilter
    page: Page[Action]
    data: QueryDict
    counts: dict[Brag, int] = field(default_factory=dict)

    @property
    def rows(self) -> list[Row]:
        """The actions of this page."""
        return rows(self.page.object_list)

    @property
    def chips(self) -> list[dict[str, str]]:
        """What is chosen, each with the address without it."""
        return [
            {"text": self.form.offered[name][value], "href": self._without(name, value)}
            for name in self.form.offered
            for value in self.form.chosen(name)
        ]

    @property
    def keep(self) -> list[tuple[str, str]]:
        """What the filter carries along: the sort."""
        sort = self.data.get("sort")
        return [("sort", str(sort))] if sort else []

    @property
    def cards(self) -> list[dict[str, Any]]:
        """How many actions stand how, each leading to those."""
        return [
            {"figure": self.counts[colour], "label": colour.label, "href": f"?brag={colour}"}
            for colour in WORST_FIRST
            if self.counts[colour] or colour is not Brag.ENDED
        ]

    @property
    def columns(self) -> dict[str, dict[str, str]]:
        """The headings that sort, each with its link and how it is sorted now."""
        return {name: self._column(name) for name in SORTS}

    @property
    def previous(self) -> str:
        """The address of the page before this one, if there is one."""
        return self._page(self.page.previous_page_number()) if self.page.has_previous() else ""

    @property
    def following(self) -> str:
        """The address of the next page, if there is one."""
        return self._page(self.page.next_page_number()) if self.page.has_next() else ""

    def _column(self, name: str) -> dict[str, str]:
        now = self.data.get("sort", "")
        state = {name: "ascending", f"-{name}": "descending"}.get(now, "")
        return {"href": self._with(sort=f"-{name}" if now == name else name), "sort": state}

    def _page(self, number: int) -> str:
        return self._with(page=str(number))

    def _with(self, **values: str) -> str:
        data = self.data.copy()
        for name, value in values.items():
            data[name] = value
        return f"?{data.urlencode()}"

    def _without(self, name: str, value: str) -> str:
        data = self.data.copy()
        data.pop("page", None)
        data.setlist(name, [kept for kept in data.getlist(name) if kept != value])
        return f"?{data.urlencode()}"


def listing(person: User, data: QueryDict) -> Listing:
    """The actions of the partnership somebody may see, as the address asks for them."""
    today = clock.today()
    actions = Action.objects.visible_to(person).filter(audit__partnership=person.reach.here)
    form = ActionFilter(data, actions)
    found = _sorted(_narrowed(actions, form), data.get("sort", ""))
    page = Paginator(named(found), PAGE).get_page(data.get("page"))
    return Listing(form, page, data, actions.brag_counts(today))


def _narrowed(actions: ActionQuerySet, form: ActionFilter) -> ActionQuerySet:
    if colours := form.chosen("brag"):
        actions = actions.standing(colours, clock.today())
    if leads := form.chosen("agency"):
        led = actions.filter(agency__code__in=leads)
        actions = led | actions.filter(agency=None) if ITSELF in leads else led
    if audits := form.chosen("audit"):
        actions = actions.filter(audit__prefix__in=audits)
    return actions


def _sorted(actions: ActionQuerySet, sort: str) -> ActionQuerySet:
    name = sort.removeprefix("-")
    if name not in SORTS:
        over = Case(When(state__in=RUNNING, then=Value(0)), default=Value(1))
        return actions.annotate(over=over).order_by("over", "due", "pk")
    columns = [*SORTS[name], "pk"]
    return actions.order_by(*(f"-{column}" if sort != name else column for column in columns))
