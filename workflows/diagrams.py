"""The pictures in `docs/`, drawn from the code: the states of every lifecycle, and every flow.

`manage.py diagrams` writes them, and `manage.py diagrams --check` finds those that are stale.
"""

from __future__ import annotations

import re
from inspect import cleandoc
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.template.loader import render_to_string
from viewflow.workflow import chart

from workflows.flow import End, Flow, HumanTask, Start, Switch, flows, nodes
from workflows.lifecycle import Lifecycle, first_state, lifecycles, moves, states

if TYPE_CHECKING:
    from collections.abc import Iterator

MADE = "<!-- Made by `manage.py diagrams` from the code. Do not edit. -->"
FOLDER = Path(settings.BASE_DIR) / "docs"


def pictures() -> dict[Path, str]:
    """Every file of `docs/` that is made from the code, and what it should hold."""
    drawn = {FOLDER / "states.md": states_page(), FOLDER / "flows.md": flows_page()}
    for flow_class in flows():
        drawn[FOLDER / "flows" / f"{slug(flow_class)}.svg"] = flow_chart(flow_class)
    return drawn


def stale() -> Iterator[Path]:
    """The files that do not hold what the code says, and the charts of flows that are gone."""
    drawn = pictures()
    for path, wanted in drawn.items():
        if not path.exists() or path.read_text(encoding="utf-8") != wanted:
            yield path
    yield from (path for path in (FOLDER / "flows").glob("*.svg") if path not in drawn)


def write() -> None:
    """Write every file anew, and take away the charts of flows that are gone."""
    drawn = pictures()
    (FOLDER / "flows").mkdir(parents=True, exist_ok=True)
    for path, text in drawn.items():
        path.write_text(text, encoding="utf-8")
    for path in (FOLDER / "flows").glob("*.svg"):
        if path not in drawn:
            path.unlink()


# --- states -------------------------------------------------------------------------------------


def states_page() -> str:
    """The states of every kind of record, as diagrams and in words."""
    parts = [
        "# States",
        MADE,
        "What is true of a record. The moves below are the only lawful ones, each is made by a "
        "person's act, and each is written into the record's ledger.",
    ]
    for model in sorted(lifecycles(), key=lambda model: model._meta.label):
        parts += _lifecycle(model)
    return "\n\n".join(parts) + "\n"


def _lifecycle(model: type[Lifecycle]) -> Iterator[str]:
    yield f"## {str(model._meta.verbose_name).capitalize()}"
    yield _story(_declared_in(model))
    yield f"```mermaid\n{state_diagram(model)}\n```"
    yield "\n".join(["| Move | From | To | Means |", "|---|---|---|---|", *_moves(model)])


def _moves(model: type[Lifecycle]) -> Iterator[str]:
    """A row for each move by its name, however many states it may begin in."""
    named = states(model)
    for name in dict.fromkeys(move.name for move in moves(model)):
        same = [move for move in moves(model) if move.name == name]
        sources = ", ".join(named[move.source] for move in same)
        yield f"| `{name}` | {sources} | {named[same[0].target]} | {_one_line(same[0].means)} |"


def _declared_in(model: type[Lifecycle]) -> type[Lifecycle]:
    """The class of the room's `lifecycle.py`, whose docstring tells the story of the states."""
    above = [each for each in model.__mro__[1:] if issubclass(each, Lifecycle)]
    return next((each for each in above if each is not Lifecycle), model)


def state_diagram(model: type[Lifecycle]) -> str:
    """A lifecycle in Mermaid."""
    lines = ["stateDiagram-v2"]
    lines += [f"    {state}: {label}" for state, label in states(model).items()]
    lines += [f"    [*] --> {first_state(model)}"]
    lines += [f"    {move.source} --> {move.target}: {move.name}" for move in moves(model)]
    leave = {move.source for move in moves(model)}
    lines += [f"    {state} --> [*]" for state in states(model) if state not in leave]
    return "\n".join(lines)


# --- flows --------------------------------------------------------------------------------------


def flows_page() -> str:
    """Every flow with its chart, its story, and its nodes in words."""
    parts = [
        "# Flows",
        MADE,
        "Whose turn it is. Each process carries one piece of work from person to person; boxes "
        "are tasks of people, diamonds are forks that decide by the record's state.",
    ]
    for flow_class in flows():
        parts += _flow(flow_class)
    return "\n\n".join(parts) + "\n"


def _flow(flow_class: type[Flow]) -> Iterator[str]:
    title, _, story = cleandoc(flow_class.__doc__ or "").partition("\n\n")
    yield f"## {flow_class.__name__}: {title.rstrip('.')}"
    if story:
        yield _one_line(story)
    yield f"![Chart of {flow_class.__name__}](flows/{slug(flow_class)}.svg)"
    yield "\n".join(f"- `{node.name}`: {in_words(node)}" for node in nodes(flow_class))


def in_words(node: Any) -> str:
    """What happens at a node, and where it leads."""
    if isinstance(node, End):
        return "the end."
    if isinstance(node, Switch):
        return _fork(node)
    following = f"Then `{node._next.name}`."
    if isinstance(node, Start):
        return f"a beginning. {following}"
    assert isinstance(node, HumanTask)
    alone = " (one person's alone)" if node.personal else ""
    return f"**{node.title}**{alone}. {_first_line(node.work_of)} {following}".replace("  ", " ")


def _fork(node: Any) -> str:
    cases = [
        f"{_first_line(holds).rstrip('.')}: `{following.name}`"
        if holds
        else f"otherwise `{following.name}`"
        for following, holds in node._branches
    ]
    return "decides. " + "; ".join(cases) + "."


def flow_chart(flow_class: type[Flow]) -> str:
    """A flow as the engine lays it out, in SVG."""
    grid = chart.calc_layout_data(flow_class)
    title = cleandoc(flow_class.__doc__ or "").partition("\n\n")[0]
    svg = render_to_string("workflows/flow.svg", {"grid": grid, "title": title})
    return re.sub(r"\s*\n\s*", "\n", svg).strip() + "\n"


def slug(flow_class: type[Flow]) -> str:
    """The file name of a flow's chart: `return-flow`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", flow_class.__name__).lower()


# --- words --------------------------------------------------------------------------------------


def _story(described: type) -> str:
    return "\n\n".join(_one_line(part) for part in cleandoc(described.__doc__ or "").split("\n\n"))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _first_line(described: object) -> str:
    """The first sentence of a function's docstring; nothing where it has none."""
    return _one_line(cleandoc(getattr(described, "__doc__", None) or "").partition("\n\n")[0])
