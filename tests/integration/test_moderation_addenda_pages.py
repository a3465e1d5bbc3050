"""The pages of the panel's question and the agency's addendum: who sees and does what there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from macfa.returns.models import AgencyReturn
from tests import factories
from tests.cast import assemble
from tests.integration.moderating import agency_page, case_page
from tests.scenes import scene

if TYPE_CHECKING:
    from django.test import Client

    from macfa.audits.models import Audit
    from macfa.people.models import User
    from tests.cast import Cast

pytestmark = pytest.mark.django_db


built, cast, audit = scene(factories.audit_convened)


def the_return(audit: Audit) -> AgencyReturn:
    return AgencyReturn.objects.get(audit=audit, case__number=1, agency__code="POL")


def shown(client: Client, person: User, address: str) -> str:
    client.force_login(person)
    response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)
    return response.content.decode()


def posted(client: Client, person: User, address: str, **typed: str) -> str:
    client.force_login(person)
    return client.post(address, typed, follow=True).content.decode()


def test_the_chair_asks_and_the_auditor_answers(client: Client, cast: Cast, audit: Audit) -> None:
    return_ = the_return(audit)
    page = agency_page(return_.case)
    assert "Ask the agency a question" in shown(client, cast["chair"], page)
    asked = posted(client, cast["chair"], f"{page}ask/", text="Who told the school?")
    assert "Police is asked." in asked
    assert "Withdraw the question" in asked
    assert "Asked, not answered yet" in shown(client, cast["chair"], case_page(return_.case))
    form = shown(client, cast["auditor.pol"], f"{return_.get_absolute_url()}addendum/")
    assert "Who told the school?" in form
    assert "Send the answer" in form
    address = f"{return_.get_absolute_url()}addendum/"
    done = posted(client, cast["auditor.pol"], address, text="The duty sergeant did.")
    assert "The duty sergeant did." in done
    for name in ("panel.csc", "chair", "coordinator"):
        assert "The duty sergeant did." in shown(client, cast[name], case_page(return_.case))
        assert "The duty sergeant did." in shown(client, cast[name], page)


def test_an_agency_adds_of_its_own_accord(client: Client, cast: Cast, audit: Audit) -> None:
    return_ = the_return(audit)
    address = return_.get_absolute_url()
    assert "Add an addendum" in shown(client, cast["lead.pol"], address)
    assert "Add an addendum" not in shown(client, cast["panel.csc"], address)
    assert "Error:" in posted(client, cast["lead.pol"], f"{address}addendum/", text="")
    assert "More came to light." in posted(
        client, cast["lead.pol"], f"{address}addendum/", text="More came to light."
    )
    assert the_return(audit).addenda.count() == 1


def test_the_same_form_sent_twice_adds_once(client: Client, cast: Cast, audit: Audit) -> None:
    address = f"{the_return(audit).get_absolute_url()}addendum/"
    for _time in range(2):
        posted(client, cast["lead.pol"], address, text="More.", token="a-token")
    assert the_return(audit).addenda.count() == 1


def test_a_question_is_withdrawn_with_a_reason(client: Client, cast: Cast, audit: Audit) -> None:
    page = agency_page(the_return(audit).case)
    posted(client, cast["coordinator"], f"{page}ask/", text="Who told the school?")
    assert "Who told the school?" in shown(client, cast["chair"], f"{page}withdraw-question/")
    done = posted(client, cast["chair"], f"{page}withdraw-question/", why="It is on file.")
    assert "The question is withdrawn." in done
    assert "Ask the agency a question" in done


def test_strangers_find_none_of_the_pages(client: Client, cast: Cast, audit: Audit) -> None:
    return_ = the_return(audit)
    page = agency_page(return_.case)
    outsider = assemble("elsewhere")["coordinator"]
    for person in (outsider, cast["lead.csc"], cast["board"]):
        client.force_login(person)
        for address in (f"{return_.get_absolute_url()}addendum/", f"{page}ask/"):
            assert client.get(address).status_code == 404, (person, address)
    client.force_login(cast["panel.csc"])
    assert client.get(f"{page}ask/").status_code == 403
    client.force_login(cast["coordinator"])
    assert client.get(f"{return_.get_absolute_url()}addendum/").status_code == 403
