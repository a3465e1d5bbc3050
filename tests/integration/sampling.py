"""What tests of the sample's pages share: a browser, a file, a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from macfa.audits.models import Audit
from macfa.sampling import access, services
from macfa.sampling.draw import parse_strata
from macfa.sampling.models import Case, CaseAccess, Draw, Pool
from tests.cast import Cast
from tests.factories import LAYOUT, audit_drawn, pool_csv

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

HOLDS = ["row_id", "characteristic", "characteristic", "identifying", "identifying"]
WHY = "To find the police record"


def browser(cast: Cast, name: str) -> Client:
    """A browser in which somebody is signed in."""
    client = Client()
    client.force_login(cast[name])
    return client


def at(audit: Audit, page: str = "") -> str:
    """The address of one of the sample's pages."""
    return f"{audit.get_absolute_url()}sample/{page}"


def key_of(case: Case) -> str:
    """The address at which a case's identity key is opened."""
    return f"/cases/{case.public_id}/identity/"


def text(answer: Answer) -> str:
    """A page without its line breaks."""
    return " ".join(answer.content.decode().split())


def statements(client: Client, address: str) -> int:
    """How many statements a page costs."""
    with CaptureQueriesContext(connection) as spent:
        assert client.get(address).status_code == 200
    assert len(spent)
    return len(spent)


def upload(
    client: Client, audit: Audit, content: bytes | None = None, name: str = "pool.csv"
) -> Answer:
    """Upload a file with a pool of 30 invented children, or with this content."""
    file = SimpleUploadedFile(name, pool_csv(30) if content is None else content)
    return client.post(at(audit, "pool/"), {"file": file})


def holding(*meanings: str, **more: object) -> dict[str, object]:
    """What is said of the columns of the file."""
    return {f"column_{n}": meaning for n, meaning in enumerate(meanings or HOLDS)} | more


def load(cast: Cast, audit: Audit, rows: int = 30) -> Pool:
    """A pool that is loaded."""
    return services.load_pool(
        audit=audit,
        file_name="pool.csv",
        content=pool_csv(rows),
        layout=LAYOUT,
        by=cast["coordinator"],
    )


def drawn(cast: Cast, audit: Audit, seed: str = "a seed") -> Draw:
    """A pool that is loaded, and a draw from it."""
    load(cast, audit)
    return services.draw_sample(
        audit=audit,
        quotas=parse_strata("status=EH:2,status=CP:2"),
        reserves=2,
        seed=seed,
        by=cast["coordinator"],
    )


def plan(**changed: object) -> dict[str, object]:
    """What is typed on the page: CIN, CP and EH are the strata in order."""
    typed = {"stratum_1": "2", "stratum_2": "2", "reserves": "2", "seed": "a seed"}
    return {**typed, **changed}


def case_with_people(cast: Cast) -> Case:
    """A case with an agency lead, an auditor and a panel member on it."""
    case = audit_drawn(cast).cases.get(number=1)
    police, capacity = cast.agencies["POL"], CaseAccess.Capacity
    access.grant(case, capacity.LEADS, person=cast["lead.pol"], agency=police)
    access.grant(case, capacity.AUDITS, person=cast["auditor.pol"], agency=police)
    access.grant(case, capacity.PANEL, person=cast["panel.csc"])
    return case
