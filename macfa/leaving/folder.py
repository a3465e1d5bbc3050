"""The folder of an export: how its files are written, hashed, named in the manifest, and checked.

It is written beside its place under another name, and takes its own name when it is whole.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workflows.errors import NotAllowed, WrongState

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FORMAT = "macfa-export/1"
MANIFEST = "manifest.json"
PART = ".part"
CHUNK = 1 << 20


def jsonl(kind: str) -> str:
    """The file of a kind that is loaded."""
    return f"data/{kind}.jsonl"


def spreadsheet(kind: str) -> str:
    """The same for reading."""
    return f"spreadsheets/{kind}.csv"


class Hashed:
    """A new file that only its owner reads. Its checksum is known when it is closed."""

    def __init__(self, folder: Path, name: str) -> None:
        path = folder / name
        path.parent.mkdir(mode=0o700, exist_ok=True)
        self._name = name
        self._out = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        self._hash = hashlib.sha256()
        self._bytes = 0

    def write(self, text: str) -> int:
        """Add some text."""
        content = text.encode()
        self._hash.update(content)
        self._bytes += len(content)
        return self._out.write(content)

    def close(self) -> dict[str, Any]:
        """That was all, and it is on the disk: what the manifest says of it."""
        self._out.flush()
        os.fsync(self._out.fileno())
        self._out.close()
        return {"path": self._name, "bytes": self._bytes, "sha256": self._hash.hexdigest()}


def write_text(folder: Path, name: str, text: str) -> dict[str, Any]:
    """A whole file at once: what the manifest says of it."""
    out = Hashed(folder, name)
    out.write(text)
    return out.close()


def check_place(folder: Path) -> None:
    """Raise `NotAllowed` where an export cannot be written: nothing is ever overwritten."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise NotAllowed(f"{folder} is there and not empty. Name a new folder.")
    if not folder.parent.is_dir():
        raise NotAllowed(f"There is no folder {folder.parent}.")
    if _part(folder).exists():
        raise NotAllowed(
            f"{_part(folder)} is what is left of an export that was cut off. Remove it first."
        )


def _part(folder: Path) -> Path:
    return folder.with_name(folder.name + PART)


@contextmanager
def in_the_making(folder: Path) -> Iterator[Path]:
    """A folder to write in. It takes its name when the block ends, and is gone where it fails."""
    part = _part(folder)
    part.mkdir(mode=0o700)
    try:
        yield part
        part.rename(folder)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise


def manifest_of(folder: Path) -> dict[str, Any]:
    """The manifest of an export. Raises `WrongState` where it is none that can be loaded."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
        if manifest["format"] == FORMAT and all("path" in each for each in manifest["files"]):
            return manifest
    except (OSError, ValueError, TypeError, KeyError):
        pass
    raise WrongState(f"{folder} holds no whole export: its {MANIFEST} is missing or not one.")


def check_files(folder: Path, files: Mapping[str, Mapping[str, Any]]) -> None:
    """Raise `WrongState`, naming the file, where one was changed, is missing, or is new."""
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}
    for name in sorted(there - {MANIFEST, *files}):
        raise WrongState(f"{name} does not belong to the export: its manifest does not name it.")
    for name, facts in files.items():
        if name not in there:
            raise WrongState(f"{name} is missing from the export.")
        if checksum(folder / name) != facts.get("sha256"):
            raise WrongState(f"{name} has been changed since the export was made.")


def checksum(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
