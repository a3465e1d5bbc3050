from django.apps import AppConfig


class SamplingConfig(AppConfig):
    """Stage 2: the pool, the draw, the cases, and the identity key."""

    name = "macfa.sampling"
    label = "sampling"
