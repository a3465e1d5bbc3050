"""The addresses of the site, each room's under its own (see docs/addresses in the README)."""

from django.urls import include, path

from macfa import pages

urlpatterns = [
    path("healthz", pages.alive, name="alive"),
    path("readyz", pages.ready, name="ready"),
    path("accessibility/", pages.accessibility, name="accessibility"),
    path("source/", pages.source, name="source"),
    path("accounts/", include("allauth.account.urls")),
    path("notifications/", include("notifications.urls")),
    path("", include("workflows.urls")),
]
