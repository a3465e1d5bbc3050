from django.apps import AppConfig


class ReturnsConfig(AppConfig):
    """Stage 3: each agency's audit of its own work on a case."""

    name = "macfa.returns"
    label = "returns"
