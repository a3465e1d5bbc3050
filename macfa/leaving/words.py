"""What columns mean, where neither their name nor a help text of theirs says it."""

from __future__ import annotations

#: Columns that many tables have.
COMMON = {
    "row": "The number of the row, by which rows in other files point to it.",
    "public_id": "The name of the row in addresses and in the ledger; it never changes.",
    "version": "How often it was changed, so that nobody overwrites what they have not seen.",
    "ledger_length": "How many entries its ledger has.",
    "ledger_head": "What the next entry of its ledger follows on: see there.",
    "state": "Where it stands. The ledger tells how it came there.",
    "position": "Its place among its like.",
    "since": "From when.",
    "until": "Until when; empty while it goes on.",
    "at": "When.",
    "by": "Who did it.",
    "why": "The reason that was given.",
    "thread": "The number of the audit whose timeline tells it.",
    "subject_type": "What kind of record it is about.",
    "subject_id": "The number of the record it is about, in the file of that kind.",
    "current": "Whether it counts now. One that was changed stays, and counts no longer.",
    "decided_by": "Who decided it.",
    "typed_by": "Who typed it, for whoever decided.",
    "reference": "What people call the record it is about: NEG, NEG-03.",
    "recipient": "Whom it went to.",
    "step": "Which of the reminders that go out by themselves, counted from the due date.",
}
#: Columns of one table.
OF_TABLE = {
    "audits.audit.enquiry": "The lines of enquiry, one on each line.",
    "audits.audit.prefix": "What the audit and its cases are called by: NEG gives NEG-01.",
    "concerns.concern.alerted": "How many time limits passed without anybody acknowledging it.",
    "notifications.counter.refused_at": "When an e-mail to the address was refused for good.",
    "notifications.email.fault": "What went wrong the last time it was sent.",
    "notifications.email.leased_until": "Until when a worker has it in hand.",
    "notifications.notification.event_key": "The one thing it tells, so that nobody is told twice.",
    "notifications.notification.seq": "Which of the things this person was told: 1, 2, 3 ...",
    "notifications.notification.settled_at": "When it was settled whether an e-mail tells it.",
    "notifications.notification.url": "The page where it is.",
    "people.user.absence": "The absence that was recorded last.",
    "people.user.by_link": "Whether they may answer by e-mailed links.",
    "people.user.is_active": "Whether the account is open.",
    "returns.answer.no_grade": "What was answered instead of a grade: not applicable, not told ...",
    "returns.submission.answers": "Every answer as it was handed in, by the key of its question.",
    "sampling.case.row_id": "The row of the pool that it was drawn from.",
    "sampling.caseaccess.capacity": "As what they may see it.",
    "sampling.draw.chosen": "The rows that were drawn, in order.",
    "sampling.draw.held_in_reserve": "The rows that come next, in order.",
    "sampling.draw.method": "The name of the method; `note` tells how to repeat it by hand.",
    "sampling.draw.note": "How anybody can repeat the draw, with an example.",
    "sampling.draw.seed": "With it and the pool anybody draws the same cases.",
    "sampling.identitykey.sealed": "Who the child is, by the columns of the list, as JSON.",
    "sampling.pool.checksum": "The SHA-256 of the list as it was loaded.",
    "sampling.pool.identifying": "The columns of the list that went into the identity key.",
    "workflows.ledgerentry.actor": "The public id of whoever did it; empty if it came by itself.",
    "workflows.ledgerentry.facts": "What else is to be said: codes, numbers and public ids.",
    "workflows.ledgerentry.hash": (
        "The SHA-256 of a JSON object with sorted keys, without spaces, in UTF-8: `previous` (the "
        "SHA-256 of the hash of the entry before in the same record’s chain, a colon and the rows, "
        "with commas, of the entries that its act wrote, or inside an act that hash alone; empty "
        "in the first), `record` (record_type:record), `position`, `thread`, `reference`, "
        "`verb`, `actor`, `at`, `facts`, `text` (text_hash) and `token`."
    ),
    "workflows.ledgerentry.position": "Which entry of the record’s chain it is, from 1.",
    "workflows.ledgerentry.record": "The public id of the record it happened to.",
    "workflows.ledgerentry.record_type": "What kind of record it happened to.",
    "workflows.ledgerentry.text_hash": "The SHA-256 of the salt, a colon and the words beside it.",
    "workflows.ledgerentry.token": "The one-use token of the form that asked for it.",
    "workflows.ledgerentry.verb": "What happened.",
    "workflows.ledgertext.salt": "By chance, so that nobody finds out the words by trying.",
    "workflows.ledgertext.text": "What was said with it: a reason, a comment.",
    "workflows.process.flow_class": "Which kind of work it is.",
    "workflows.workitem.after": "The task before it.",
    "workflows.workitem.flow_task": "The place in its flow that it stands at.",
    "workflows.workitem.page": "The page on which it is done.",
    "workflows.workitem.tenant": "The partnership whose work it is.",
}
