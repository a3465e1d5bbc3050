"""The server is killed in the middle of acts: what was answered is stored, and nothing is half."""

from __future__ import annotations

import os
import random
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Timer
from urllib.parse import urlencode, urlsplit

import pytest
from django.conf import settings
from django.test import Client

from macfa.overview import invariants as of_audits
from macfa.people.models import User
from macfa.returns import services as returns
from macfa.returns.models import AgencyReturn
from macfa.sampling import services as sampling
from macfa.sampling.draw import parse_strata
from notifications import inbox
from notifications.models import Notification
from tests import factories
from tests.cast import Cast, assemble
from tests.servers import answers_http, child, wait_until
from workflows import ledger
from workflows.models import Assignment, WorkItem

KILLS = 50 if os.environ.get("FAULTS") == "full" else 4
STRATA = "status=EH:20,status=CIN:20,status=CP:20"


@contextmanager
def killable_site(database_url: str, folder: Path) -> Iterator[tuple[str, int]]:
    """The site in a process of its own: its address and its process id."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        command = [sys.executable, "-m", "daphne", "--fd", str(listening.fileno())]
        command.append("macfa.asgi:application")
        environment = {"DATABASE_URL": database_url, "REDIS_URL": ""}
        inherited = (listening.fileno(),)
        with child(command, folder, environment=environment, inherited=inherited) as server:
            wait_until(lambda: answers_http(url), server, folder)
            yield url, server.pid


def signed_in(person: User) -> str:
    """The session cookie of somebody signed in."""
    client = Client()
    client.force_login(person)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def claim(url: str, item: WorkItem, cookie: str) -> bool:
    """Claim one task by HTTP; whether the server answered that it is done."""
    token = "a" * 32
    headers = {
        "Cookie": f"{cookie}; {settings.CSRF_COOKIE_NAME}={token}",
        "X-CSRFToken": token,
        "Content-Type": "application/x-www-form-urlencoded",
    }
    connection = HTTPConnection(str(urlsplit(url).netloc), timeout=30)
    try:
        connection.request("POST", f"/tasks/{item.public_id}/claim/", urlencode({}), headers)
        return connection.getresponse().status == 302
    except (HTTPException, OSError):
        return False
    finally:
        connection.close()


def waiting_work(cast: Cast) -> list[WorkItem]:
    """Many audits of the police's own work, in the team's queue to be claimed."""
    audit = factories.audit_scoped(cast)
    by = cast["coordinator"]
    sampling.load_pool(
        audit=audit,
        file_name="pool.csv",
        content=factories.pool_csv(90),
        layout=factories.LAYOUT,
        by=by,
    )
    quotas = parse_strata(STRATA)
    draw = sampling.draw_sample(audit=audit, quotas=quotas, seed="kill", by=by)
    sampling.confirm_draw(draw=draw, by=by)
    returns.issue(audit=audit, by=by)
    for return_ in audit.returns.filter(agency__code="POL").select_related("case", "agency"):
        returns.say_involved(
            return_=return_,
            involvement=AgencyReturn.Involvement.INVOLVED,
            auditor=None,
            by=cast["lead.pol"],
        )
    return list(WorkItem.objects.open().filter(owner=None, team__agency__code="POL"))


@pytest.mark.django_db(transaction=True)
def test_every_answered_act_is_stored_and_none_is_half(database_url: str, tmp_path: Path) -> None:
    cast = assemble()
    waiting = waiting_work(cast)
    auditor = cast["auditor.pol"]
    cookie = signed_in(auditor)
    answered: list[WorkItem] = []
    chance = random.Random(7)
    for _ in range(KILLS):
        if not waiting:
            break
        with killable_site(database_url, tmp_path) as (url, process):
            killer = Timer(chance.uniform(0.05, 0.6), os.kill, (process, signal.SIGKILL))
            killer.start()
            while waiting and killer.is_alive():
                item = waiting.pop()
                if claim(url, item, cookie):
                    answered.append(item)
            killer.join()
    assert answered, "no act was answered at all"
    stored = set(WorkItem.objects.filter(owner=auditor).values_list("pk", flat=True))
    assert {item.pk for item in answered} <= stored
    nothing_is_half(auditor)


def nothing_is_half(auditor: User) -> None:
    """For each task held there is its assignment, its notification and its ledger entry."""
    held = WorkItem.objects.filter(owner=auditor)
    assert Assignment.objects.filter(person=auditor).count() == held.count()
    told = Notification.objects.filter(recipient=auditor, event="task.assigned")
    assert told.count() == held.count()
    assert AgencyReturn.objects.filter(auditor=auditor).count() == held.count()
    assert list(ledger.faults()) == []
    assert list(of_audits.faults()) == []
    assert inbox.faults() == []
