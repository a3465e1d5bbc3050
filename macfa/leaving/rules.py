"""Who may have a partnership written out, and what can be loaded where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from macfa.leaving.packing import versions
from macfa.people.roles import Role
from macfa.people.rules import check_holds
from macfa.sampling.identity import WORDS_IN_A_REASON
from workflows.errors import NotAllowed, NotYet, WrongState

if TYPE_CHECKING:
    from pathlib import Path

    from macfa.people.models import Partnership, User


def check_exports(partnership: Partnership, reason: str, by: User) -> None:
    """A coordinator has it made, and says why."""
    check_holds(by, Role.COORDINATOR, partnership)
    if len(reason.split()) < WORDS_IN_A_REASON:
        raise NotYet("Say in a few words why everything is written out.")


def check_key_place(folder: Path, key_file: Path) -> None:
    """The key lies in a new file, and never where the export lies."""
    if folder.resolve() in key_file.resolve().parents:
        raise NotAllowed("The key must not lie in the folder of the export. Name another file.")
    if key_file.exists():
        raise NotAllowed(f"{key_file} is there already. Name a new file for the key.")
    if not key_file.parent.is_dir():
        raise NotAllowed(f"There is no folder {key_file.parent}.")


def check_same_version(manifest: dict[str, Any]) -> None:
    """The tables here are those that the export was made from."""
    here, there = versions(), manifest.get("versions", {})
    for room in sorted({*here, *there}):
        if here.get(room) != there.get(room):
            raise WrongState(
                "The export was made with another version of the site: "
                f"{room} stands at {there.get(room)} there and at {here.get(room)} here. "
                "Load it with that version, and bring the site to the newer one afterwards."
            )
