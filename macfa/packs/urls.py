"""Addresses of frozen packs."""

from django.urls import path

from macfa.packs import views

urlpatterns = [
    path("packs/", views.packs, name="packs"),
    path("packs/new/", views.freeze, name="freeze_pack"),
    path("packs/<id:public_id>/", views.pack, name="pack"),
    path("packs/<id:public_id>/<int:number>/", views.document, name="pack_document"),
    path("packs/<id:public_id>/withdraw/", views.withdraw, name="withdraw_pack"),
]
