"""The site's addresses and a few more, by which a test acts and looks in the server's process."""

import json
import os
import time
from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from macfa.access import matrix
from macfa.access.matrix import EVERYBODY, does, shows
from macfa.access.standing import About
from macfa.urls import urlpatterns as pages
from notifications import consumers, inbox, push
from tests.realtime.people import news

# A walk of many heartbeats need not wait a second for each frame.
consumers.INTERVAL = float(os.environ.get("SECONDS_BETWEEN_FRAMES", consumers.INTERVAL))


@csrf_exempt
@login_not_required
def act(request: HttpRequest) -> JsonResponse:
    """Tell each (person, number) of the body something in one transaction; say how pushing goes,
    and when it committed, by the machine's own clock."""
    committed: list[float] = []
    with transaction.atomic():
        transaction.on_commit(lambda: committed.append(time.monotonic()))
        inbox.tell_many([news(who, number) for who, number in json.loads(request.body)])
    health = {"failed": push.health.failed, "skipped": push.health.skipped}
    return JsonResponse({**health, "committed": committed[0]})


@csrf_exempt
@login_not_required
def hint(request: HttpRequest) -> JsonResponse:
    """Send hints of these (person, seq), however often they were sent, or late, or untrue."""
    for who, seq in json.loads(request.body):
        push.hint(who, seq)
    return JsonResponse({})


class Statements:
    """How many statements this process has sent to the database since it started."""

    number = 0

    def on(self, connection: BaseDatabaseWrapper, **_: object) -> None:
        """Count what goes over this connection."""
        if self.count not in connection.execute_wrappers:
            connection.execute_wrappers.append(self.count)

    def count(self, execute: Callable[..., object], *said: object) -> object:
        """Let a statement through."""
        self.number += 1
        return execute(*said)


statements = Statements()
connection_created.connect(statements.on)


@login_not_required
def counted(request: HttpRequest) -> JsonResponse:
    """How many statements there were."""
    return JsonResponse({"statements": statements.number})


urlpatterns = [
    *pages,
    path("testing/act/", act, name="act"),
    path("testing/hint/", hint, name="hint"),
    path("testing/statements/", counted, name="counted"),
]
# They are let through the site's outer wall as its own addresses are.
matrix.ROWS += (
    does("act", About.NOTHING, EVERYBODY),
    does("hint", About.NOTHING, EVERYBODY),
    shows("counted", About.NOTHING, EVERYBODY),
)
