from django.apps import AppConfig


class ToolsConfig(AppConfig):
    """The questions: audit tools, their versions, and grading scales."""

    name = "macfa.tools"
    label = "tools"
