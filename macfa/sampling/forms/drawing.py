"""How to draw: by which characteristic, how many, with which seed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from macfa.forms import ActForm, Form, Look
from macfa.sampling.balance import Counts, in_order
from macfa.sampling.draw import (
    LONGEST_SEED,
    LONGEST_STRATUM,
    MOST_AT_ONCE,
    Condition,
    Plan,
    PurposivePick,
    Quota,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from macfa.sampling.draw import TooFew

#: A characteristic with more values than this cannot be typed in as strata, or ticked away.
MOST_STRATA = 40
MOST_TO_TICK = 12


class StrataForm(Form):
    """By which characteristic the pool is divided. In the address, so that it can be changed."""

    mark_optional = False
    column = forms.ChoiceField(
        label="Divide the pool into strata by",
        required=False,
        help_text="Each value of it becomes a stratum that you draw from separately.",
    )

    def __init__(self, *args: Any, counts: Counts, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        columns = [(column, column) for column in counts if can_be_strata(counts, column)]
        self.fields["column"].choices = [  # type: ignore[attr-defined]
            *columns,
            ("", "No strata: draw from the whole pool"),
        ]


def can_be_strata(counts: Counts, column: str) -> bool:
    """Whether the values of a column are few and short enough to be strata."""
    values = counts[column]
    return len(values) <= MOST_STRATA and all(len(value) <= LONGEST_STRATUM for value in values)


def column_to_divide_by(counts: Counts, asked: str | None) -> str:
    """The characteristic asked for; where none is, the first that gives a few strata."""
    if asked is not None:
        return asked if asked in counts and can_be_strata(counts, asked) else ""
    few = (c for c in counts if can_be_strata(counts, c) and len(counts[c]) > 1)
    return next(few, "")


def how_many(label: str, help_text: str = "", *, least: int = 0) -> forms.IntegerField:
    """A number of cases, none if left empty."""
    return forms.IntegerField(
        label=label,
        help_text=help_text,
        required=False,
        min_value=least,
        max_value=MOST_AT_ONCE,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class DrawForm(ActForm):
    """How to draw: how many of each stratum, at random and in reserve, with which seed."""

    mark_optional = False
    random = how_many("At random", "Drawn from all rows that no stratum has taken.")
    reserves = how_many(
        "Reserves", "In total, shared evenly among the strata. They replace cases that drop out."
    )
    seed = forms.CharField(
        label="Seed",
        max_length=LONGEST_SEED,
        help_text="Any text. With the same seed anyone can repeat the draw; another seed gives "
        "another draw.",
    )
    exclude = forms.MultipleChoiceField(
        label="Leave out rows with",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Rows with any of these cannot be drawn.",
    )
    purposive = forms.CharField(
        label="Pick rows on purpose",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="One on each line: the row id, a comma, and why. Name nobody.",
    )
    looks = {
        "random": Look(width="4"),
        "reserves": Look(width="4"),
        "seed": Look(width="20"),
        "exclude": Look(small=True),
    }

    def __init__(
        self, *args: Any, counts: Counts, column: str, current: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.column, self.current = column, current
        self.values = in_order(value for value in counts.get(column, ()) if value)
        for number, value in enumerate(self.values):
            self.fields[f"stratum_{number}"] = how_many(f"{column}: {value}")
        self.looks = {**self.looks, **{name: Look(width="4") for name in self.stratum_names}}
        self.populations: Mapping[str, int] = counts.get(column, {})
        self.conditions = dict(_conditions(counts))
        exclude = self.fields["exclude"]
        assert isinstance(exclude, forms.MultipleChoiceField)
        exclude.choices = [
            (key, f"{condition.column}: {condition.value}")
            for key, condition in self.conditions.items()
        ]

    def clean_purposive(self) -> tuple[PurposivePick, ...]:
        """Row ids picked on purpose, each with why."""
        lines = [line.strip() for line in self.cleaned_data["purposive"].splitlines()]
        return tuple(_pick(line) for line in lines if line)

    def clean(self) -> None:
        """Something is drawn at all, and from the pool whose numbers the page showed."""
        if self.data.get("pool", self.current) != self.current:
            raise forms.ValidationError("A newer pool was loaded since. These are its numbers.")
        if self.errors:
            return
        plan = self.plan
        if not (plan.quotas or plan.random or plan.purposive):
            raise forms.ValidationError("Say how many cases to draw, from one stratum at least.")

    @property
    def plan(self) -> Plan:
        """What is asked of the draw."""
        typed = self.cleaned_data
        sizes = zip(self.values, (typed[name] or 0 for name in self.stratum_names), strict=True)
        return Plan(
            seed=typed["seed"],
            quotas=tuple(Quota(self.column, value, size) for value, size in sizes if size),
            random=typed["random"] or 0,
            reserves=typed["reserves"] or 0,
            exclude_if=tuple(self.conditions[key] for key in typed["exclude"]),
            purposive=typed["purposive"],
        )

    @property
    def stratum_names(self) -> list[str]:
        """The fields of the strata, in the order of their values."""
        return [f"stratum_{number}" for number in range(len(self.values))]

    @property
    def strata(self) -> list[tuple[str, int, forms.BoundField]]:
        """Each stratum for the page: its value, its rows in the pool, and how many to draw."""
        return [
            (value, self.populations[value], self[name])
            for value, name in zip(self.values, self.stratum_names, strict=True)
        ]

    @property
    def has_special_rows(self) -> bool:
        """Whether rows are left out or picked on purpose, so that this part stands open."""
        names = ("exclude", "purposive")
        return any(self[name].value() or self[name].errors for name in names)

    @property
    def unknown(self) -> int:
        """Rows of the pool that are in no stratum, since the column is empty there."""
        return self.populations.get("", 0)

    def add_shortages(self, refused: TooFew) -> None:
        """Say beside each stratum that it has too few rows."""
        names = dict(zip(self.values, self.stratum_names, strict=True))
        for shortage in refused.shortages:
            self.add_error(names.get(shortage.stratum, "random"), str(shortage))


def _pick(line: str) -> PurposivePick:
    row_id, comma, reason = line.partition(",")
    if not (row_id.strip() and comma and reason.strip()):
        raise forms.ValidationError(
            "Write each row picked on purpose as its row id, a comma, and why it is picked"
        )
    return PurposivePick(row_id.strip(), reason.strip())


def _conditions(counts: Counts) -> Iterator[tuple[str, Condition]]:
    """What rows can be left out by: the values of columns that have a few."""
    for column, values in counts.items():
        if len(values) <= MOST_TO_TICK:
            for value in in_order(values):
                if value:
                    yield f"{column}={value}", Condition(column, value)


def again(plan: Plan, column: str, values: Sequence[str]) -> dict[str, object]:
    """What a form starts with that draws again as an earlier draw did, with another seed."""
    sizes = {quota.value: quota.size for quota in plan.quotas if quota.column == column}
    picks = (f"{pick.row_id}, {pick.reason}" for pick in plan.purposive)
    return {
        **{f"stratum_{n}": sizes.get(value) for n, value in enumerate(values)},
        "random": plan.random or None,
        "reserves": plan.reserves or None,
        "exclude": [str(condition) for condition in plan.exclude_if],
        "purposive": "\n".join(picks),
    }
