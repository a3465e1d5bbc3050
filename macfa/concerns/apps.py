from django.apps import AppConfig


class ConcernsConfig(AppConfig):
    """Immediate concerns about a child, apart from the audits they come up in."""

    name = "macfa.concerns"
    label = "concerns"
