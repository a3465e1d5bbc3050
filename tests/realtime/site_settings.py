"""The site under test with one address more, by which a test can act in the server's process."""

import os

from tests.settings import *  # noqa: F403 - all of them
from tests.settings import CHANNEL_LAYERS

ROOT_URLCONF = "tests.realtime.site_urls"
if CHANNEL_LAYERS:
    CHANNEL_LAYERS["default"]["CONFIG"]["prefix"] = os.environ["REALTIME_PREFIX"]
