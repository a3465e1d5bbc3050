"""Addresses of findings, reports, and an agency's own grades."""

from django.urls import path

from macfa.findings.views import agencies, findings, reports

urlpatterns = [
    path("audits/<str:public_id>/findings/", findings.findings, name="findings"),
    path("audits/<str:public_id>/findings/add/", findings.add_finding, name="add_finding"),
    path("audits/<str:public_id>/findings/publish/", findings.publish, name="publish"),
    path("audits/<str:public_id>/findings/report/", reports.start_report, name="start_report"),
    path("audits/<str:public_id>/our-grades/", agencies.our_grades, name="our_grades"),
    path("findings/<str:public_id>/edit/", findings.edit_finding, name="edit_finding"),
    path("reports/", reports.reports, name="reports"),
    path("reports/<str:public_id>/", reports.report, name="report"),
    path("reports/<str:public_id>/edit/", reports.edit_report, name="edit_report"),
    path("reports/<str:public_id>/put-forward/", reports.put_forward, name="put_report_forward"),
    path("reports/<str:public_id>/sign-off/", reports.sign_off, name="sign_off_report"),
    path("reports/<str:public_id>/send-back/", reports.send_back, name="send_report_back"),
]
