from django.apps import AppConfig


class RetentionConfig(AppConfig):
    """How long what is kept, legal holds, destruction by two people, and subject access."""

    name = "macfa.retention"
    label = "retention"
