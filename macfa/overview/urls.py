"""Addresses of the top floor."""

from django.urls import path

from macfa.overview import views

urlpatterns = [
    path("audits/", views.programme, name="programme"),
    path("audits/<id:public_id>/", views.audit_page, name="audit"),
    path("audits/<id:public_id>/history/", views.history, name="audit_history"),
    path("audits/<id:public_id>/withdraw/", views.withdraw, name="withdraw_audit"),
    path("cases/<id:public_id>/", views.case_page, name="case"),
]
