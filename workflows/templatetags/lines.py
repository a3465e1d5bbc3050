"""`{% lines item in items %}`: the lines of a long table, written out quickly.

It writes what `{% for %}` would. But `for` looks each variable up through the whole context, three
hundred times in a page of 25 lines, and that costs more than all the rest of the page. This loop
is told what it may hold, and refuses anything else when the template is read: text,
`{{ item.name }}`, and `{% if item.name %}` with or without `{% else %}`. Each item is a mapping.
"""

from __future__ import annotations

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
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from django.template.base import Parser, Token
    from django.template.context import Context

    Item = Mapping[str, Any]
    Part = Callable[[Item, Context], str]

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
    return Lines(parser.compile_filter(items), _parts(body, name))


class Lines(Node):
    """The loop: some items, and the parts of the line that each becomes."""

    def __init__(self, items: FilterExpression, parts: Sequence[Part]) -> None:
        self.items = items
        self.parts = parts

    def render(self, context: Context) -> SafeString:
        """Every line, one after the other."""
        found: Iterable[Item] = self.items.resolve(context)
        return mark_safe("".join(_line(self.parts, item, context) for item in found))  # noqa: S308


def _line(parts: Sequence[Part], item: Item, context: Context) -> str:
    return "".join([part(item, context) for part in parts])


def _parts(nodes: Iterable[Node], name: str) -> list[Part]:
    return [_part(node, name) for node in nodes]


def _part(node: Node, name: str) -> Part:
    """What a node of the loop's body writes for an item."""
    if isinstance(node, TextNode):
        return _text(node.s)
    if isinstance(node, VariableNode):
        return _value(_column(node.filter_expression, name))
    if isinstance(node, IfNode):
        return _choice(node, name)
    raise template.TemplateSyntaxError(f"A line cannot hold {node!r}: use {{% for %}}.")


def _column(expression: object, name: str) -> str:
    """The column of the item that an expression names; a line knows of nothing else."""
    if isinstance(expression, FilterExpression) and not expression.filters:
        match str(expression.var).split("."):
            case [item, column] if item == name:
                return column
    raise template.TemplateSyntaxError(f"A line cannot show “{expression}”: use {{% for %}}.")


def _text(text: str) -> Part:
    return lambda _item, _context: text


def _value(column: str) -> Part:
    def value(item: Item, context: Context) -> str:
        found = item[column]
        if type(found) is str and context.autoescape:
            return escape(found)
        return render_value_in_context(found, context)

    return value


def _choice(node: IfNode, name: str) -> Part:
    """One or the other, by whether a column of the item holds anything."""
    (condition, chosen), *others = node.conditions_nodelists
    if not isinstance(condition, Literal) or any(other for other, _nodes in others):
        raise template.TemplateSyntaxError(f"A line cannot ask {node!r}: use {{% for %}}.")
    column = _column(condition.value, name)
    yes, no = _parts(chosen, name), [part for _, nodes in others for part in _parts(nodes, name)]

    def choice(item: Item, context: Context) -> str:
        return _line(yes if item[column] else no, item, context)

    return choice
