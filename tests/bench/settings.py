"""The settings of the tests, with the stock peer beside the site."""

from tests.settings import *  # noqa: F403 - all of them, with the changes below
from tests.settings import INSTALLED_APPS

INSTALLED_APPS += ["tests.bench.stock"]
# Tables straight from the models: the same ones, there in a moment for each row of the table.
MIGRATION_MODULES = {name.rpartition(".")[2]: None for name in INSTALLED_APPS}
