"""The addresses of agency returns."""

from django.urls import path

from macfa.returns.views import answering, following, involvement, issuing, reading

ONE = "returns/<id:public_id>/"
AUDIT = "audits/<id:public_id>/"

urlpatterns = [
    path(f"{AUDIT}issue/", issuing.issue_audit, name="issue_audit"),
    path(f"{AUDIT}returns/", issuing.audit_returns, name="audit_returns"),
    path(f"{AUDIT}returns/remind/", issuing.remind_all, name="remind_all"),
    path(f"{AUDIT}cases/add/", issuing.add_case, name="add_case"),
    path("cases/<id:public_id>/replace/", issuing.replace_case, name="replace_case"),
    path(ONE, reading.return_page, name="return"),
    path(f"{ONE}involvement/", involvement.say_involvement, name="say_involvement"),
    path(f"{ONE}take-back/", involvement.take_back_nil, name="take_back_nil"),
    path(f"{ONE}not-involved/", involvement.take_back_involved, name="take_back_involved"),
    path(f"{ONE}auditor/", involvement.choose_auditor, name="choose_auditor"),
    path(f"{ONE}independence/", involvement.declare, name="declare_independence"),
    path(f"{ONE}domains/<slug:code>/", answering.domain, name="return_domain"),
    path(f"{ONE}check/", answering.check, name="check_return"),
    path(f"{ONE}sign-off/", reading.sign_off, name="sign_off_return"),
    path(f"{ONE}hand-back/", reading.hand_back, name="hand_back_return"),
    path(f"{ONE}query/", following.query, name="query_return"),
    path(f"{ONE}remind/", following.remind, name="remind_return"),
    path(f"{ONE}call/", following.call, name="call_return"),
    path(f"{ONE}extend/", following.extend, name="extend_return"),
    path(f"{ONE}not-returned/", following.record_not_returned, name="record_not_returned"),
    path(f"{ONE}accept-late/", following.accept_late, name="accept_late"),
]
