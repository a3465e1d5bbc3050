"""The settings of the tests, with the stock peer beside the site."""

from tests.settings import *  # noqa: F403 - all of them, with the change below
from tests.settings import INSTALLED_APPS

INSTALLED_APPS += ["tests.bench.stock"]
