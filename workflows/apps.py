from django.apps import AppConfig


class WorkflowsConfig(AppConfig):
    """The engine: lifecycles, human tasks, assignment, queue and ledger."""

    name = "workflows"
