"""Addresses of the room: who does what, one's own account, and the people of the partnership."""

from django.urls import path

from macfa.people.views import (
    accepting,
    account,
    away,
    directory,
    invitations,
    links,
    one,
    partnership,
    reviews,
    second_factor,
)

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
    path("people/invitations/", invitations.invitations, name="invitations"),
    path("people/invitations/new/", invitations.invite, name="invite"),
    path("people/invitations/<id:public_id>/", invitations.history, name="invitation_history"),
    path(
        "people/invitations/<id:public_id>/again/",
        invitations.send_again,
        name="invitation_again",
    ),
    path(
        "people/invitations/<id:public_id>/withdraw/",
        invitations.withdraw,
        name="withdraw_invitation",
    ),
    path("people/reviews/", reviews.reviews, name="reviews"),
    path("people/reviews/<id:public_id>/", reviews.review, name="review"),
    path("people/<id:public_id>/", one.one_person, name="one_person"),
    path("people/<id:public_id>/roles/new/", one.new_role, name="new_role"),
    path("people/<id:public_id>/roles/end/", one.end_roles, name="end_roles"),
    path("people/<id:public_id>/move/", one.move, name="move_person"),
    path("people/<id:public_id>/by-link/", links.let_answer_by_link, name="answers_by_link"),
    path("people/<id:public_id>/leave/", one.leave, name="person_leaves"),
    path("invitations/<str:secret>/", accepting.invitation, name="invitation"),
    path("invitations/<str:secret>/again/", accepting.ask_again, name="ask_for_invitation"),
    path(
        "people/<id:public_id>/second-step/",
        second_factor.reset_second_step,
        name="reset_second_step",
    ),
    path("people/emails/", directory.parked_emails, name="parked_emails"),
    path("people/emails/again/", directory.try_email_again, name="try_email_again"),
]
