"""Addresses of the queue."""

from django.urls import path

from workflows.views import moving, people, queues, undo

urlpatterns = [
    path("", queues.my_work, name="my_work"),
    path("tasks/", queues.my_work, name="tasks"),
    path("tasks/calendar.ics", queues.calendar_file, name="calendar_file"),
    path("tasks/team/", queues.team_queue, name="team_queue"),
    path("tasks/give/", moving.give_many, name="give_many"),
    path("tasks/undo/", undo.undo, name="undo"),
    path("tasks/people/", people.holders, name="holders"),
    path("tasks/people/<id:public_id>/", people.hand_over, name="hand_everything_over"),
    path("tasks/<id:public_id>/", queues.open_task, name="open_task"),
    path("tasks/<id:public_id>/claim/", moving.claim, name="claim"),
    path("tasks/<id:public_id>/release/", moving.release, name="release"),
    path("tasks/<id:public_id>/give/", moving.give, name="give"),
]
