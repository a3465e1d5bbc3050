"""Addresses of immediate concerns."""

from django.urls import path

from macfa.concerns import views

urlpatterns = [
    path("concerns/", views.concerns, name="concerns"),
    path("concerns/raise/", views.raise_concern, name="raise_concern"),
    path("concerns/staff/", views.raise_staff_matter, name="raise_staff_matter"),
    path("concerns/staff/<id:public_id>/", views.staff_matter, name="staff_matter"),
    path("concerns/<id:public_id>/", views.concern, name="concern"),
    path("concerns/<id:public_id>/acknowledge/", views.acknowledge, name="acknowledge_concern"),
    path("concerns/<id:public_id>/note/", views.note, name="note_concern"),
    path("concerns/<id:public_id>/confirm/", views.confirm, name="confirm_concern"),
    path("concerns/<id:public_id>/scrutineer/", views.ask_scrutineer, name="ask_scrutineer"),
]
