"""Writing an audit, submitting and signing it off, and reading it: the pages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from macfa.people.roles import Role
from macfa.returns import services
from macfa.returns.lifecycle import ReturnState
from macfa.returns.models import AgencyReturn, Answer
from macfa.returns.services import AnswerInput
from tests import factories
from tests.cast import Cast
from tests.integration.returns import (
    at,
    browser,
    complete,
    cost,
    form_of,
    now,
    post,
    text,
)
from workflows import clock

if TYPE_CHECKING:
    from macfa.audits.models import Audit


@pytest.fixture
def audit(cast: Cast) -> Audit:
    return factories.audit_issued(cast)


@pytest.fixture
def draft(cast: Cast, audit: Audit) -> AgencyReturn:
    return factories.drafting(cast, factories.a_return(audit, "CSC"))


def test_a_domain_shows_what_each_grade_looks_like(cast: Cast, draft: AgencyReturn) -> None:
    page = browser(cast, "auditor.csc").get(f"{draft.get_absolute_url()}domains/D1/")
    said = text(page)
    assert "Early and faint signs were picked up" in said
    for answer in ("Not applicable", "We were not told", "No evidence on file"):
        assert answer in said
    assert page.content.decode().count("<h1") == 1


def test_saving_goes_on_to_the_next_part_or_back(cast: Cast, draft: AgencyReturn) -> None:
    client, base = browser(cast, "auditor.csc"), draft.get_absolute_url()
    on = post(client, f"{base}domains/D1/", d1_grade="grade:RI", d1_evidence="Seen", go="on")
    assert on.headers["Location"] == f"{base}domains/D2/"
    back = post(client, f"{base}domains/D2/", d2_grade="other:not_told", go="back")
    assert back.headers["Location"] == base
    dates = {"dates_from_day": 5, "dates_from_month": 1, "dates_from_year": 2026}
    assert post(client, f"{base}domains/overall/", **dates).headers["Location"] == f"{base}check/"
    stored = {a.question.key: a for a in draft.answers.select_related("question", "grade")}
    assert str(stored["d1_grade"].grade) == "Requires improvement"
    assert stored["d2_grade"].no_grade == "not_told"
    assert stored["dates_from"].value == "2026-01-05"
    page = text(client.get(base))
    assert "D1 Recognition, threshold and referral In progress" in page
    assert "D2 Information sharing Completed" in page


def test_what_was_saved_stands_in_the_form(cast: Cast, draft: AgencyReturn) -> None:
    answers = {
        "d1_grade": AnswerInput(grade="G"),
        "d1_evidence": AnswerInput(value="<b>Seen</b>"),
        "d1_signs": AnswerInput(value="Partly"),
    }
    services.save_answers(return_=draft, answers=answers, by=cast["auditor.csc"])
    client = browser(cast, "auditor.csc")
    page = client.get(f"{draft.get_absolute_url()}domains/D1/").content.decode()
    assert 'value="grade:G" checked' in page
    assert 'value="Partly" checked' in page
    assert "&lt;b&gt;Seen&lt;/b&gt;" in page


def test_a_question_that_follows_an_answer_is_there_without_scripts(
    cast: Cast, draft: AgencyReturn
) -> None:
    client, url = browser(cast, "auditor.csc"), f"{draft.get_absolute_url()}domains/D1/"
    assert "What did the referral say well" in text(client.get(url))
    post(client, url, d1_referred="Yes", d1_referral="Clear")
    assert Answer.objects.get(question__key="d1_referral").value == "Clear"


def test_a_question_of_another_agency_is_not_shown(cast: Cast, audit: Audit) -> None:
    police = factories.drafting(cast, factories.a_return(audit))
    page = browser(cast, "auditor.pol").get(f"{police.get_absolute_url()}domains/D2/")
    assert "asked to the strategy meetings and conferences" not in text(page)


def test_a_part_out_of_date_keeps_what_was_typed_in_its_place(
    cast: Cast, draft: AgencyReturn
) -> None:
    client, url = browser(cast, "auditor.csc"), f"{draft.get_absolute_url()}domains/D1/"
    typed = {**form_of(client, url), "d1_evidence": "From this page"}
    post(client, url, d1_evidence="From another page")
    page = client.post(url, typed)
    assert page.status_code == 409
    assert "changed on another page or device" in text(page)
    html = page.content.decode()
    assert re.search(r"<textarea[^>]*>\s*From this page</textarea>", html)
    assert "From another page" in text(page)
    again = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html))
    client.post(url, {**again, "d1_evidence": "From this page"})
    assert Answer.objects.get(question__key="d1_evidence").value == "From this page"


def test_one_wrong_answer_does_not_hold_up_the_rest(cast: Cast, draft: AgencyReturn) -> None:
    client, url = browser(cast, "auditor.csc"), f"{draft.get_absolute_url()}domains/overall/"
    dates = {"dates_from_day": "5", "dates_to_day": "31", "dates_to_month": "2"}
    page = post(client, url, involvement="Two calls", **dates, dates_to_year="2026")
    said = text(page)
    assert "What is marked below is not saved yet. Everything else on this page is." in said
    assert "First date your audit covers must include a month and a year" in said
    assert "Last date your audit covers must be a real date" in said
    assert [str(each.value) for each in draft.answers.all()] == ["Two calls"]
    html = page.content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html))
    mended = {"dates_from_day": 5, "dates_from_month": 1, "dates_from_year": 2026}
    again = client.post(url, {**hidden, "involvement": "Three calls", **mended})
    assert again.headers["Location"] == f"{draft.get_absolute_url()}check/"
    values = dict(draft.answers.values_list("question__key", "value"))
    assert values == {"involvement": "Three calls", "dates_from": "2026-01-05"}


@pytest.mark.parametrize("typed", ["-5", "3.7", "9" * 20, "1e400", "lots", "NaN"])
def test_a_count_is_a_whole_number_of_a_size_that_can_be(
    cast: Cast, draft: AgencyReturn, typed: str
) -> None:
    client, url = browser(cast, "auditor.csc"), f"{draft.get_absolute_url()}domains/D6/"
    page = text(post(client, url, d6_discussions=typed))
    assert "“How many times was this child discussed in supervision" in page
    assert re.search("must be (a whole number|0 or more|9,999 or less)", page)
    assert not draft.answers.exists()
    post(client, url, d6_discussions="0")
    assert draft.answers.get().value == "0"


def test_an_answer_that_is_too_long_is_refused_in_words(cast: Cast, draft: AgencyReturn) -> None:
    client, url = browser(cast, "auditor.csc"), f"{draft.get_absolute_url()}domains/D1/"
    assert 'data-maxlength="20000"' in client.get(url).content.decode()
    page = text(post(client, url, d1_evidence="x" * 20_001, d1_signs="Yes"))
    assert "must be 20,000 characters or fewer" in page
    assert [each.value for each in draft.answers.all()] == ["Yes"]
    answer = client.post(url, {"d1_evidence": "x" * (12 * 1024 * 1024 + 1)})
    assert answer.status_code == 413
    assert "This is too big to send" in text(answer)


@pytest.mark.parametrize(
    ("key", "given"),
    [
        ("d1_signs", AnswerInput(value="Partly")),
        ("d1_grade", AnswerInput(grade="RI")),
        ("d1_grade", AnswerInput(no_grade="not_told")),
    ],
)
def test_an_answer_chosen_by_mistake_is_cleared(
    cast: Cast, draft: AgencyReturn, key: str, given: AnswerInput
) -> None:
    client, url = browser(cast, "auditor.csc"), f"{draft.get_absolute_url()}domains/D1/"
    assert "Clear this answer" not in text(client.get(url))
    services.save_answers(return_=draft, answers={key: given}, by=cast["auditor.csc"])
    assert text(client.get(url)).count("Clear this answer") == 1
    post(client, url, **{key: "clear:"})
    assert draft.answers.get().is_empty
    assert "Clear this answer" not in text(client.get(url))


def test_an_unknown_part_is_not_found(cast: Cast, draft: AgencyReturn) -> None:
    client = browser(cast, "auditor.csc")
    assert client.get(f"{draft.get_absolute_url()}domains/D99/").status_code == 404


def test_a_reminder_is_shown_and_does_not_make_the_page_stale(
    cast: Cast, draft: AgencyReturn
) -> None:
    client, url = browser(cast, "auditor.csc"), f"{draft.get_absolute_url()}domains/D1/"
    typed = {**form_of(client, url), "d1_evidence": "Seen"}
    services.remind(return_=draft, note="Panel pack", by=cast["coordinator"])
    assert client.post(url, typed).status_code == 302
    today = f"{clock.today():%-d %B %Y}"
    page = text(client.get(draft.get_absolute_url()))
    assert f"You were reminded on {today} by Coordinator: Panel pack" in page


@pytest.mark.parametrize(("name", "path"), [("auditor.csc", ""), ("auditor.csc", "domains/D1/")])
def test_the_auditors_pages_cost_few_statements(
    cast: Cast, draft: AgencyReturn, name: str, path: str
) -> None:
    before = cost(browser(cast, name), draft.get_absolute_url() + path)
    complete(cast, draft)
    after = cost(browser(cast, name), draft.get_absolute_url() + path)
    assert before == after <= 35


# --- submitting, signing off, reading ------------------------------------------------------------


def test_the_check_names_what_is_missing_and_links_to_it(cast: Cast, draft: AgencyReturn) -> None:
    client, url = browser(cast, "auditor.csc"), f"{draft.get_absolute_url()}check/"
    page = client.get(url)
    base = f"{draft.get_absolute_url()}domains"
    for link in ("D1/#id_d1_evidence", "D1/#id_d1_grade_0", "D8/#id_d8_grade_0"):
        assert f'href="{base}/{link}"' in page.content.decode()
    assert "D8 Whole family, identity and inclusion: Evidence" in text(page)
    assert "Submit audit" not in text(page)
    assert post(client, url).status_code == 200
    assert now(draft).state == ReturnState.DRAFTING


def test_every_link_of_the_check_leads_to_a_control(cast: Cast, draft: AgencyReturn) -> None:
    complete(cast, draft)
    client = browser(cast, "auditor.csc")
    html = client.get(f"{draft.get_absolute_url()}check/").content.decode()
    links = re.findall(r'href="([^"#]+)#(id_[^"]+)"', html)
    pages = {url: client.get(url).content.decode() for url in {url for url, _id in links}}
    assert len(pages) == 9
    for url, control in links:
        assert re.search(rf'<(input|textarea)[^>]* id="{control}"', pages[url]), control


def test_a_complete_audit_is_submitted_by_one_button(cast: Cast, draft: AgencyReturn) -> None:
    complete(cast, draft)
    client, base = browser(cast, "auditor.csc"), draft.get_absolute_url()
    assert "Submit audit" in text(client.get(f"{base}check/"))
    assert post(client, f"{base}check/").headers["Location"] == base
    page = text(client.get(base))
    assert "NEG-01 CSC is submitted. Thank you." in page
    assert "Go to my work" in page
    assert "Go to my work" not in text(browser(cast, "coordinator").get(base))
    assert "What the file shows." in page


def test_a_double_click_submits_once(cast: Cast, draft: AgencyReturn) -> None:
    complete(cast, draft)
    client, base = browser(cast, "auditor.csc"), draft.get_absolute_url()
    typed = form_of(client, f"{base}check/")
    for _turn in range(2):
        assert client.post(f"{base}check/", typed).headers["Location"] == base
    assert draft.submissions.count() == 1


def test_a_check_page_out_of_date_does_not_submit(cast: Cast, draft: AgencyReturn) -> None:
    complete(cast, draft)
    client, base = browser(cast, "auditor.csc"), draft.get_absolute_url()
    typed = form_of(client, f"{base}check/")
    post(client, f"{base}domains/D1/", d1_grade="grade:I", d1_evidence="x", d1_development="y")
    assert client.post(f"{base}check/", typed).status_code == 409
    assert now(draft).state == ReturnState.DRAFTING


def test_the_lead_reads_the_whole_and_signs_it_off(cast: Cast, audit: Audit) -> None:
    return_ = at("with_lead", cast, factories.a_return(audit))
    client, base = browser(cast, "lead.pol"), return_.get_absolute_url()
    page = text(client.get(base))
    assert "Sign off and submit" in page
    assert "What the file shows." in page
    post(client, f"{base}sign-off/")
    assert now(return_).state == ReturnState.SUBMITTED


def test_the_lead_sends_it_back_and_only_the_agency_reads_why(cast: Cast, audit: Audit) -> None:
    return_ = at("with_lead", cast, factories.a_return(audit))
    base = return_.get_absolute_url()
    post(browser(cast, "lead.pol"), f"{base}hand-back/", why="Give the dates in D3")
    assert "Give the dates in D3" in text(browser(cast, "auditor.pol").get(base))
    assert "Give the dates in D3" not in text(browser(cast, "coordinator").get(base))


def test_a_query_is_answered_with_the_next_submission(cast: Cast, audit: Audit) -> None:
    return_ = factories.submitted(cast, factories.a_return(audit, "CSC"))
    base, auditor = return_.get_absolute_url(), browser(cast, "auditor.csc")
    post(browser(cast, "coordinator"), f"{base}query/", why="Which dates?")
    asked = auditor.get(base)
    assert "Which dates?" in text(asked)
    assert f'href="{base}check/#id_answer"' in asked.content.decode()
    assert "Read the file" not in text(asked)
    assert "minutes" not in text(asked)
    assert "Answer the coordinator’s query" in text(auditor.get("/"))
    assert "Enter your answer" in text(post(auditor, f"{base}check/"))
    post(auditor, f"{base}check/", answer="Added them")
    page = text(browser(cast, "coordinator").get(base))
    assert "Version 2" in page
    assert "Added them" in page


def test_with_something_missing_a_query_leads_to_what_is_missing_first(
    cast: Cast, audit: Audit
) -> None:
    return_ = factories.submitted(cast, factories.a_return(audit, "CSC"))
    base, auditor = return_.get_absolute_url(), browser(cast, "auditor.csc")
    services.query(return_=return_, text="Which dates?", by=cast["coordinator"])
    gap = {"d1_evidence": AnswerInput()}
    services.save_answers(return_=return_, answers=gap, by=cast["auditor.csc"])
    assert f'href="{base}check/"' in auditor.get(base).content.decode()
    assert "After that you answer on this page what Coordinator asked: Which dates?" in text(
        auditor.get(f"{base}check/")
    )


def test_whoever_leads_alone_is_told_that_they_sign_off_themselves(
    cast: Cast, audit: Audit
) -> None:
    lead, return_ = cast["lead.pol"], factories.a_return(audit)
    return_ = factories.drafting(cast, return_, lead)
    services.save_answers(return_=return_, answers=factories.full_answers(return_), by=lead)
    base, client = return_.get_absolute_url(), browser(cast, "lead.pol")
    assert "It goes to you, as the agency’s only lead" in text(client.get(f"{base}check/"))
    post(client, f"{base}check/")
    page = text(client.get(base))
    assert "NEG-01 POL is with you, as the agency’s only lead, for sign-off." in page
    assert "You have finished the audit, and nobody else leads your agency." in page


@pytest.mark.parametrize(
    ("auditor", "who"),
    [("auditor.pol", "your agency lead"), ("lead.pol", "another lead of your agency")],
)
def test_whoever_submits_is_told_who_signs_off(
    cast: Cast, audit: Audit, auditor: str, who: str
) -> None:
    cast.add("lead2.pol", Role.AGENCY_LEAD, "POL")
    return_ = factories.drafting(cast, factories.a_return(audit), cast[auditor])
    answers = factories.full_answers(return_)
    services.save_answers(return_=return_, answers=answers, by=cast[auditor])
    base, client = return_.get_absolute_url(), browser(cast, auditor)
    post(client, f"{base}check/")
    assert f"NEG-01 POL is with {who} for sign-off." in text(client.get(base))


#: What the file shows, in a draft nobody outside the agency may read.
SECRET = "A passage of the draft"


def test_a_draft_is_read_by_its_own_agency_only(cast: Cast, draft: AgencyReturn) -> None:
    answers = {"d1_evidence": AnswerInput(value=SECRET)}
    services.save_answers(return_=draft, answers=answers, by=cast["auditor.csc"])
    base = draft.get_absolute_url()
    assert SECRET in text(browser(cast, "lead.csc").get(base))
    assert SECRET not in text(browser(cast, "coordinator").get(base))
    for name in ("lead.pol", "panel.csc", "chair"):
        assert browser(cast, name).get(base).status_code == 404


def test_with_the_lead_it_is_still_a_draft_and_queried_the_last_version_stays_readable(
    cast: Cast, audit: Audit
) -> None:
    return_ = factories.submitted(cast, factories.a_return(audit))
    base, auditor = return_.get_absolute_url(), cast["auditor.pol"]
    services.query(return_=return_, text="Which dates?", by=cast["coordinator"])
    answers = {"d1_evidence": AnswerInput(value=SECRET)}
    services.save_answers(return_=return_, answers=answers, by=auditor)
    services.submit(return_=return_, answer_to_query="Added", by=auditor)
    page = text(browser(cast, "coordinator").get(base))
    assert SECRET not in page
    assert "What was submitted before, as version 1" in page
    services.sign_off(return_=return_, by=cast["lead.pol"])
    assert SECRET in text(browser(cast, "coordinator").get(base))


def test_the_panel_reads_it_after_release_without_the_agencys_reasons(cast: Cast) -> None:
    audit = factories.audit_convened(cast)
    return_ = factories.a_return(audit)
    nil = audit.returns.filter(state=ReturnState.NIL)[0]
    page = text(browser(cast, "panel.csc").get(return_.get_absolute_url()))
    assert "What the file shows." in page
    for label in ("Send back", "Give more time", "Choose who audits"):
        assert label not in page
    said = text(browser(cast, "panel.csc").get(nil.get_absolute_url()))
    assert "Not known to us" in said


def test_the_pages_name_the_case_and_no_child(cast: Cast, audit: Audit) -> None:
    for return_ in audit.returns.all():
        page = browser(cast, "coordinator").get(return_.get_absolute_url())
        assert "Invented" not in page.content.decode()
        assert return_.case.label in text(page)
