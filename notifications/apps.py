from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """The telling: a stored message, a live hint. Knows nothing of what it tells about."""

    name = "notifications"
    default_auto_field = "django.db.models.BigAutoField"
