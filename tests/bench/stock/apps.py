from django.apps import AppConfig


class StockConfig(AppConfig):
    """The stock peer; installed by the benchmark alone."""

    name = "tests.bench.stock"
    label = "stock"
    default_auto_field = "django.db.models.BigAutoField"
