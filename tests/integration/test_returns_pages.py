"""The pages of agency returns: who may open what, what they show, and what a post does."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from macfa.people.models import Setting
from macfa.people.roles import Role
from macfa.returns import services
from macfa.returns.lifecycle import ReturnState
from macfa.returns.models import AgencyReturn, Answer, Reminder
from macfa.returns.services import AnswerInput
from macfa.sampling.models import Case
from tests import factories
from tests.cast import Cast, assemble
from workflows import clock

if TYPE_CHECKING:
    from django.http import HttpResponse

    from macfa.audits.models import Audit


@pytest.fixture
def cast(db: None) -> Cast:
    return assemble()


@pytest.fixture
def audit(cast: Cast) -> Audit:
    return factories.audit_issued(cast)


def browser(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast[name])
    return client


def text(response: HttpResponse) -> str:
    """What a page says, without markup."""
    plain = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", plain).replace("&#x27;", "'").replace("&quot;", '"')


def form_of(client: Client, url: str) -> dict[str, Any]:
    """The hidden fields of a page's form, as a browser would post them."""
    page = client.get(url).content.decode()
    found = re.findall(r'<input type="hidden" name="(\w+)"(?: value="([^"]*)")?', page)
    return {name: value for name, value in found if name != "csrfmiddlewaretoken"}


def post(client: Client, url: str, **typed: Any) -> HttpResponse:
    """Open a page, fill its form and post it."""
    answer: HttpResponse = client.post(url, {**form_of(client, url), **typed})
    return answer


def date_typed(name: str, day: Any) -> dict[str, str]:
    return {f"{name}_day": day.day, f"{name}_month": day.month, f"{name}_year": day.year}


def nil_typed(**changed: Any) -> dict[str, Any]:
    return {
        "involvement": "nil",
        "nil_kind": "not_known",
        "looked_for": ["child", "siblings"],
        "looked_by": "Records officer",
        **date_typed("looked_on", clock.today()),
        **changed,
    }


def now(return_: AgencyReturn) -> AgencyReturn:
    return AgencyReturn.objects.get(pk=return_.pk)


# --- who may open what ---------------------------------------------------------------------------

#: For each address of a return at a state: who may open it, and who is told that they may not.
#: Everybody else is told that it does not exist.
ALLOWED: dict[str, tuple[str, str, str]] = {
    "": ("drafting", "auditor.pol lead.pol coordinator", ""),
    "domains/D1/": ("drafting", "auditor.pol", "lead.pol coordinator"),
    "check/": ("drafting", "auditor.pol", "lead.pol coordinator"),
    "auditor/": ("drafting", "lead.pol coordinator", "auditor.pol"),
    "remind/": ("drafting", "lead.pol coordinator", "auditor.pol"),
    "extend/": ("drafting", "coordinator", "lead.pol auditor.pol"),
    "not-returned/": ("drafting", "coordinator", "lead.pol auditor.pol"),
    "involvement/": ("issued", "lead.pol", "coordinator"),
    "take-back/": ("nil", "lead.pol coordinator", ""),
    "sign-off/": ("with_lead", "lead.pol", "auditor.pol coordinator"),
    "hand-back/": ("with_lead", "lead.pol", "auditor.pol coordinator"),
    "query/": ("submitted", "coordinator", "lead.pol auditor.pol"),
    "accept-late/": ("not_returned", "coordinator", "lead.pol auditor.pol"),
}
EVERYBODY = (
    "coordinator",
    "lead.pol",
    "auditor.pol",
    "auditor2.pol",
    "owner.pol",
    "panel.pol",
    "lead.csc",
    "auditor.csc",
    "panel.csc",
    "chair",
    "qppa",
    "board",
    "admin",
)


def at(state: str, cast: Cast, return_: AgencyReturn) -> AgencyReturn:
    """A return of the police brought to a state."""
    if state == "nil":
        return factories.nil(cast, return_)
    if state == "submitted":
        return factories.submitted(cast, return_)
    if state in {"issued", "not_returned"}:
        if state == "not_returned":
            services.record_not_returned(return_=return_, reason="x", by=cast["coordinator"])
        return return_
    return_ = factories.drafting(cast, return_)
    by = cast["auditor.pol"]
    services.save_answers(return_=return_, answers=factories.full_answers(return_), by=by)
    return services.submit(return_=return_, by=by) if state == "with_lead" else return_


@pytest.mark.parametrize("path", ALLOWED)
def test_each_page_is_for_those_it_is_for(cast: Cast, audit: Audit, path: str) -> None:
    state, allowed, refused = ALLOWED[path]
    url = at(state, cast, factories.a_return(audit)).get_absolute_url() + path
    elsewhere = assemble("elsewhere")
    for name in EVERYBODY:
        wanted = 200 if name in allowed.split() else 403 if name in refused.split() else 404
        assert browser(cast, name).get(url).status_code == wanted, name
    for name in ("coordinator", "lead.pol", "auditor.pol"):
        assert browser(elsewhere, name).get(url).status_code == 404, name
    assert Client().get(url).status_code == 302


@pytest.mark.parametrize("path", [path for path in ALLOWED if path])
def test_no_post_goes_further_than_its_page(cast: Cast, audit: Audit, path: str) -> None:
    state, allowed, refused = ALLOWED[path]
    return_ = at(state, cast, factories.a_return(audit))
    before = now(return_).version
    for name in EVERYBODY:
        if name not in allowed.split():
            answer = browser(cast, name).post(return_.get_absolute_url() + path, {"why": "x"})
            assert answer.status_code == (403 if name in refused.split() else 404), name
    assert now(return_).version == before


@pytest.mark.parametrize("path", ["issue/", "returns/", "returns/remind/"])
def test_the_audits_pages_are_the_coordinators(cast: Cast, path: str) -> None:
    audit = factories.audit_drawn(cast) if path == "issue/" else factories.audit_issued(cast)
    url = audit.get_absolute_url() + path
    assert browser(cast, "coordinator").get(url).status_code == 200
    for name in ("lead.pol", "panel.pol", "chair", "qppa", "board"):
        assert browser(cast, name).get(url).status_code == 403, name
    for client in (browser(cast, "auditor.pol"), browser(assemble("elsewhere"), "coordinator")):
        assert client.get(url).status_code == 404


def test_replacing_a_case_is_the_coordinators(cast: Cast, audit: Audit) -> None:
    url = f"{audit.cases.all()[0].get_absolute_url()}replace/"
    assert browser(cast, "coordinator").get(url).status_code == 200
    assert browser(cast, "lead.pol").get(url).status_code == 403
    assert browser(cast, "auditor.pol").get(url).status_code == 404
    assert browser(assemble("elsewhere"), "coordinator").get(url).status_code == 404


# --- involved or nil -----------------------------------------------------------------------------


def test_a_nil_return_is_one_page_and_one_button(cast: Cast, audit: Audit) -> None:
    client, return_ = browser(cast, "lead.pol"), factories.a_return(audit)
    page = client.get(return_.get_absolute_url()).content.decode()
    assert page.count('type="submit"') == 2  # sign out, and the one
    assert 'value="Lead Pol"' in page
    url = f"{return_.get_absolute_url()}involvement/"
    assert post(client, url, **nil_typed()).headers["Location"] == return_.get_absolute_url()
    assert now(return_).state == ReturnState.NIL
    said = text(client.get(return_.get_absolute_url()))
    assert "Nil return made for NEG-01 POL." in said
    assert "The child, Brothers and sisters" in said


def test_what_a_nil_return_lacks_is_said_beside_it(cast: Cast, audit: Audit) -> None:
    client, return_ = browser(cast, "lead.pol"), factories.a_return(audit)
    url = f"{return_.get_absolute_url()}involvement/"
    tomorrow = date_typed("looked_on", clock.today() + timedelta(days=1))
    typed = nil_typed(nil_kind="", looked_for=[], looked_by="", **tomorrow)
    page = post(client, url, note="Two spellings", **typed)
    said = text(page)
    for sentence in (
        "Select why there is nothing to audit",
        "Select who you looked for",
        "Enter who looked",
        "The day they looked must be today or in the past",
    ):
        assert sentence in said
    assert "<title>Error: " in page.content.decode()
    assert "Two spellings" in said
    assert now(return_).state == ReturnState.ISSUED


def test_involved_asks_who_audits_and_gives_it_to_them(cast: Cast, audit: Audit) -> None:
    client, return_ = browser(cast, "lead.pol"), factories.a_return(audit)
    url = f"{return_.get_absolute_url()}involvement/"
    assert "Select who audits it" in text(post(client, url, involvement="involved"))
    chosen = cast["auditor2.pol"]
    post(client, url, involvement="involved", auditor=chosen.public_id)
    assert now(return_).auditor == chosen
    assert "is with Auditor2 Pol." in text(client.get(return_.get_absolute_url()))


@pytest.mark.parametrize(("answer", "owner"), [("queue", None), ("me", "lead.pol")])
def test_family_only_may_be_left_in_the_queue_or_taken_on(
    cast: Cast, audit: Audit, answer: str, owner: str | None
) -> None:
    return_ = factories.a_return(audit)
    auditor = cast["lead.pol"].public_id if answer == "me" else answer
    post(
        browser(cast, "lead.pol"),
        f"{return_.get_absolute_url()}involvement/",
        involvement="sibling_or_adult",
        auditor_of_family=auditor,
    )
    assert now(return_).auditor == (cast[owner] if owner else None)


def test_somebody_of_another_agency_cannot_be_chosen(cast: Cast, audit: Audit) -> None:
    return_ = factories.a_return(audit)
    auditor = cast["auditor.csc"].public_id
    url = f"{return_.get_absolute_url()}involvement/"
    page = post(browser(cast, "lead.pol"), url, involvement="involved", auditor=auditor)
    assert "Select one of the choices offered" in text(page)


def test_a_form_posted_twice_lands_on_the_result_once(cast: Cast, audit: Audit) -> None:
    client, return_ = browser(cast, "lead.pol"), factories.a_return(audit)
    url = f"{return_.get_absolute_url()}involvement/"
    typed = {**form_of(client, url), **nil_typed()}
    first, second = client.post(url, typed), client.post(url, typed)
    assert first.status_code == 302
    # By now there is nothing to say any more, so the page refuses before it comes to the act.
    assert second.status_code in {302, 409}
    assert now(return_).version == 2


def test_a_stale_page_is_refused_and_keeps_what_was_typed(cast: Cast, audit: Audit) -> None:
    cast.add("lead2.pol", Role.AGENCY_LEAD, "POL")
    return_ = factories.a_return(audit)
    client, url = browser(cast, "lead.pol"), f"{return_.get_absolute_url()}involvement/"
    typed = {**form_of(client, url), **nil_typed(note="Two spellings tried")}
    services.remind(return_=return_, by=cast["coordinator"])
    page = client.post(url, typed)
    assert page.status_code == 409
    assert "Two spellings tried" in text(page)
    assert "Coordinator reminded" in text(page)


def test_taking_a_nil_back_asks_again(cast: Cast, audit: Audit) -> None:
    return_ = factories.nil(cast, factories.a_return(audit))
    client = browser(cast, "lead.pol")
    post(client, f"{return_.get_absolute_url()}take-back/", why="Another spelling")
    assert "Was your agency involved" in text(client.get(return_.get_absolute_url()))


# --- independence and who audits -----------------------------------------------------------------


def given(cast: Cast, return_: AgencyReturn) -> AgencyReturn:
    return services.say_involved(
        return_=return_, involvement="involved", auditor=cast["auditor.pol"], by=cast["lead.pol"]
    )


def test_the_auditor_first_declares_and_then_sees_the_parts(cast: Cast, audit: Audit) -> None:
    return_ = given(cast, factories.a_return(audit))
    client, url = browser(cast, "auditor.pol"), return_.get_absolute_url()
    assert "Are you independent" in text(client.get(url))
    assert client.get(f"{url}domains/D1/").headers["Location"] == url
    assert "Select whether you are independent" in text(post(client, f"{url}independence/"))
    assert post(client, f"{url}independence/", independent="yes").headers["Location"] == url
    page = text(client.get(url))
    assert "D1 Recognition, threshold and referral Not started" in page
    assert "0 of 9" in page


def test_a_conflict_closes_the_case_and_its_reason_is_for_the_lead(
    cast: Cast, audit: Audit
) -> None:
    return_ = given(cast, factories.a_return(audit))
    client, url = browser(cast, "auditor.pol"), return_.get_absolute_url()
    declare = f"{url}independence/"
    assert "Enter what the conflict is" in text(post(client, declare, independent="no"))
    answer = post(client, declare, independent="no", conflict="I attended an incident")
    assert answer.headers["Location"] == "/"
    assert client.get(url).status_code == 404
    for name in ("lead.pol", "coordinator"):
        assert "I attended an incident" in text(browser(cast, name).get(f"{url}auditor/"))
    post(browser(cast, "lead.pol"), f"{url}auditor/", auditor=cast["auditor2.pol"].public_id)
    taken_over = text(browser(cast, "auditor2.pol").get(url))
    assert "I attended an incident" not in taken_over


def test_moving_an_audit_asks_why(cast: Cast, audit: Audit) -> None:
    return_ = factories.drafting(cast, factories.a_return(audit))
    client, url = browser(cast, "lead.pol"), f"{return_.get_absolute_url()}auditor/"
    chosen = cast["auditor2.pol"].public_id
    assert "Answer “Why does it move?”" in text(post(client, url, auditor=chosen))
    post(client, url, auditor=chosen, why="On leave")
    assert now(return_).auditor == cast["auditor2.pol"]


# --- writing -------------------------------------------------------------------------------------


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
    last = post(client, f"{base}domains/overall/", dates_from_day="5", go="on")
    assert "must include a month and a year" in text(last)
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
    assert f"You were reminded on {today}: Panel pack" in page


# --- submitting, signing off, reading ------------------------------------------------------------


def complete(cast: Cast, return_: AgencyReturn) -> AgencyReturn:
    by = cast[f"auditor.{return_.agency.code.lower()}"]
    return services.save_answers(return_=return_, answers=factories.full_answers(return_), by=by)


def test_the_check_names_what_is_missing_and_links_to_it(cast: Cast, draft: AgencyReturn) -> None:
    client, url = browser(cast, "auditor.csc"), f"{draft.get_absolute_url()}check/"
    page = client.get(url)
    assert f"{draft.get_absolute_url()}domains/D1/#id_d1_evidence" in page.content.decode()
    assert "D8 Whole family, identity and inclusion: Evidence" in text(page)
    assert "Submit audit" not in text(page)
    assert post(client, url).status_code == 200
    assert now(draft).state == ReturnState.DRAFTING


def test_a_complete_audit_is_submitted_by_one_button(cast: Cast, draft: AgencyReturn) -> None:
    complete(cast, draft)
    client, base = browser(cast, "auditor.csc"), draft.get_absolute_url()
    assert "Submit audit" in text(client.get(f"{base}check/"))
    assert post(client, f"{base}check/").headers["Location"] == base
    page = text(client.get(base))
    assert "NEG-01 CSC is submitted. Thank you." in page
    assert "What the file shows." in page


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
    assert "Which dates?" in text(auditor.get(base))
    assert "Enter your answer" in text(post(auditor, f"{base}check/"))
    post(auditor, f"{base}check/", answer="Added them")
    page = text(browser(cast, "coordinator").get(base))
    assert "Version 2" in page
    assert "Added them" in page


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


# --- following -----------------------------------------------------------------------------------


def test_the_grid_shows_who_owes_what_with_denominators(cast: Cast, audit: Audit) -> None:
    factories.nil(cast, factories.a_return(audit, "EDU"))
    factories.submitted(cast, factories.a_return(audit, "CSC"))
    late = factories.a_return(audit, "POL")
    services.record_not_returned(return_=late, reason="Staff left", by=cast["coordinator"])
    page = text(browser(cast, "coordinator").get(f"{audit.get_absolute_url()}returns/"))
    for figure in (
        "1 Submitted of 5 due",
        "3 Outstanding of 5 due",
        "1 Not returned of 5 due",
        "1 Nil returns of 6 asked for",
    ):
        assert figure in page
    assert "NEG-02 Police Lead Pol Waiting for the agency" in page


def test_reminding_all_shows_who_before_it_sends(cast: Cast, audit: Audit) -> None:
    client, url = browser(cast, "coordinator"), f"{audit.get_absolute_url()}returns/remind/"
    assert "Who is reminded" in text(client.get(url))
    assert not Reminder.objects.exists()
    assert post(client, url).headers["Location"] == f"{audit.get_absolute_url()}returns/"
    assert Reminder.objects.count() == 6
    client.post(url, {})
    assert Reminder.objects.count() == 6
    assert "6 returns had a reminder today already" in text(client.get(url))


def test_more_time_is_given_with_a_reason(cast: Cast, audit: Audit) -> None:
    return_ = factories.a_return(audit)
    client, url = browser(cast, "coordinator"), f"{return_.get_absolute_url()}extend/"
    same = post(client, url, **date_typed("due", return_.due), why="Half-term")
    assert "Choose a later day" in text(same)
    later = return_.due + timedelta(days=7)
    post(client, url, **date_typed("due", later), why="Half-term")
    assert now(return_).due == later


def test_not_returned_and_late_after_all(cast: Cast, audit: Audit) -> None:
    return_ = factories.a_return(audit)
    client, base = browser(cast, "coordinator"), return_.get_absolute_url()
    assert "Answer “Why does the audit" in text(post(client, f"{base}not-returned/", why=""))
    post(client, f"{base}not-returned/", why="Staff left")
    assert "Staff left" in text(client.get(base))
    post(client, f"{base}accept-late/", why="Found")
    assert now(return_).state == ReturnState.DRAFTING


def test_a_reminder_from_the_page_of_the_return(cast: Cast, audit: Audit) -> None:
    return_ = factories.a_return(audit)
    client, base = browser(cast, "coordinator"), return_.get_absolute_url()
    post(client, f"{base}remind/", note="Panel pack")
    assert "A reminder of NEG-01 POL went to Lead Pol." in text(client.get(base))


# --- issuing and replacing -----------------------------------------------------------------------


def test_issuing_is_previewed_and_done_by_one_button(cast: Cast) -> None:
    audit = factories.audit_drawn(cast)
    client, base = browser(cast, "coordinator"), audit.get_absolute_url()
    page = text(client.get(f"{base}issue/"))
    assert "6 returns will be asked for: 2 cases from 3 agencies" in page
    assert "status" in page
    assert "None in the sample" in page
    assert not AgencyReturn.objects.exists()
    school = Setting.objects.get(name="Hill School")
    case = audit.cases.all()[0]
    url = f"{base}issue/"
    typed = {**form_of(client, url), f"case_{case.pk}_0": [school.pk]}
    assert client.post(url, typed).headers["Location"] == f"{base}returns/"
    assert audit.returns.get(case=case, agency__code="EDU").setting == school
    # The same form again lands on the returns, and nothing is issued twice.
    assert client.post(url, typed).headers["Location"] == f"{base}returns/"
    assert audit.returns.count() == 6


def test_an_audit_without_cases_cannot_be_issued(cast: Cast) -> None:
    audit = factories.audit_scoped(cast)
    page = browser(cast, "coordinator").get(f"{audit.get_absolute_url()}issue/")
    assert page.status_code == 409
    assert "Draw the sample" in text(page)


def test_a_case_is_replaced_with_a_reason(cast: Cast, audit: Audit) -> None:
    case = audit.cases.get(label="NEG-02")
    client, url = browser(cast, "coordinator"), f"{case.get_absolute_url()}replace/"
    assert "Answer “Why is the case replaced?”" in text(post(client, url, why=""))
    fresh = Case.objects.filter(label="NEG-03")
    assert not fresh.exists()
    answer = post(client, url, why="Moved area")
    assert answer.headers["Location"] == fresh.get().get_absolute_url()
    grid = text(client.get(f"{audit.get_absolute_url()}returns/"))
    assert "replaced by NEG-03" in grid


# --- what pages cost -----------------------------------------------------------------------------


def cost(client: Client, url: str) -> int:
    ContentType.objects.get_for_model(AgencyReturn)
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_the_grid_costs_the_same_for_two_cases_and_for_six(cast: Cast) -> None:
    few = factories.audit_issued(cast, "FEW")
    many = factories.audit_issued(cast, "MNY", "status=EH:2,status=CIN:2,status=CP:2")
    client = browser(cast, "coordinator")
    urls = [f"{audit.get_absolute_url()}returns/" for audit in (few, many)]
    few_cost, many_cost = (cost(client, url) for url in urls)
    assert few_cost == many_cost <= 25


@pytest.mark.parametrize(("name", "path"), [("auditor.csc", ""), ("auditor.csc", "domains/D1/")])
def test_the_auditors_pages_cost_few_statements(
    cast: Cast, draft: AgencyReturn, name: str, path: str
) -> None:
    before = cost(browser(cast, name), draft.get_absolute_url() + path)
    complete(cast, draft)
    after = cost(browser(cast, name), draft.get_absolute_url() + path)
    assert before == after <= 35
