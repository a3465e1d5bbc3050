"""The site's addresses and one more: telling people something, as any act does."""

import json

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from macfa.urls import urlpatterns as pages
from notifications import inbox, push
from tests.realtime.people import news


@csrf_exempt
@login_not_required
def act(request: HttpRequest) -> JsonResponse:
    """Tell each (person, number) of the body something in one transaction; say how pushing goes."""
    with transaction.atomic():
        inbox.tell_many([news(who, number) for who, number in json.loads(request.body)])
    return JsonResponse({"failed": push.health.failed, "skipped": push.health.skipped})


urlpatterns = [*pages, path("testing/act/", act)]
