"""The site's addresses and one more: telling people something, as any act does."""

import json
import os

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from macfa.urls import urlpatterns as pages
from notifications import consumers, inbox, push
from tests.realtime.people import news

# A walk of many heartbeats need not wait a second for each frame.
consumers.INTERVAL = float(os.environ.get("SECONDS_BETWEEN_FRAMES", consumers.INTERVAL))


@csrf_exempt
@login_not_required
def act(request: HttpRequest) -> JsonResponse:
    """Tell each (person, number) of the body something in one transaction; say how pushing goes."""
    with transaction.atomic():
        inbox.tell_many([news(who, number) for who, number in json.loads(request.body)])
    return JsonResponse({"failed": push.health.failed, "skipped": push.health.skipped})


@csrf_exempt
@login_not_required
def hint(request: HttpRequest) -> JsonResponse:
    """Send hints of these (person, seq), however often they were sent, or late, or untrue."""
    for who, seq in json.loads(request.body):
        push.hint(who, seq)
    return JsonResponse({})


urlpatterns = [*pages, path("testing/act/", act), path("testing/hint/", hint)]
