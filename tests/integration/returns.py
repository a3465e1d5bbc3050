"""What the tests of the pages of returns share: browsers, forms, and returns at a state."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from macfa.returns import services
from macfa.returns.models import AgencyReturn
from tests import factories
from workflows import clock

if TYPE_CHECKING:
    from datetime import date

    from django.test.client import _MonkeyPatchedWSGIResponse as Page

    from tests.cast import Cast


def browser(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast[name])
    return client


def text(response: Page) -> str:
    """What a page says, without markup."""
    plain = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", plain).replace("&#x27;", "'").replace("&quot;", '"')


def form_of(client: Client, url: str) -> dict[str, Any]:
    """The hidden fields of a page's form, as a browser would post them."""
    page = client.get(url).content.decode()
    found = re.findall(r'<input type="hidden" name="(\w+)"(?: value="([^"]*)")?', page)
    return {name: value for name, value in found if name != "csrfmiddlewaretoken"}


def post(client: Client, url: str, **typed: Any) -> Page:
    """Open a page, fill its form and post it."""
    return client.post(url, {**form_of(client, url), **typed})


def date_typed(name: str, day: date) -> dict[str, int]:
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


def complete(cast: Cast, return_: AgencyReturn) -> AgencyReturn:
    by = cast[f"auditor.{return_.agency.code.lower()}"]
    return services.save_answers(return_=return_, answers=factories.full_answers(return_), by=by)


def cost(client: Client, url: str) -> int:
    ContentType.objects.get_for_model(AgencyReturn)
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)
