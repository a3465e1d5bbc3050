"""The frame of every page, its components and its plain refusals (templates/)."""

import datetime
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.test import RequestFactory

from macfa.templatetags import macfa_ui

TEMPLATES = sorted(Path(settings.BASE_DIR, "templates").rglob("*.html"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_holds_inline_script_or_style(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text)
    assert all(" src=" in tag for tag in re.findall(r"<script[^>]*>", text))


@pytest.mark.parametrize("name", ["400", "403", "errors/403-csrf", "404", "409", "413", "500"])
def test_a_refusal_needs_no_request_and_has_one_heading_and_a_way_on(name: str) -> None:
    html = render_to_string(f"{name}.html")
    assert html.count("<h1") == 1
    assert "Go to my work" in html


def test_a_conflict_says_what_happened_and_keeps_what_was_typed() -> None:
    context = {
        "message": "Priya Nair changed this return.",
        "missing": ["Police on DAC-03"],
        "typed": [("Evidence", "<b>seen</b> on 3 May")],
        "back_url": "/returns/1/",
    }
    html = render_to_string("409.html", context)
    assert "Priya Nair changed this return." in html
    assert "Police on DAC-03" in html
    assert "readonly>&lt;b&gt;seen&lt;/b&gt; on 3 May</textarea>" in html
    assert 'href="/returns/1/"' in html


def test_a_title_says_first_that_there_is_an_error() -> None:
    html = render_to_string("base.html", {"form": {"errors": {"title": ["Enter theme"]}}})
    assert "<title>Error: " in html


def test_a_page_without_heading_text_has_no_empty_heading() -> None:
    assert "<h1" not in render_to_string("base.html")


def test_the_navigation_marks_the_page_that_is_open() -> None:
    request = RequestFactory().get("/audits/3/")
    context = {"request": request, "href": "/audits/", "text": "Audits"}
    assert 'aria-current="true"' in render_to_string("components/navigation-item.html", context)
    request = RequestFactory().get("/returns/3/")
    below = {**context, "request": request, "below": "/cases/ /returns/"}
    assert 'aria-current="true"' in render_to_string("components/navigation-item.html", below)
    elsewhere = {**context, "href": "/"}
    assert "aria-current" not in render_to_string("components/navigation-item.html", elsewhere)


def test_the_stepper_says_the_state_of_each_stage_in_words() -> None:
    stages = [
        {"title": "Theme selection", "state": "done"},
        {"title": "Case sampling", "state": "current"},
        {"title": "Agency audits", "state": "next"},
    ]
    html = render_to_string("components/stepper.html", {"stages": stages})
    assert re.findall(r"Done|Now|To come", html) == ["Done", "Now", "To come"]
    assert html.count('aria-current="step"') == 1
    assert "Overdue" not in html
    late = [{"title": "Case sampling", "state": "current", "overdue": True}]
    assert "Overdue" in render_to_string("components/stepper.html", {"stages": late})


def test_a_table_shows_plain_values_links_grades_and_dates_that_have_passed() -> None:
    columns = [
        {"label": "Case"},
        {"label": "Grade"},
        {"label": "Due", "href": "?", "sort": "descending"},
    ]
    rows = [
        [{"text": "NEG-03", "href": "/c"}, {"grade": "RI"}, {"text": "1 May", "late": True}],
        ["x", 0, ""],
    ]
    html = render_to_string("components/table.html", {"columns": columns, "rows": rows})
    assert '<a class="govuk-link" href="/c">NEG-03</a>' in html
    assert "app-grade--weak" in html
    assert 'aria-sort="descending"' in html
    assert 'class="app-late">1 May' in html


@pytest.mark.parametrize(
    ("grade", "name", "tone"),
    [
        ("RI", "Requires improvement", "weak"),
        ("Good", "Good", "good"),
        ({"name": "Met in part", "tone": "weak"}, "Met in part", "weak"),
        ("We were not told", "We were not told", "other"),
    ],
)
def test_a_grade_is_written_in_full(grade: object, name: str, tone: str) -> None:
    assert (macfa_ui.grade_name(grade), macfa_ui.grade_tone(grade)) == (name, tone)


def test_times_are_shown_as_in_london_and_dates_as_people_write_them() -> None:
    summer = datetime.datetime(2026, 7, 1, 23, 5, tzinfo=datetime.UTC)
    assert macfa_ui.moment(summer) == "2 July 2026 at 12:05am"
    assert macfa_ui.day(summer) == "2 July 2026"
    assert macfa_ui.day(datetime.date(2026, 11, 22)) == "22 November 2026"
    assert macfa_ui.day(None) == macfa_ui.moment(None) == ""
