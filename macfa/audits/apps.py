from django.apps import AppConfig


class AuditsConfig(AppConfig):
    """The audit: theme, scope, dates and stage; the gates that lead it."""

    name = "macfa.audits"
    label = "audits"
