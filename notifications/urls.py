"""Addresses of the inbox, under /notifications/."""

from django.urls import path

from notifications import views

app_name = "notifications"
urlpatterns = [
    path("", views.inbox_page, name="inbox"),
    path("how/", views.how_told, name="how_told"),
    path("read/", views.mark_all_read, name="mark_all_read"),
    path("after/<int:seq>", views.news, name="after"),
    path("<int:seq>/open/", views.open_one, name="open"),
]
