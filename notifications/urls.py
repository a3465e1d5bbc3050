"""Addresses of the inbox, under /notifications/."""

from django.urls import path

from notifications import views

app_name = "notifications"
urlpatterns = [
    path("", views.inbox_page, name="inbox"),
    path("how/", views.how_told, name="how_told"),
    path("read/", views.mark_shown_read, name="mark_shown_read"),
    path("after/<int:seq>", views.news, name="after"),
    path("<int:seq>/read/", views.mark_one_read, name="mark_one_read"),
    path("<int:seq>/open/", views.open_one, name="open"),
]
