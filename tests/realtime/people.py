"""People to tell things to, and things to tell them."""

from django.db import transaction

from macfa.people.models import User
from notifications import inbox
from notifications.models import Notification


def person(name: str = "Ann") -> User:
    """Somebody with an account."""
    return User.objects.create_user(f"{name.lower()}@fernhollow.example", name=name)


def news(about: User | int, number: int = 1, *, url: str = "/tasks/") -> inbox.Message:
    """A message like those that an assignment sends."""
    recipient = about if isinstance(about, int) else about.pk
    return inbox.Message(
        recipient,
        event="task_assigned",
        event_key=f"assignment:{number}",
        text=f"Audit NEG-{number:02}",
        url=url,
    )


def tell(*messages: inbox.Message) -> list[Notification]:
    """Tell in a transaction, as an act does."""
    with transaction.atomic():
        return inbox.tell_many(messages)
