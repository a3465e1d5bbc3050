"""Freezing a pack, reading it, and withdrawing it."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from macfa.packs import documents, rules
from macfa.packs.models import Pack, PackDocument, sha256
from workflows import clock
from workflows.lifecycle import act, begin, beginning

if TYPE_CHECKING:
    from collections.abc import Collection

    from macfa.audits.models import Audit
    from macfa.people.models import Partnership, User


def freeze(
    *,
    partnership: Partnership,
    title: str,
    audits: Collection[Audit],
    readers: Collection[User],
    by: User,
    token: str | None = None,
) -> Pack:
    """Write out the reports and actions of these audits as they are now, for these inspectors.

    The ledger keeps the mark of every document, so that none can be changed unseen.
    """
    with beginning(token):
        rules.check_freezes(partnership, title, audits, readers, by)
        pack = Pack(
            partnership=partnership, title=title.strip(), frozen_at=clock.now(), frozen_by=by
        )
        written = list(chain.from_iterable(documents.of_audit(audit) for audit in audits))
        facts = {
            "documents": [name for name, _html in written],
            "sha256": [sha256(html) for _name, html in written],
        }
        begin(pack, "frozen", by=by, token=token, facts=facts)
        pack.readers.set(readers)
        for number, (name, html) in enumerate(written, start=1):
            pack.documents.create(number=number, title=name, html=html, sha256=sha256(html))
        with act(pack, by=by) as (doing, pack):
            for reader in readers:
                doing.tell(
                    reader.pk,
                    event="pack.frozen",
                    event_key=f"pack-{pack.public_id}",
                    text="A pack is ready for you to read",
                    url=pack.get_absolute_url(),
                )
    return pack


def read(*, document: PackDocument, by: User) -> PackDocument:
    """Somebody reads a document, which is kept."""
    rules.check_whole(document)
    with act(document.pack, by=by) as (doing, _pack):
        doing.note("read", facts={"document": document.title, "sha256": document.sha256})
    return document


def withdraw(*, pack: Pack, by: User, token: str | None = None) -> Pack:
    """No inspector reads it any more; what was read stays in the ledger."""
    with act(pack, by=by, token=token) as (doing, pack):
        rules.check_withdraws(pack, by)
        doing.change(withdrawn_at=clock.now())
        doing.note("withdrawn")
    return pack
