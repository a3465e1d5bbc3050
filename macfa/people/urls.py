"""Addresses of the room: who does what."""

from django.urls import path

from macfa.people import views

urlpatterns = [
    path("roles/", views.roles, name="roles"),
    path("urgent/", views.urgent, name="urgent"),
    path("most-open-tasks/", views.most_open_tasks, name="most_open_tasks"),
    path("urgent/numbers/", views.numbers, name="numbers"),
]
