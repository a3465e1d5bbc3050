"""Addresses of the room: who does what, one's own account, and the people of the partnership."""

from django.urls import path

from macfa.people import account_views, away_pages, directory_views, views

urlpatterns = [
    path("roles/", views.roles, name="roles"),
    path("urgent/", views.urgent, name="urgent"),
    path("away/", away_pages.away, name="away"),
    path("away/<id:public_id>/back/", away_pages.back, name="back"),
    path("most-open-tasks/", views.most_open_tasks, name="most_open_tasks"),
    path("urgent/numbers/", views.numbers, name="numbers"),
    path("account/", account_views.your_account, name="your_account"),
    path("account/address/", account_views.new_address, name="new_address"),
    path("account/address/code/", account_views.address_code, name="address_code"),
    path("account/address/right/", account_views.confirm_address, name="confirm_address"),
    path("people/", directory_views.people, name="people"),
    path("people/emails/", directory_views.parked_emails, name="parked_emails"),
    path("people/emails/again/", directory_views.try_email_again, name="try_email_again"),
]
