"""`{% lines item in items %}`: the lines of a long table, written out quickly.

It writes what `{% for %}` would. But `for` looks each variable up through the whole context, three
hundred times in a page of 25 lines, and that costs more than all the rest of the page. This loop
is told what it may hold, and refuses anything else when the template is read: text,
`{{ item.name }}`, and `{% if item.name %}` with or without `{% else %}`. Each item is a mapping.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from django import template
from django.template.base import (
    FilterExpression,
    Node,
    TextNode,
    VariableNode,
    render_value_in_context,
)
from django.template.defaulttags import IfNode
from django.template.smartif import Literal
from django.utils.safestring import SafeString, mark_safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import TypeAlias

    from django.template.base import Parser, Token
    from django.template.context import Context

    Item = Mapping[str, Any]
    #: Text with `%(column)s` where a column is shown, or one of two further lists of parts.
    Part: TypeAlias = "str | Choice"

register = template.Library()


@register.tag
def lines(parser: Parser, token: Token) -> Lines:
    """`{% lines item in items %} ... {% endlines %}`."""
    match token.split_contents():
        case [_tag, name, "in", items]:
            pass
        case _:
            raise template.TemplateSyntaxError("Write {% lines item in items %}.")
    body = parser.parse(("endlines",))
    parser.delete_first_token()
    columns: set[str] = set()
    return Lines(parser.compile_filter(items), _parts(body, name, columns), columns)


@dataclass(frozen=True)
class Choice:
    """One or the other, by whether a column of the item holds anything."""

    column: str
    yes: Sequence[Part]
    no: Sequence[Part]


class Lines(Node):
    """The loop: some items, the parts of the line that each becomes, the columns these show."""

    def __init__(self, items: FilterExpression, parts: Sequence[Part], columns: set[str]) -> None:
        self.items = items
        self.parts = parts
        self.columns = columns

    def render(self, context: Context) -> SafeString:
        """Every line, one after the other."""
        items: Iterable[Item] = self.items.resolve(context)
        written = [_written(self.parts, item, self._shown(item, context)) for item in items]
        return mark_safe("".join(written))  # noqa: S308

    def _shown(self, item: Item, context: Context) -> dict[str, str]:
        """The columns as the page shows them: each is escaped once, however often it is shown."""
        return {column: _as_django(item[column], context) for column in self.columns}


def _as_django(value: object, context: Context) -> str:
    if type(value) is str and context.autoescape:
        return escape(value)
    return render_value_in_context(value, context)


def _written(parts: Sequence[Part], item: Item, shown: Mapping[str, str]) -> str:
    written: list[str] = []
    for part in parts:
        if isinstance(part, str):
            written.append(part % shown)
        else:
            chosen = part.yes if item[part.column] else part.no
            written.append(_written(chosen, item, shown))
    return "".join(written)


def _parts(nodes: Iterable[Node], name: str, columns: set[str]) -> list[Part]:
    """What these nodes of the loop's body write; `columns` gathers what they show."""
    parts: list[Part] = []
    for node in nodes:
        part = _part(node, name, columns)
        before = parts[-1] if parts else None
        if isinstance(part, str) and isinstance(before, str):
            parts[-1] = before + part
        else:
            parts.append(part)
    return parts


def _part(node: Node, name: str, columns: set[str]) -> Part:
    if isinstance(node, TextNode):
        return node.s.replace("%", "%%")
    if isinstance(node, VariableNode):
        column = _column(node.filter_expression, name)
        columns.add(column)
        return f"%({column})s"
    if isinstance(node, IfNode):
        return _choice(node, name, columns)
    raise template.TemplateSyntaxError(f"A line cannot hold {node!r}: use {{% for %}}.")


def _choice(node: IfNode, name: str, columns: set[str]) -> Choice:
    (condition, yes), *others = node.conditions_nodelists
    if not isinstance(condition, Literal) or any(other for other, _nodes in others):
        raise template.TemplateSyntaxError(f"A line cannot ask {node!r}: use {{% for %}}.")
    no = [each for _condition, nodes in others for each in nodes]
    column = _column(condition.value, name)
    return Choice(column, _parts(yes, name, columns), _parts(no, name, columns))


def _column(expression: object, name: str) -> str:
    """The column of the item that an expression names; a line knows of nothing else."""
    if isinstance(expression, FilterExpression) and not expression.filters:
        match str(expression.var).split("."):
            case [item, column] if item == name:
                return column
    raise template.TemplateSyntaxError(f"A line cannot show “{expression}”: use {{% for %}}.")
