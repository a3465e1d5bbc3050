"""The ways an act can be refused. Each carries a sentence a person can act on.

`macfa.middleware.PlainRefusals` turns them into plain pages: 403, or 409 with what was typed.
"""

from __future__ import annotations


class Refused(Exception):
    """An act was refused and nothing was changed."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NotAllowed(Refused):
    """This person may not do this: wrong role, somebody else's work, their own action."""


class NotYet(Refused):
    """Something has to be there first. `missing` names each thing."""

    def __init__(self, sentence: str, missing: tuple[str, ...] = ()) -> None:
        super().__init__(sentence)
        self.missing = missing


class WrongState(Refused):
    """The record has moved on, or has not come this far: this move is not lawful now."""


class Stale(Refused):
    """Somebody changed the record since this person opened the page."""


class AlreadyDone(Exception):
    """The same form was posted twice. The first one counted; this names its result.

    `record_type` and `record` are as in the ledger: the kind of record, and its public id.
    """

    def __init__(self, record_type: str, record: str) -> None:
        super().__init__(record)
        self.record_type = record_type
        self.record = record
