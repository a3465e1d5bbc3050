"""What Django's `check` asks of every flow and every lifecycle of the site."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.utils.module_loading import import_string
from viewflow.workflow.lock import NoLock

from workflows import ledger
from workflows.flow import End, Flow, HumanTask, Start, Switch, flows, nodes
from workflows.ledger import placeholders, record_models
from workflows.lifecycle import Lifecycle, lifecycles, moves
from workflows.models import WorkItem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workflows.models import Record

SETTINGS = (
    "WORKFLOWS_TEAMS",
    "WORKFLOWS_PEOPLE",
    "WORKFLOWS_GIVES",
    "WORKFLOWS_BARRED",
    "WORKFLOWS_SERVING",
)
LONGEST_TITLE = WorkItem._meta.get_field("title").max_length or 0


def check_site(**_kwargs: Any) -> list[CheckMessage]:
    """Every fault of every flow and lifecycle."""
    found: list[CheckMessage] = [*_settings()]
    for flow_class in flows():
        found += check_flow(flow_class)
    for lifecycle in lifecycles():
        found += check_moves_are_said(lifecycle)
    for model in record_models():
        found += check_sentences(model)
    return found


def _settings() -> Iterator[CheckMessage]:
    for name in SETTINGS:
        try:
            import_string(getattr(settings, name))
        except (AttributeError, ImportError) as fault:
            yield Error(
                f"{name} does not name a function of the site: {fault}",
                hint='Name one, as in WORKFLOWS_TEAMS = "macfa.people.rules.team_ids".',
                id="workflows.E001",
            )


def check_flow(flow_class: type[Flow]) -> Iterator[CheckMessage]:
    """Two people can never act on a process at once, and no work is lost on its way."""
    if isinstance(flow_class.lock_impl, NoLock):
        yield Error(
            "Without a lock two people who finish a task at once create two next tasks.",
            hint="Leave `lock_impl` as `workflows.flow.Flow` has it.",
            obj=flow_class,
            id="workflows.E002",
        )
    for node in nodes(flow_class):
        for fault in _node_faults(node):
            yield Error(fault, obj=f"{flow_class.__name__}.{node.name}", id="workflows.E003")


def _node_faults(node: Any) -> Iterator[str]:
    if not isinstance(node, Start | HumanTask | Switch | End):
        yield "This kind of node is not known to the engine."
        return
    if not isinstance(node, Start) and not list(node._incoming()):
        yield "Nothing leads here."
    if not isinstance(node, End) and not list(node._outgoing()):
        yield "Nothing follows: the process would never end."
    if isinstance(node, Switch) and all(holds for _node, holds in node._branches):
        yield "There is no `.Default(...)`: where no case holds, the process would never end."
    if isinstance(node, HumanTask) and not 0 < len(node.title) <= LONGEST_TITLE:
        yield f"The title of a task has 1 to {LONGEST_TITLE} characters."


def check_moves_are_said(model: type[Lifecycle]) -> Iterator[CheckMessage]:
    """Every move of a lifecycle has its sentence for the timeline."""
    for name in sorted({move.name for move in moves(model)} - model.SAYS.keys()):
        yield Error(f"SAYS has no sentence for the move “{name}”.", obj=model, id="workflows.E004")


def check_sentences(model: type[Record]) -> Iterator[CheckMessage]:
    """Every sentence can be filled with facts: plain names in braces, and nothing of the engine's
    own verbs said differently."""
    for verb, says in model.SAYS.items():
        if verb in ledger.SAYS:
            yield Error(f"“{verb}” is a verb of the engine.", obj=model, id="workflows.E005")
        if not all(name.isidentifier() for name in placeholders(says)):
            yield Error(f"The sentence of “{verb}” is not one.", obj=model, id="workflows.E006")
