"""Addresses of the room: who does what."""

from django.urls import path

from macfa.people import away_pages, views

urlpatterns = [
    path("roles/", views.roles, name="roles"),
    path("urgent/", views.urgent, name="urgent"),
    path("away/", away_pages.away, name="away"),
    path("away/<id:public_id>/back/", away_pages.back, name="back"),
    path("most-open-tasks/", views.most_open_tasks, name="most_open_tasks"),
    path("urgent/numbers/", views.numbers, name="numbers"),
]
