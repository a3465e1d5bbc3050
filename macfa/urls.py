"""The addresses of the site. Each room lists its own in its `urls.py`."""

from django.urls import include, path

from macfa import pages

handler400 = "macfa.pages.not_read"
handler429 = "macfa.pages.too_often"  # allauth asks for it

urlpatterns = [
    path("healthz", pages.alive, name="alive"),
    path("readyz", pages.ready, name="ready"),
    path("accessibility/", pages.accessibility, name="accessibility"),
    path("source/", pages.source, name="source"),
    path("notifications/", include("notifications.urls")),
    path("", include("workflows.urls")),
    path("accounts/", include("macfa.people.account_urls")),
    path("", include("macfa.people.urls")),
    path("", include("macfa.audits.urls")),
    path("", include("macfa.sampling.urls")),
    path("", include("macfa.returns.urls")),
    path("", include("macfa.concerns.urls")),
    path("", include("macfa.moderation.urls")),
    path("", include("macfa.findings.urls")),
    path("", include("macfa.improvement.urls")),
    path("", include("macfa.packs.urls")),
    path("", include("macfa.retention.urls")),
    path("", include("macfa.overview.urls")),
    path("", include("macfa.rehearsal.urls")),
]
