from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Who: partnerships, agencies, people, and the teams they work in."""

    name = "macfa.people"
    label = "people"
