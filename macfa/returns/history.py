"""What happened to a return, as far as the reader may know it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows import timeline

if TYPE_CHECKING:
    from macfa.returns.models import AgencyReturn

Item = dict[str, object]


def history(return_: AgencyReturn, *, with_reasons: bool) -> list[Item]:
    """The return's timeline, newest first.

    Reasons and comments are for the agency and the coordinator; the panel reads what happened.
    """
    entries = timeline.of_record(return_)
    return [
        {"title": line.sentence, "at": line.at, "text": line.text if with_reasons else ""}
        for line in timeline.lines(entries)
    ]
