"""The loop that writes long tables: what `{% for %}` would write, and nothing it cannot hold."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template, TemplateSyntaxError
from django.utils.safestring import mark_safe
from hypothesis import given
from hypothesis import strategies as st

from workflows.queue import Row

BODY = (
    '<p id="{{ one.name }}" width="5%">%(name)s %s'
    "{% if one.late %}{{ one.due }}{% if one.name %}!{% endif %}"
    "{% else %}{{ one.number }}{% endif %}</p>"
)
TEMPLATES = Path(settings.BASE_DIR) / "templates" / "workflows"
VALUES = st.one_of(st.text(), st.text().map(mark_safe), st.none(), st.integers(), st.dates())


def as_lines(body: str, items: list[dict[str, object]], *, plain: bool = False) -> str:
    """What the loop writes; `plain` is Django's own."""
    tag = "for" if plain else "lines"
    source = f"{{% load lines %}}{{% {tag} one in items %}}{body}{{% end{tag} %}}"
    return Template(source).render(Context({"items": items}))


@given(
    st.lists(
        st.fixed_dictionaries(
            {"name": VALUES, "late": st.booleans(), "due": VALUES, "number": VALUES}
        ),
        max_size=5,
    )
)
def test_it_writes_what_django_would_whatever_the_values(items: list[dict[str, object]]) -> None:
    assert as_lines(BODY, items) == as_lines(BODY, items, plain=True)


def test_what_people_wrote_is_escaped() -> None:
    written = as_lines("{{ one.name }}", [{"name": "<b>&'\""}])
    assert written == "&lt;b&gt;&amp;&#x27;&quot;"


@pytest.mark.parametrize("name", ["my_work.html", "team_table.html"])
@pytest.mark.parametrize("yes", [True, False])
def test_the_tables_of_the_queue_are_what_django_would_write(name: str, yes: bool) -> None:
    text = (TEMPLATES / name).read_text()
    body = text.partition("{% lines item in page.items %}")[2].partition("{% endlines %}")[0]
    row = Row(
        pk=7,
        public_id="abc_-1",
        title="Audit <your> agency’s work",
        reference="NEG-01 & CSC",
        team="Auditor, Children’s “Social” Care",
        holder="O'Neill",
        due=date(2026, 11, 22),
        due_in_words="22 November 2026",
        overdue=yes,
        held=yes,
        moves=yes,
        may_claim=not yes,
        may_give=yes,
    )
    items: list[dict[str, object]] = [{**row}]
    body = body.replace("item.", "one.")
    assert as_lines(body, items) == as_lines(body, items, plain=True)
    assert "Audit &lt;your&gt; agency’s work" in as_lines(body, items)


@pytest.mark.parametrize(
    "body",
    [
        "{{ other.name }}",
        "{{ one }}",
        "{{ one.name.first }}",
        "{{ one.name|upper }}",
        "{{ 'text' }}",
        "{% if other.name %}{% endif %}",
        "{% if not one.name %}{% endif %}",
        "{% if one.name and one.late %}{% endif %}",
        "{% if one.name %}{% elif one.late %}{% endif %}",
        "{% if one.name|length %}{% endif %}",
        "{% csrf_token %}",
        "{% for each in one.name %}{% endfor %}",
        "{% include 'components/tag.html' %}",
    ],
)
def test_it_refuses_what_it_cannot_write(body: str) -> None:
    with pytest.raises(TemplateSyntaxError, match=r"use \{% for %\}"):
        as_lines(body, [])


@pytest.mark.parametrize("tag", ["lines", "lines one", "lines one in", "lines one of items"])
def test_it_says_how_it_is_written(tag: str) -> None:
    with pytest.raises(TemplateSyntaxError, match=r"Write \{% lines item in items %\}"):
        Template(f"{{% load lines %}}{{% {tag} %}}{{% endlines %}}")


def test_a_column_that_no_item_has_is_a_fault_and_not_a_gap() -> None:
    with pytest.raises(KeyError):
        as_lines("{{ one.nmae }}", [{"name": "Ada"}])
