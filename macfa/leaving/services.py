"""The two acts: a partnership is written out, and is loaded. Both are in its ledger."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import DataError, IntegrityError

from macfa.leaving.folder import (
    MANIFEST,
    check_files,
    check_place,
    checksum,
    in_the_making,
    manifest_of,
)
from macfa.leaving.loading import load
from macfa.leaving.packing import pack
from macfa.leaving.places import UNREADABLE
from macfa.leaving.rules import check_exports, check_key_place, check_same_version
from macfa.leaving.sealing import Seal, kept
from macfa.people.models import Change
from workflows.errors import WrongState
from workflows.lifecycle import begin, beginning

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from macfa.leaving.packing import Step
    from macfa.people.models import Partnership, User


def export(
    *, partnership: Partnership, folder: Path, key_file: Path, reason: str, by: User, step: Step
) -> dict[str, Any]:
    """Write everything of a partnership into a new folder, and the key apart from it.

    The ledger says who had it made and why before the folder has its name, so that no whole
    export is there of which it says nothing.
    """
    check_exports(partnership, reason, by)
    check_place(folder)
    check_key_place(folder, key_file)
    seal = Seal.made()
    with in_the_making(folder) as part, kept(seal, key_file):
        manifest = pack(part, partnership, seal, step)
        facts = {
            "rows": manifest["rows"],
            "files": len(manifest["files"]),
            "checksum": manifest["sha256"],
        }
        change = Change(partnership=partnership, by=by)
        with beginning():
            begin(change, "exported", by=by, text=reason, facts=facts)
    return manifest


def arrive(
    *, folder: Path, key_file: Path, email: str, step: Step, unsound: bool = False
) -> dict[str, Any]:
    """Load an export whole, or nothing of it. Every file is held against the manifest first.

    `unsound` loads what breaks the invariants too: a partnership leaves with its faults.
    """
    manifest = manifest_of(folder)
    check_files(folder, {each["path"]: each for each in manifest["files"]})
    check_same_version(manifest)
    seal = Seal.read(key_file, manifest["key"])
    with refused_whole(), beginning():
        partnership, by, faults = load(folder, manifest, seal, email, step, unsound=unsound)
        facts = {
            "rows": manifest["rows"],
            "made_at": manifest["made_at"],
            "faults": faults,
            "checksum": checksum(folder / MANIFEST),
        }
        begin(Change(partnership=partnership, by=by), "loaded", by=by, facts=facts)
    return manifest


@contextmanager
def refused_whole() -> Iterator[None]:
    """What the database refuses becomes a sentence; nothing of it is stored."""
    try:
        yield
    except IntegrityError:
        raise WrongState(
            "Nothing was loaded: part of the export is here already, or points to a row that did "
            "not come along."
        ) from None
    except (DataError, *UNREADABLE) as problem:
        raise WrongState("Nothing was loaded: the export is not as its schema says.") from problem
