"""The site itself as a Django app: its template tags, form rendering and commands."""

from django.apps import AppConfig
from django.core import checks


class MacfaConfig(AppConfig):
    """Holds what belongs to every room and to none: look, forms, management commands."""

    name = "macfa"
    label = "macfa"

    def ready(self) -> None:
        """Check with every start that each address has its row in the access matrix."""
        from macfa.access.checks import check_addresses  # noqa: PLC0415 - it loads every view

        checks.register(check_addresses, "security")
