"""The programme board, an audit's page, a case's page: who sees what of them."""

from __future__ import annotations

import re
from datetime import timedelta

from django.test import Client

from macfa.audits.lifecycle import Stage
from macfa.moderation import services as moderation
from tests import factories
from tests.cast import Cast, assemble
from workflows import clock


def page(client: Client, person: object, address: str) -> str:
    client.force_login(person)  # type: ignore[arg-type]
    response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)
    return response.content.decode()


def status(client: Client, person: object, address: str) -> int:
    client.force_login(person)  # type: ignore[arg-type]
    return client.get(address).status_code


def test_the_board_shows_the_coordinator_what_each_audit_waits_for(
    client: Client, cast: Cast
) -> None:
    audit = factories.audit_issued(cast)
    shown = page(client, cast["coordinator"], "/audits/")
    assert "NEG Neglect" in shown
    assert "Waits for" in shown
    assert "Police: " in shown
    for name in ("lead.pol", "board"):
        other = page(client, cast[name], "/audits/")
        assert "When each stage ends" in other
        assert "Waits for" not in other
        assert "to do" not in other
    assert str(audit.stage.label) in shown


def test_an_audit_is_seen_by_its_partnership_and_nobody_else(client: Client, cast: Cast) -> None:
    audit = factories.audit_opened(cast)
    outsider = assemble("elsewhere")["coordinator"]
    for name in ("coordinator", "lead.pol", "panel.pol", "chair", "qppa", "board"):
        assert status(client, cast[name], audit.get_absolute_url()) == 200
    for person in (outsider, cast["auditor.pol"], cast["owner.csc"], cast["admin"]):
        assert status(client, person, audit.get_absolute_url()) == 404
    assert "NEG" not in page(client, outsider, "/audits/")


def test_what_is_late_says_so_in_words_on_the_audit_and_on_the_return(
    client: Client, cast: Cast
) -> None:
    audit = factories.audit_issued(cast)
    return_ = factories.a_return(audit)
    addresses = (audit.get_absolute_url(), return_.get_absolute_url())
    for address in addresses:
        assert "Overdue" not in page(client, cast["coordinator"], address)
    with clock.playing(clock.now() + timedelta(days=400)):
        for address in addresses:
            assert "Overdue" in page(client, cast["coordinator"], address)


def test_the_way_to_an_audit_is_the_same_on_every_page_below_it(client: Client, cast: Cast) -> None:
    audit = factories.audit_convened(cast)
    own, case = audit.get_absolute_url(), audit.cases.all()[0]
    below = ("sample/", "returns/", "panel/", "moderation/", "scope/", "history/")
    for address in (*(own + each for each in below), case.get_absolute_url()):
        shown = page(client, cast["coordinator"], address)
        assert f'<a class="govuk-breadcrumbs__link" href="{own}">Audit NEG</a>' in shown, address
        assert 'href="/audits/" aria-current="true"' in shown, address


def test_an_agency_lead_sees_nothing_of_another_agency(client: Client, cast: Cast) -> None:
    audit = factories.audit_returned(cast)
    shown = page(client, cast["lead.pol"], audit.get_absolute_url())
    assert "Police" in shown
    assert "Children’s Social Care" not in shown
    assert "In numbers" not in shown
    history = page(client, cast["lead.pol"], f"{audit.get_absolute_url()}history/")
    assert "Csc" not in history


def test_the_coordinator_reads_every_step_as_a_sentence(client: Client, cast: Cast) -> None:
    audit = factories.audit_returned(cast)
    history = page(client, cast["coordinator"], f"{audit.get_absolute_url()}history/")
    assert "signed the return off and submitted it" in history
    assert "made a nil return" in history


def test_the_history_is_read_to_its_beginning(client: Client, cast: Cast) -> None:
    audit = factories.audit_moderated(cast)
    address = f"{audit.get_absolute_url()}history/"
    read = page(client, cast["chair"], address)
    assert "opened the audit" not in read
    pages = 1
    while next_page := re.search(r'href="(\?page=\d+)" rel="next"', read):
        read = page(client, cast["chair"], f"{address}{next_page[1]}")
        assert 'rel="prev"' in read
        pages += 1
    assert pages > 1
    assert "opened the audit" in read


def test_a_conflict_of_interest_hides_what_happened_to_the_case(client: Client, cast: Cast) -> None:
    audit = factories.audit_convened(cast)
    case, other = audit.cases.order_by("number")
    for name in ("chair", "panel.csc"):
        member = audit.panel.members.get(person=cast[name])
        moderation.declare_conflict(member=member, case=case, why=f"Kin of {name}", by=cast[name])
    [grade] = cast.tool.scale.grades.filter(code="RI")
    for each in (case, other):
        moderation.grade_agency(
            return_=each.returns.get(agency__code="POL"),
            grade=grade,
            reason=f"Two missed visits on {each}",
            decided_by="The panel",
            by=cast["coordinator"],
        )
    for address in (audit.get_absolute_url(), f"{audit.get_absolute_url()}history/"):
        shown = page(client, cast["chair"], address)
        assert "Two missed visits on NEG-02" in shown
        assert "Two missed visits on NEG-01" not in shown
        assert "Kin of" not in shown
        assert "Two missed visits on NEG-01" in page(client, cast["coordinator"], address)


def test_a_case_is_seen_by_those_with_access_to_it(client: Client, cast: Cast) -> None:
    audit = factories.audit_issued(cast)
    case = audit.cases.get(number=1)
    outsider = assemble("elsewhere")["coordinator"]
    assert status(client, cast["coordinator"], case.get_absolute_url()) == 200
    assert status(client, cast["lead.pol"], case.get_absolute_url()) == 200
    for person in (cast["auditor.pol"], cast["panel.pol"], cast["board"], outsider):
        assert status(client, person, case.get_absolute_url()) == 404


def test_a_lead_sees_only_their_agencys_return_on_a_case(client: Client, cast: Cast) -> None:
    audit = factories.audit_issued(cast)
    shown = page(client, cast["lead.pol"], audit.cases.get(number=1).get_absolute_url())
    assert "Police" in shown
    assert "Children’s Social Care" not in shown
    assert "What happened" not in shown


def test_the_board_costs_the_same_number_of_statements_for_one_audit_and_for_five(
    client: Client, cast: Cast, django_assert_max_num_queries: object
) -> None:
    factories.audit_opened(cast, "ONE")
    client.force_login(cast["coordinator"])
    with django_assert_max_num_queries(14) as first:  # type: ignore[operator]
        client.get("/audits/")
    for prefix in ("TWO", "THREE", "FOUR", "FIVE"):
        factories.audit_opened(cast, prefix)
    with django_assert_max_num_queries(len(first)):  # type: ignore[operator]
        client.get("/audits/")


def test_withdrawing_asks_for_a_reason_and_lands_on_the_audit(client: Client, cast: Cast) -> None:
    audit = factories.audit_opened(cast)
    address = f"{audit.get_absolute_url()}withdraw/"
    client.force_login(cast["coordinator"])
    assert "Error:" in client.post(address, {"reason": ""}).content.decode()
    posted = {"reason": "Merged with another theme.", "version": audit.version}
    response = client.post(address, posted, follow=True)
    assert "was withdrawn" in response.content.decode()
    assert type(audit).objects.get().stage == Stage.WITHDRAWN


def test_withdrawing_is_for_the_coordinator_alone(client: Client, cast: Cast) -> None:
    audit = factories.audit_opened(cast)
    address = f"{audit.get_absolute_url()}withdraw/"
    assert status(client, cast["lead.pol"], address) == 403
    assert status(client, cast["auditor.pol"], address) == 404


def test_a_stale_withdrawal_keeps_what_was_typed(client: Client, cast: Cast) -> None:
    audit = factories.audit_opened(cast)
    address = f"{audit.get_absolute_url()}withdraw/"
    client.force_login(cast["coordinator"])
    posted = {"reason": "A long and careful reason.", "version": audit.version - 1}
    response = client.post(address, posted)
    assert response.status_code == 409
    assert "A long and careful reason." in response.content.decode()


def test_an_audit_is_paused_and_resumed_on_its_pages(client: Client, cast: Cast) -> None:
    audit = factories.audit_issued(cast)
    address = audit.get_absolute_url()
    assert "Pause this audit" in page(client, cast["coordinator"], address)
    typed = {"reason": "An inquiry", "until_day": "3", "until_month": "3", "until_year": "2020"}
    assert "Choose a day to come" in client.post(f"{address}pause/", typed).content.decode()
    typed["until_year"] = str(clock.today().year + 1)
    assert client.post(f"{address}pause/", typed).headers["Location"] == address
    words = f"Paused until 3 March {clock.today().year + 1}"
    shown = page(client, cast["coordinator"], address)
    assert words in shown
    assert "An inquiry" in shown
    assert "See who owes what" not in shown
    assert words in page(client, cast["coordinator"], "/audits/")
    for name in ("lead.pol", "chair", "board"):
        read = page(client, cast[name], address)
        assert words in read
        assert "An inquiry" in read
        assert status(client, cast[name], f"{address}resume/") == 403
    client.force_login(cast["coordinator"])
    assert client.post(f"{address}resume/", {"reason": "It ended"}).status_code == 302
    assert "See who owes what" in page(client, cast["coordinator"], address)


def test_a_case_is_paused_and_resumed_on_its_pages(client: Client, cast: Cast) -> None:
    case = factories.audit_issued(cast).cases.get(number=1)
    address = case.get_absolute_url()
    assert "Pause this case" in page(client, cast["coordinator"], address)
    typed = {"reason": "An inquiry", "until_day": "3", "until_month": "3"}
    typed["until_year"] = str(clock.today().year + 1)
    assert client.post(f"{address}pause/", typed).headers["Location"] == address
    assert "Paused until 3 March" in page(client, cast["lead.pol"], address)
    assert "An inquiry" not in page(client, cast["lead.pol"], address)
    assert status(client, cast["lead.pol"], f"{address}resume/") == 403
    assert status(client, cast["auditor.pol"], f"{address}resume/") == 404
    grid = f"{case.audit.get_absolute_url()}returns/"
    assert "paused until 3 march" in page(client, cast["coordinator"], grid).lower()
    assert client.post(f"{address}resume/", {"reason": "It ended"}).status_code == 302
    assert "Pause this case" in page(client, cast["coordinator"], address)
