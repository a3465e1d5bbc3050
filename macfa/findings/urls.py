"""Addresses of findings, reports, and an agency's own grades."""

from django.urls import path

from macfa.findings.views import agencies, findings, reports

urlpatterns = [
    path("audits/<id:public_id>/findings/", findings.findings, name="findings"),
    path("audits/<id:public_id>/findings/add/", findings.add_finding, name="add_finding"),
    path("audits/<id:public_id>/findings/publish/", findings.publish, name="publish"),
    path("audits/<id:public_id>/findings/report/", reports.start_report, name="start_report"),
    path("audits/<id:public_id>/our-grades/", agencies.our_grades, name="our_grades"),
    path("findings/<id:public_id>/edit/", findings.edit_finding, name="edit_finding"),
    path("reports/", reports.reports, name="reports"),
    path("reports/<id:public_id>/", reports.report, name="report"),
    path("reports/<id:public_id>/edit/", reports.edit_report, name="edit_report"),
    path("reports/<id:public_id>/put-forward/", reports.put_forward, name="put_report_forward"),
    path("reports/<id:public_id>/sign-off/", reports.sign_off, name="sign_off_report"),
    path("reports/<id:public_id>/send-back/", reports.send_back, name="send_report_back"),
    path("reports/<id:public_id>/board/", reports.board_sends_back, name="board_sends_back"),
]
