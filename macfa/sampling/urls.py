"""The addresses of the sample, under those of its audit and its cases."""

from django.urls import path

from macfa.sampling.views import cases, draws, pools

urlpatterns = [
    path("audits/<id:public_id>/sample/", draws.sample, name="sample"),
    path("audits/<id:public_id>/sample/pool/", pools.load_pool, name="load_pool"),
    path("audits/<id:public_id>/sample/pool/columns/", pools.pool_columns, name="pool_columns"),
    path("audits/<id:public_id>/sample/pool/discard/", pools.discard_pool, name="discard_pool"),
    path("audits/<id:public_id>/sample/draw/", draws.draw_cases, name="draw_cases"),
    path("audits/<id:public_id>/sample/draws/<id:draw_id>/", draws.draw, name="draw"),
    path("audits/<id:public_id>/sample/draws/<id:draw_id>/use/", draws.use_draw, name="use_draw"),
    path("audits/<id:public_id>/sample/cases/", cases.sample_cases, name="sample_cases"),
    path("audits/<id:public_id>/identity-log/", cases.identity_log, name="identity_log"),
    path("cases/<id:public_id>/profile/", cases.describe_case, name="describe_case"),
    path("cases/<id:public_id>/identity/", cases.open_identity, name="open_identity"),
]
