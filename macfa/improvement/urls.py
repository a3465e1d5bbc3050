"""Addresses of actions, and of closing an audit."""

from django.urls import path

from macfa.improvement.views import carrying, deciding, lists, moving, offering, opening, reminding

urlpatterns = [
    path("actions/", lists.actions, name="actions"),
    path("audits/<id:public_id>/actions/", lists.action_plan, name="action_plan"),
    path("audits/<id:public_id>/actions/add/", opening.open_action, name="open_action"),
    path("audits/<id:public_id>/close/", deciding.close_audit, name="close_audit"),
    path("actions/<id:public_id>/", carrying.action, name="action"),
    path("actions/<id:public_id>/update/", carrying.update, name="update_action"),
    path("actions/<id:public_id>/claim/", carrying.claim, name="claim_action_complete"),
    path("actions/<id:public_id>/accept/", deciding.accept, name="accept_action"),
    path("actions/<id:public_id>/send-back/", deciding.send_back, name="send_action_back"),
    path("actions/<id:public_id>/end/", deciding.end, name="end_action"),
    path("actions/<id:public_id>/hand-over/", moving.hand_over, name="hand_action_over"),
    path("actions/<id:public_id>/offer/", offering.offer, name="offer_action"),
    path("actions/<id:public_id>/take-on/", offering.take_on, name="take_action_on"),
    path("actions/<id:public_id>/decline/", offering.decline, name="decline_action"),
    path("actions/<id:public_id>/take-back/", offering.take_back, name="take_offer_back"),
    path("actions/<id:public_id>/due/", moving.change_due, name="change_action_due"),
    path("actions/<id:public_id>/remind/", reminding.remind, name="remind_action"),
    path("actions/<id:public_id>/call/", reminding.call, name="call_action"),
    path("actions/<id:public_id>/findings/", opening.join_findings, name="join_findings"),
]
