from django.apps import AppConfig


class ImprovementConfig(AppConfig):
    """Stage 6: actions, evidence, and what changed."""

    name = "macfa.improvement"
    label = "improvement"
