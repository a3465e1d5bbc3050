from django.apps import AppConfig


class PacksConfig(AppConfig):
    """What an inspector reads: reports and the state of actions, frozen at one moment."""

    name = "macfa.packs"
    label = "packs"
