"""Addresses of the room: who does what, one's own account, and the people of the partnership."""

from django.urls import path

from macfa.people.views import account, away, directory, partnership

urlpatterns = [
    path("roles/", partnership.roles, name="roles"),
    path("urgent/", partnership.urgent, name="urgent"),
    path("away/", away.away, name="away"),
    path("away/<id:public_id>/back/", away.back, name="back"),
    path("most-open-tasks/", partnership.most_open_tasks, name="most_open_tasks"),
    path("urgent/numbers/", partnership.numbers, name="numbers"),
    path("account/", account.your_account, name="your_account"),
    path("account/partnership/", account.choose_partnership, name="choose_partnership"),
    path("account/address/", account.new_address, name="new_address"),
    path("account/address/code/", account.address_code, name="address_code"),
    path("account/address/right/", account.confirm_address, name="confirm_address"),
    path("people/", directory.people, name="people"),
    path("people/emails/", directory.parked_emails, name="parked_emails"),
    path("people/emails/again/", directory.try_email_again, name="try_email_again"),
]
