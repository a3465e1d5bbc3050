from django.apps import AppConfig
from django.core import checks


class WorkflowsConfig(AppConfig):
    """The engine: lifecycles, human tasks, assignment, queue and ledger."""

    name = "workflows"

    def ready(self) -> None:
        """Check every flow and lifecycle when the site starts."""
        from workflows.checks import check_site  # noqa: PLC0415 - it imports models

        checks.register(check_site, "workflows")
