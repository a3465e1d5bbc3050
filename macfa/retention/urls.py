"""Addresses of retention."""

from django.urls import path

from macfa.retention import views

urlpatterns = [
    path("retention/", views.retention, name="retention"),
    path("retention/periods/", views.periods, name="retention_periods"),
    path("retention/periods/<slug:kind>/", views.set_period, name="set_period"),
    path("retention/holds/new/", views.place_hold, name="place_hold"),
    path("retention/holds/<id:public_id>/", views.hold, name="hold"),
    path(
        "retention/audits/<id:public_id>/<slug:kind>/",
        views.propose_destruction,
        name="propose_destruction",
    ),
    path("retention/destructions/<id:public_id>/", views.destruction, name="destruction"),
    path(
        "retention/destructions/<id:public_id>/confirm/",
        views.confirm_destruction,
        name="confirm_destruction",
    ),
    path(
        "retention/destructions/<id:public_id>/stop/",
        views.stop_destruction,
        name="stop_destruction",
    ),
    path("retention/subject-access/", views.subject_access, name="subject_access"),
]
