from django.apps import AppConfig


class FindingsConfig(AppConfig):
    """Stage 5: findings, the report, and its sign-off."""

    name = "macfa.findings"
    label = "findings"
