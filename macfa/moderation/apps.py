from django.apps import AppConfig


class ModerationConfig(AppConfig):
    """Stage 4: the panel, its grades, and the case grade."""

    name = "macfa.moderation"
    label = "moderation"
