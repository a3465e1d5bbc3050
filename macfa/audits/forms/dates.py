"""The stage dates of an audit (R3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.formats import date_format

from macfa.audits.dates import Step, steps
from macfa.audits.lifecycle import WORKING_STAGES, Stage
from macfa.forms import ActForm, DateField, Form

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from macfa.audits.models import Audit


class StartForm(Form):
    """The day from which the stage dates are counted."""

    start = DateField(
        label="When does the audit start?",
        help_text="The end of each stage is counted from this day in working days. You can then "
        "adjust each of them. For example, 11 1 2027.",
    )


class DatesForm(ActForm):
    """The end of each stage to come, and why a day that was set moves."""

    reason = forms.CharField(
        label="Why do the dates move?",
        help_text="Only needed where you change a date that was set before.",
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=300,
        required=False,
    )
    mark_optional = False

    def __init__(
        self,
        *args: Any,
        audit: Audit,
        proposed: Mapping[Stage, date] | None = None,
        start: date | None = None,
        **kwargs: Any,
    ) -> None:
        self.before = audit.planned
        self.start = start or audit.opened_on
        shown = steps(self.before | dict(proposed or {}), self.start)
        days = {step.stage: step for step in shown if step.stage in audit.stages_to_come}
        kwargs["initial"] = {stage.value: step.day for stage, step in days.items()}
        super().__init__(*args, version=audit.version, **kwargs)
        self.stages = audit.stages_to_come
        for stage in self.stages:
            self.fields[stage.value] = DateField(
                label=f"End of {stage.label.lower()}", help_text=_hint(days.get(stage))
            )
        self.order_fields([*(stage.value for stage in self.stages), "reason"])
        if not self.before:
            del self.fields["reason"]

    @property
    def plan(self) -> dict[Stage, date]:
        """The days typed."""
        typed = {stage: self.cleaned_data.get(stage.value) for stage in self.stages}
        return {stage: day for stage, day in typed.items() if day}

    @property
    def steps(self) -> list[Step]:
        """The plan stage by stage, beside the days planned so far."""
        return steps(self.before | self.plan, self.start, self.before)

    def clean(self) -> dict[str, Any]:
        """Stages end in their order, and moving a day that was set needs a reason."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        self._check_order()
        moved = [step.stage.label for step in self.steps if step.moves]
        if moved and not cleaned.get("reason", "").strip() and "reason" not in self.errors:
            self.add_error("reason", f"Say why these dates move: {', '.join(moved)}")
        return cleaned

    def _check_order(self) -> None:
        plan = self.before | self.plan
        last: Stage | None = None
        for stage in WORKING_STAGES:
            if stage not in plan:
                continue
            if last and plan[stage] < plan[last] and stage in self.stages:
                day = date_format(plan[last], "j F Y")
                self.add_error(
                    stage.value,
                    f"End of {stage.label.lower()} must be on or after the end of "
                    f"{last.label.lower()}, {day}",
                )
            last = stage


def _hint(step: Step | None) -> str:
    """How a day was reached: "Friday 4 December 2026: 5 working days after the stage before it"."""
    return f"{step.words}: {step.length}." if step else ""
