"""The site's settings under test: invented people, quick passwords, data of this run only."""

import os
import tempfile
from pathlib import Path

os.environ["PROFILE"] = "test"

from macfa.settings import *  # noqa: F403 - all of them, with the changes below
from macfa.settings import CHANNEL_LAYERS, DATABASES, INSTALLED_APPS

# First, so that its `flush` is the one that tests empty their database with.
INSTALLED_APPS.insert(0, "tests.emptying")

# A file, not memory: only a file has the locks and the write-ahead log of the real thing. Each
# process has a folder of its own, so that two runs at once do not meet.
_folder = tempfile.TemporaryDirectory(prefix="macfa-test-")
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["TEST"] = {"NAME": f"{_folder.name}/test.sqlite3"}
MEDIA_ROOT = f"{_folder.name}/media"
ANCHORS_DIR = f"{_folder.name}/anchors"
# Empty: the tests take stylesheet and scripts from where they were compiled.
STATIC_ROOT = Path(_folder.name) / "static"
STATIC_ROOT.mkdir()

# Redis tells every process of a run; a name for each worker keeps their people apart.
if CHANNEL_LAYERS:
    CHANNEL_LAYERS["default"]["CONFIG"]["prefix"] = os.environ.get("PYTEST_XDIST_WORKER", "test")
