"""Addresses of the demo."""

from django.urls import path

from macfa.rehearsal import views

urlpatterns = [
    path("demo/emails/", views.demo_emails, name="demo_emails"),
]
