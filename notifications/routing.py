"""The address of the live connection."""

# mypy: allow-untyped-calls
# (channels carries no types of its own)

from django.urls import path

from notifications.consumers import NoticeConsumer

websocket_urlpatterns = [path("ws/notifications/", NoticeConsumer.as_asgi())]
