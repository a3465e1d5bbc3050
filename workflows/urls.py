"""Addresses of the queue."""

from django.urls import path

from workflows import views

urlpatterns = [
    path("", views.my_work, name="my_work"),
    path("tasks/", views.my_work, name="tasks"),
    path("tasks/calendar.ics", views.calendar_file, name="calendar_file"),
    path("tasks/team/", views.team_queue, name="team_queue"),
    path("tasks/give/", views.give_many, name="give_many"),
    path("tasks/people/", views.holders, name="holders"),
    path("tasks/people/<id:public_id>/", views.hand_over, name="hand_everything_over"),
    path("tasks/<id:public_id>/", views.open_task, name="open_task"),
    path("tasks/<id:public_id>/claim/", views.claim, name="claim"),
    path("tasks/<id:public_id>/release/", views.release, name="release"),
    path("tasks/<id:public_id>/give/", views.give, name="give"),
]
