"""Addresses of the room: who does what."""

from django.urls import path

from macfa.people import views

urlpatterns = [
    path("roles/", views.roles, name="roles"),
    path("urgent/", views.urgent, name="urgent"),
    path("urgent/numbers/", views.numbers, name="numbers"),
]
