from django.apps import AppConfig
from django.core import checks
from django.urls import register_converter

from workflows.ids import PublicIdConverter


class WorkflowsConfig(AppConfig):
    """The engine: lifecycles, human tasks, assignment, queue and ledger."""

    name = "workflows"

    def ready(self) -> None:
        """Teach addresses what a public id is, and check every flow when the site starts."""
        register_converter(PublicIdConverter, "id")
        from workflows.checks import check_site  # noqa: PLC0415 - it imports models

        checks.register(check_site, "workflows")
