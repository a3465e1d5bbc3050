"""Addresses of the room: planning an audit."""

from django.urls import path

from macfa.audits.views import opening, planning, themes

urlpatterns = [
    path("audits/new/", opening.new_audit, name="new_audit"),
    path("audits/<id:public_id>/themes/", themes.themes, name="audit_themes"),
    path("audits/<id:public_id>/themes/add/", themes.add_theme, name="add_theme"),
    path("audits/<id:public_id>/themes/ask/", themes.ask_for_views, name="ask_for_views"),
    path("audits/<id:public_id>/themes/view/", themes.give_view, name="give_view"),
    path("audits/<id:public_id>/themes/choose/", themes.choose_theme, name="choose_theme"),
    path("audits/<id:public_id>/scope/", planning.scope, name="audit_scope"),
    path("audits/<id:public_id>/dates/", planning.dates, name="audit_dates"),
    path("audits/<id:public_id>/dates/propose/", planning.propose_dates, name="propose_dates"),
    path("audits/<id:public_id>/begin-sampling/", opening.begin_sampling, name="begin_sampling"),
]
