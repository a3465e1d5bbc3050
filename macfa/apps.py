"""The site itself as a Django app: its template tags, form rendering and commands."""

from django.apps import AppConfig


class MacfaConfig(AppConfig):
    """Holds what belongs to every room and to none: look, forms, management commands."""

    name = "macfa"
    label = "macfa"
