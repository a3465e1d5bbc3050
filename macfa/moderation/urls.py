"""Addresses of moderation."""

from django.urls import path

from macfa.moderation.views import addenda, cases, grades, panel, preparation

urlpatterns = [
    path("audits/<id:public_id>/panel/", panel.panel, name="panel"),
    path("audits/<id:public_id>/panel/release/", panel.release_cases, name="release_cases"),
    path("audits/<id:public_id>/panel/members/", panel.add_member, name="add_panel_member"),
    path("audits/<id:public_id>/panel/guests/", panel.add_guest, name="add_guest"),
    path("audits/<id:public_id>/panel/sittings/", panel.record_sitting, name="record_sitting"),
    path("audits/<id:public_id>/moderation/", cases.case_list, name="moderation"),
    path("audits/<id:public_id>/moderation/conclude/", cases.conclude, name="conclude_moderation"),
    path("moderation/panels/<id:public_id>/", preparation.prepare, name="prepare"),
    path("moderation/cases/<id:public_id>/", cases.case_room, name="case_room"),
    path("moderation/cases/<id:public_id>/grade/", grades.grade_case, name="grade_case"),
    path("moderation/cases/<id:public_id>/domains/", grades.grade_domains, name="grade_domains"),
    path(
        "moderation/cases/<id:public_id>/domains/<slug:code>/",
        grades.grade_domain,
        name="grade_domain",
    ),
    path(
        "moderation/cases/<id:public_id>/agencies/<id:return_id>/",
        grades.grade_agency,
        name="grade_agency",
    ),
    path(
        "moderation/cases/<id:public_id>/agencies/<id:return_id>/ask/",
        addenda.ask_agency,
        name="ask_agency",
    ),
    path(
        "moderation/cases/<id:public_id>/agencies/<id:return_id>/withdraw-question/",
        addenda.withdraw_question,
        name="withdraw_question",
    ),
    path("returns/<id:public_id>/addendum/", addenda.add_addendum, name="add_addendum"),
    path("moderation/cases/<id:public_id>/without/", cases.go_ahead_without, name="go_ahead"),
    path("moderation/cases/<id:public_id>/reopen/", cases.reopen_case, name="reopen_case"),
    path(
        "moderation/cases/<id:public_id>/conflict/",
        preparation.declare_conflict,
        name="declare_conflict",
    ),
]
