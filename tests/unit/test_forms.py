"""How a form looks and speaks (macfa/forms)."""

import datetime
import re

import pytest
from django import forms
from django.http import QueryDict
from django.template.loader import render_to_string

from macfa.forms import ActForm, DateField, Form, Look


class ReturnForm(ActForm):
    """One field of each kind."""

    title = forms.CharField(label="Theme", max_length=20, help_text="A few words")
    why = forms.CharField(label="Why this theme?", max_length=50, widget=forms.Textarea)
    involved = forms.ChoiceField(
        label="Involvement",
        widget=forms.RadioSelect,
        choices=[("yes", "Yes"), ("nil", "Nil return")],
    )
    looked = forms.CharField(label="Who was looked for", required=False)
    due = DateField(label="Returns due")
    agencies = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple, choices=[("POL", "Police")], required=False
    )
    pool = forms.FileField(label="Pool of cases", required=False, widget=forms.FileInput)
    looks = {
        "title": Look(size="l", width="20", heading=True),
        "involved": Look(hints={"nil": "Not known to us"}, reveals={"nil": ["looked"]}),
    }


DATE = {"due_day": "30", "due_month": "10", "due_year": "2026"}
GOOD = {"title": "Neglect", "why": "Rising", "involved": "yes", **DATE}


def control(html: str, name: str) -> str:
    """The tag of a control, by its name."""
    found = re.search(rf'<(?:input|textarea|select)[^>]*name="{name}"[^>]*>', html)
    assert found, f"no control {name}"
    return found[0]


def test_every_visible_control_has_a_label_or_stands_in_a_fieldset() -> None:
    html = str(ReturnForm())
    for control_id in re.findall(r'<(?:input|textarea)[^>]* id="(id_[^"]+)"', html):
        if not control_id.endswith(("token", "version")):
            assert f'for="{control_id}"' in html, control_id


def test_a_hint_and_an_error_are_tied_to_their_control() -> None:
    html = str(ReturnForm({}))
    title = control(html, "title")
    assert 'aria-describedby="id_title_helptext id_title_error"' in title
    assert 'aria-invalid="true"' in title
    assert 'id="id_title_error" class="govuk-error-message"' in html
    assert "govuk-form-group--error" in html


def test_a_control_has_the_class_of_its_kind_its_width_and_its_error() -> None:
    html = str(ReturnForm({}))
    assert 'class="govuk-input govuk-input--error govuk-input--width-20"' in control(html, "title")
    assert "govuk-textarea--error" in control(html, "why")
    assert 'class="govuk-file-upload"' in control(html, "pool")


def test_a_textarea_counts_characters_and_never_cuts_off_what_is_pasted() -> None:
    html = str(ReturnForm())
    assert "maxlength" not in control(html, "why")
    assert 'aria-describedby="id_why-info"' in control(html, "why")
    assert 'data-maxlength="50"' in html


def test_a_question_that_is_the_page_has_its_label_in_the_h1() -> None:
    assert '<h1 class="govuk-label-wrapper">' in str(ReturnForm())


def test_a_choice_has_its_hint_and_the_fields_it_shows() -> None:
    html = str(ReturnForm({**GOOD, "involved": "nil"}))
    assert 'id="id_involved_1_hint"' in html
    assert 'data-shows="id_involved_1_more"' in html
    assert html.index('id="id_involved_1_more"') < html.index('name="looked"')
    assert html.count('name="looked"') == 1


def test_what_may_be_left_empty_says_so() -> None:
    html = str(ReturnForm())
    assert "Who was looked for (optional)" in html
    assert "Theme (optional)" not in html


def test_errors_are_sentences_that_name_the_field() -> None:
    form = ReturnForm({"title": "x" * 21, "involved": "maybe", "due_day": "1"})
    assert form.errors["title"] == ["Theme must be 20 characters or fewer"]
    assert form.errors["why"] == ["Answer “Why this theme?”"]
    assert form.errors["involved"] == ["Select one of the choices offered for “Involvement”"]
    assert form.errors["due"] == ["Returns due must include a month and a year"]


def test_an_error_names_a_question_as_it_is_asked() -> None:
    class TwoDates(Form):
        began = DateField(label="When did it begin?")
        ended = DateField(label="When did it end?")
        note = forms.CharField(label="Anything else (optional)", max_length=2000)
        many = forms.IntegerField(label="How many?", min_value=0, max_value=9999)

    typed = {"began_day": "1", "ended_day": "1", "note": "x" * 2001, "many": "10000"}
    assert [error for [error] in TwoDates(typed).errors.values()] == [
        "“When did it begin?” must include a month and a year",
        "“When did it end?” must include a month and a year",
        "Anything else must be 2,000 characters or fewer",
        "“How many?” must be 9,999 or less",
    ]


@pytest.mark.parametrize("typed", [{"name": "A\x00n\u202en \u2066\x0b"}, QueryDict("name=An%00n")])
def test_characters_that_nobody_sees_are_left_out(typed: dict[str, str] | QueryDict) -> None:
    class OneForm(Form):
        name = forms.CharField()

    form = OneForm(typed)
    assert form.is_valid()
    assert form.cleaned_data == {"name": "Ann"}
    assert 'value="Ann' in str(form["name"])


def test_lines_tabs_and_writing_from_right_to_left_stay() -> None:
    class OneForm(Form):
        text = forms.CharField(strip=False)

    text = "One\r\n\ttwo\u200f שלום"
    assert OneForm({"text": text}).data["text"] == text


def test_where_there_is_much_room_the_count_waits_until_it_runs_out() -> None:
    class OneForm(Form):
        text = forms.CharField(max_length=20_000, widget=forms.Textarea)

    html = str(OneForm())
    assert 'data-maxlength="20000" data-threshold="75"' in html
    assert "You can enter up to 20,000 characters" in html
    assert "data-threshold" not in str(ReturnForm())


def test_a_sentence_that_the_author_of_a_form_wrote_stays() -> None:
    class OneForm(Form):
        name = forms.CharField(error_messages={"required": "Say who it was"})

    assert OneForm({}).errors["name"] == ["Say who it was"]


def test_the_error_summary_leads_to_the_first_control_of_each_field() -> None:
    html = render_to_string("components/error-summary.html", {"form": ReturnForm({})})
    targets = set(re.findall(r'href="#([^"]+)"', html))
    assert targets == {"id_title", "id_why", "id_involved_0", "id_due_0"}
    page = str(ReturnForm({}))
    assert all(f'id="{target}"' in page for target in targets)


@pytest.mark.parametrize("month", ["10", "Oct", "october", " 10 "])
def test_a_date_is_typed_in_three_boxes_with_the_month_as_number_or_name(month: str) -> None:
    form = ReturnForm({**GOOD, "due_month": month})
    assert form.is_valid()
    assert form.cleaned_data["due"] == datetime.date(2026, 10, 30)


@pytest.mark.parametrize(
    ("day", "month", "year"),
    [
        ("31", "2", "2026"),
        ("1", "13", "2026"),
        ("1", "1", "26"),
        ("x", "1", "2026"),
        ("-1", "1", "2026"),
    ],
)
def test_a_date_that_does_not_exist_is_refused_in_words(day: str, month: str, year: str) -> None:
    form = ReturnForm({**GOOD, "due_day": day, "due_month": month, "due_year": year})
    assert form.errors["due"] == ["Returns due must be a real date"]
    assert f'value="{day}"' in str(form["due"])


def test_a_date_already_known_fills_the_boxes() -> None:
    html = str(ReturnForm(initial={"due": datetime.date(2026, 10, 30)})["due"])
    assert [re.search(r'value="(\d+)"', tag) is not None for tag in re.findall("<input.*?>", html)]
    assert 'value="30"' in html
    assert 'value="2026"' in html


def test_guidance_that_comes_from_data_is_escaped() -> None:
    class OneForm(Form):
        name = forms.CharField(help_text="<script>alert(1)</script>")

    assert "<script>" not in str(OneForm())


def test_an_act_form_carries_a_token_of_its_own_and_the_version_it_shows() -> None:
    first, second = ReturnForm(version=3), ReturnForm(version=3)
    token = first["token"].value()
    assert token != second["token"].value()
    posted = ReturnForm({**GOOD, "token": token, "version": "3"})
    assert posted.is_valid()
    assert (posted.token, posted.expects) == (token, 3)


def test_a_form_with_errors_keeps_its_token_and_version() -> None:
    html = str(ReturnForm({"token": "abc", "version": "3"}, version=9))
    assert 'value="abc"' in control(html, "token")
    assert 'value="3"' in control(html, "version")


def test_an_act_form_posted_without_its_token_gets_a_new_one() -> None:
    posted = ReturnForm(GOOD)
    assert posted.is_valid()
    assert len(posted.token) == 32
    assert posted.expects is None
