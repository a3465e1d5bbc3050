"""The address of the live connection."""

# mypy: allow-untyped-calls
# (channels carries no types of its own)

from django.urls import path, re_path

from notifications.consumers import NoSuchAddress, NoticeConsumer

# Last what is none of ours: the router has an exception for it, and no answer.
websocket_urlpatterns = [
    path("ws/notifications/", NoticeConsumer.as_asgi()),
    re_path("", NoSuchAddress.as_asgi()),
]
