"""Addresses of the top floor."""

from django.urls import path

from macfa.overview.views import agencies, pausing, reading, school, trail

urlpatterns = [
    path("agencies/", agencies.agencies, name="agencies"),
    path("agencies/<str:code>/end/", agencies.end_agency, name="end_agency"),
    path("school-holidays/", school.school_holidays, name="school_holidays"),
    path("school-holidays/agencies/", school.school_terms, name="school_terms"),
    path("school-holidays/remove/", school.remove_school_holiday, name="remove_school_holiday"),
    path("ledger/", trail.ledger, name="ledger"),
    path("ledger/export/", trail.export_ledger, name="export_ledger"),
    path("ledger/reads/", trail.reads, name="ledger_reads"),
    path("ledger/reads/export/", trail.export_reads, name="export_reads"),
    path("audits/", reading.programme, name="programme"),
    path("audits/<id:public_id>/", reading.audit_page, name="audit"),
    path("audits/<id:public_id>/calendar.ics", reading.calendar_file, name="audit_calendar"),
    path("audits/<id:public_id>/history/", reading.history, name="audit_history"),
    path("audits/<id:public_id>/withdraw/", reading.withdraw, name="withdraw_audit"),
    path("audits/<id:public_id>/pause/", pausing.pause_audit, name="pause_audit"),
    path("audits/<id:public_id>/resume/", pausing.resume_audit, name="resume_audit"),
    path("cases/<id:public_id>/", reading.case_page, name="case"),
    path("cases/<id:public_id>/pause/", pausing.pause_case, name="pause_case"),
    path("cases/<id:public_id>/resume/", pausing.resume_case, name="resume_case"),
]
