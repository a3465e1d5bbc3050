"""Daily anchors outside the database: where every chain ended that day (docs/adr/0017).

Whoever may write to the database freely could rebuild a chain with its head. A line of this file,
of the log, or of somebody's mailbox then tells otherwise. The engine knows threads by number; the
hook `WORKFLOWS_THREADS` says what they are called and who gets their anchors by e-mail.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import logging
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Exists, OuterRef
from django.template.loader import render_to_string
from django.utils.module_loading import import_string

from workflows import clock
from workflows.models import LedgerEntry, Read

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date
    from typing import TextIO

logger = logging.getLogger(__name__)

Line = dict[str, Any]
Head = tuple[int, str]
FILE = "anchors.jsonl"
#: The kind of "record" that a person's chain of reads is.
READS = "read"
#: The last day that is known to be done, so that a round of the worker costs nothing.
_done: set[tuple[str, date]] = set()


@dataclass(frozen=True)
class Thread:
    """A timeline of the site: its number, its name, its own record, who is sent its anchors."""

    number: int
    name: str
    record_type: str
    record: str
    readers: tuple[str, ...] = ()


def sweep() -> int:
    """Anchor what happened since the last anchors, once a day: how many lines that are."""
    today = clock.today()
    if (settings.ANCHORS_DIR, today) in _done:
        return 0
    threads: list[Thread] = import_string(settings.WORKFLOWS_THREADS)()
    with _open() as file:
        known = _read(file)
        done = any(line.get("day") == str(today) for line in known)
        lines = [] if done else list(_chained(_bodies(today, threads, known), known))
        file.writelines(f"{_canonical(line)}\n" for line in lines)
    _done.add((settings.ANCHORS_DIR, today))
    for line in lines:
        logger.info("Anchor of %s: %s %s", line["day"], line["thread"] or "the site", line["hash"])
    _send(today, threads, lines)
    return len(lines)


def path() -> Path:
    """Where the anchors lie."""
    return Path(settings.ANCHORS_DIR) / FILE


@contextmanager
def _open() -> Iterator[TextIO]:
    """The file, for one worker at a time; on disk when this ends."""
    path().parent.mkdir(parents=True, exist_ok=True)
    with path().open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        yield file
        file.flush()


def _read(file: Iterable[str]) -> list[Line]:
    """The lines that can be read; a line that cannot is there without anything in it."""
    lines = []
    for said in file:
        try:
            line = json.loads(said)
        except ValueError:
            line = {}
        lines.append(line if isinstance(line, dict) else {})
    return lines


def _canonical(line: Line) -> str:
    return json.dumps(line, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _hash(line: Line) -> str:
    body = {key: value for key, value in line.items() if key != "hash"}
    return hashlib.sha256(_canonical(body).encode()).hexdigest()


def _chained(bodies: Iterable[Line], known: list[Line]) -> Iterator[Line]:
    previous = known[-1].get("hash", "") if known else ""
    for body in bodies:
        line = {**body, "previous": previous}
        previous = line["hash"] = _hash(line)
        yield line


def _bodies(today: date, threads: list[Thread], known: list[Line]) -> Iterator[Line]:
    """A line for each thread in which something happened, and one for the site, every day."""
    new = _new_heads(known)
    own = {f"{thread.record_type} {thread.record}": thread.number for thread in threads}
    of: dict[int | None, dict[str, Head]] = {}
    for name, (number, head) in new.items():
        of.setdefault(own.get(name, number), {})[name] = head
    for thread in threads:
        if heads := of.pop(thread.number, None):
            about = {"thread": thread.name, "record": thread.record}
            yield {"day": str(today), **about, "heads": heads}
    rest = {name: head for heads in of.values() for name, head in heads.items()}
    yield {"day": str(today), "thread": "", "heads": rest, "entries": LedgerEntry.objects.count()}


def _new_heads(known: list[Line]) -> dict[str, tuple[int | None, Head]]:
    """Where each chain ends that has grown since it was last anchored, with its thread."""
    anchored: dict[str, int] = {}
    for line in known:
        anchored |= {name: length for name, (length, _hash) in line.get("heads", {}).items()}
    return {
        name: (thread, (length, head))
        for name, thread, length, head in _ends()
        if anchored.get(name, 0) < length
    }


def _ends() -> Iterator[tuple[str, int | None, int, str]]:
    later = LedgerEntry.objects.filter(
        record_type=OuterRef("record_type"),
        record=OuterRef("record"),
        position=OuterRef("position") + 1,
    )
    ends = LedgerEntry.objects.filter(~Exists(later)).order_by("record_type", "record")
    columns = ("record_type", "record", "thread", "position", "hash")
    for kind, record, thread, position, head in ends.values_list(*columns).iterator(2000):
        yield f"{kind} {record}", thread, position, head
    later_read = Read.objects.filter(actor=OuterRef("actor"), position=OuterRef("position") + 1)
    reads = Read.objects.filter(~Exists(later_read)).order_by("actor")
    for actor, position, head in reads.values_list("actor", "position", "hash").iterator(2000):
        yield f"{READS} {actor}", None, position, head


# --- e-mail ------------------------------------------------------------------------------------


def _send(today: date, threads: list[Thread], lines: list[Line]) -> None:
    """Send the anchors to those who read them: references of audits and hashes, nothing else.
    One that cannot be sent is a line in the log; each anchor also covers all before it."""
    by_record = {line.get("record"): line for line in lines if line["thread"]}
    wanted: dict[str, list[Line]] = {}
    for thread in threads:
        if line := by_record.get(thread.record):
            for reader in thread.readers:
                wanted.setdefault(reader, []).append(line)
    for reader, theirs in wanted.items():
        about = {"day": today, "lines": theirs, "site": lines[-1]}
        body = render_to_string("email/anchors.txt", about)
        message = EmailMessage(f"Ledger anchors of {today:%d.%m.%Y}", body, to=[reader])
        try:
            message.send()
        except Exception as problem:  # noqa: BLE001 - whatever it is, the anchors are written
            logger.error("Anchors could not be sent by e-mail (%s).", type(problem).__name__)


# --- checking ----------------------------------------------------------------------------------


def faults() -> Iterator[str]:
    """What the anchors say otherwise than the database, a sentence each."""
    if not path().exists():
        if LedgerEntry.objects.exists():
            yield f"No anchors were found at {path()}: a chain written anew whole goes unnoticed."
        return
    previous = ""
    with path().open(encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(_read(file), 1):
            name = f"Anchors, line {number}"
            if not line or _hash(line) != line.get("hash"):
                yield f"{name}: has been changed."
            elif line["previous"] != previous:
                yield f"{name}: lines before it were changed or are missing."
            else:
                yield from _moved(line)
            previous = line.get("hash", "")


def _moved(line: Line) -> Iterator[str]:
    """The chains that are not as this line has them."""
    heads: dict[str, list[Any]] = line["heads"]
    names = list(heads)
    for start in range(0, len(names), 500):
        batch = names[start : start + 500]
        stored = _stored(batch, {heads[name][0] for name in batch})
        for name in batch:
            length, head = heads[name]
            found = stored.get((name, length))
            if found != head:
                what = "is not there any more" if found is None else "was written anew"
                yield f"{name}, entry {length}: {what} since it was anchored on {line['day']}."


def _stored(names: list[str], positions: set[int]) -> dict[tuple[str, int], str]:
    records = [name.partition(" ")[2] for name in names]
    entries = LedgerEntry.objects.filter(record__in=records, position__in=positions)
    found = {
        (f"{kind} {record}", position): head
        for kind, record, position, head in entries.values_list(
            "record_type", "record", "position", "hash"
        )
    }
    reads = Read.objects.filter(actor__in=records, position__in=positions)
    for actor, position, head in reads.values_list("actor", "position", "hash"):
        found[f"{READS} {actor}", position] = head
    return found
