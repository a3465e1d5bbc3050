"""Leaving for the sign-in page of one's own organisation, and coming back from it."""

# mypy: allow-untyped-calls
# (allauth's providers carry no types)

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from allauth.account.utils import get_next_redirect_url
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.views.decorators.http import require_safe
from requests import RequestException

from macfa.people.organisations import COULD_NOT, Organisation, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

logger = logging.getLogger(__name__)

#: What an answer that makes no sense runs into, beside what allauth expects.
NONSENSE = (OAuth2Error, RequestException, KeyError, ValueError, TypeError, AttributeError)


def _safely(
    request: HttpRequest, organisation: Organisation, act: Callable[[], HttpResponse]
) -> HttpResponse:
    """Do it; whatever the provider answers, or does not, leads back to the sign-in page."""
    try:
        name = organisation.get_provider().name
    except SocialApp.DoesNotExist:
        raise Http404 from None
    try:
        return act()
    except ImmediateHttpResponse as answer:
        return answer.response
    except NONSENSE:
        logger.exception("Signing in by another organisation failed.")
        return refused(request, COULD_NOT.format(name)).response


@login_not_required
@require_safe
def leave(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Off to the organisation, to sign in and for nothing else."""
    organisation = Organisation(request, provider_id)

    def act() -> HttpResponse:
        provider = organisation.get_provider()
        provider.oauth2_adapter_class = Organisation
        wanted = get_next_redirect_url(request)
        answer: HttpResponse = provider.redirect(request, "login", next_url=wanted)
        return answer

    return _safely(request, organisation, act)


@login_not_required
@require_safe
def come_back(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Back with an answer of the organisation's."""
    organisation = Organisation(request, provider_id)
    view = OAuth2CallbackView.adapter_view(organisation)
    return _safely(request, organisation, lambda: view(request))
