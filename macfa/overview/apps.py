from django.apps import AppConfig


class OverviewConfig(AppConfig):
    """The top floor: the audit's page, the programme, withdrawal."""

    name = "macfa.overview"
    label = "overview"
