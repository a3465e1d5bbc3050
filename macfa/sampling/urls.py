"""The addresses of the sample, under those of its audit and its cases."""

from django.urls import path

from macfa.sampling.views import cases, draws, pools

urlpatterns = [
    path("audits/<str:public_id>/sample/", draws.sample, name="sample"),
    path("audits/<str:public_id>/sample/pool/", pools.load_pool, name="load_pool"),
    path("audits/<str:public_id>/sample/pool/columns/", pools.pool_columns, name="pool_columns"),
    path("audits/<str:public_id>/sample/pool/discard/", pools.discard_pool, name="discard_pool"),
    path("audits/<str:public_id>/sample/draw/", draws.draw_cases, name="draw_cases"),
    path("audits/<str:public_id>/sample/draws/<str:draw_id>/", draws.draw, name="draw"),
    path("audits/<str:public_id>/sample/draws/<str:draw_id>/use/", draws.use_draw, name="use_draw"),
    path("audits/<str:public_id>/sample/cases/", cases.sample_cases, name="sample_cases"),
    path("audits/<str:public_id>/identity-log/", cases.identity_log, name="identity_log"),
    path("cases/<str:public_id>/profile/", cases.describe_case, name="describe_case"),
    path("cases/<str:public_id>/identity/", cases.open_identity, name="open_identity"),
]
