"""The pages of the queue: my work, my team's queue, and giving work to somebody."""
from django.http import HttpRequest, HttpResponse


def my_work(request: HttpRequest) -> HttpResponse:
    return HttpResponse("my work")


team_queue = give_many = open_task = claim = release = give = my_work
