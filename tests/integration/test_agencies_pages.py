"""The agencies of the partnership, and the page for one that is merged, split or renamed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from macfa.people.models import Agency
from tests.cast import assemble
from tests.integration.browsing import parts
from workflows import clock

if TYPE_CHECKING:
    from django.test import Client

    from tests.cast import Cast

pytestmark = pytest.mark.django_db
PAGE = "/agencies/POL/end/"


def test_the_coordinator_comes_from_the_audits_to_an_agency(client: Client, cast: Cast) -> None:
    client.force_login(cast["coordinator"])
    assert 'href="/agencies/"' in client.get("/audits/").content.decode()
    assert PAGE in client.get("/agencies/").content.decode()
    page = client.get(PAGE).content.decode()
    assert "Children’s Social Care" in page
    assert "A new agency, with the same people" in page


def test_a_merger_is_recorded_and_shown(client: Client, cast: Cast) -> None:
    client.force_login(cast["coordinator"])
    typed = {
        "successor": cast.agencies["CSC"].pk,
        "why": "Merged.",
        **parts("on", clock.today()),
    }
    done = client.post(PAGE, typed, follow=True).content.decode()
    assert "Children’s Social Care carries on for Police." in done
    assert "Merged." in done
    assert PAGE not in done


def test_a_new_name_is_typed_beside_the_choice(client: Client, cast: Cast) -> None:
    client.force_login(cast["coordinator"])
    typed = {"successor": "new", "why": "Renamed.", **parts("on", clock.today())}
    assert "Enter the name of the new agency" in client.post(PAGE, typed).content.decode()
    client.post(PAGE, {**typed, "code": "wmp", "name": "Westmarch Police"})
    assert Agency.objects.get(code="WMP").name == "Westmarch Police"


def test_agencies_are_the_coordinators_to_end(client: Client, cast: Cast) -> None:
    for person, status in ((cast["lead.pol"], 403), (cast["chair"], 403)):
        client.force_login(person)
        assert client.get("/agencies/").status_code == status
        assert client.get(PAGE).status_code == status
    client.force_login(assemble("elsewhere")["coordinator"])
    client.post(PAGE, {"successor": cast.agencies["CSC"].pk, "why": "No.", "on_day": "1"})
    assert cast.partnership.agencies.get(code="POL").until is None
