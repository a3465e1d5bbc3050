"""What changes about actions: opened, reported on, claimed complete, accepted, ended, moved."""

from macfa.improvement.services.carrying import claim_completion, update
from macfa.improvement.services.deciding import accept, close_audit, end, send_back
from macfa.improvement.services.moving import change_due, hand_over
from macfa.improvement.services.offering import carry_on, decline, offer, take_offer_back, take_on
from macfa.improvement.services.opening import join_findings, open_action
from macfa.improvement.services.reminding import note_call, remind

__all__ = [
    "accept",
    "carry_on",
    "change_due",
    "claim_completion",
    "close_audit",
    "decline",
    "end",
    "hand_over",
    "join_findings",
    "note_call",
    "offer",
    "open_action",
    "remind",
    "send_back",
    "take_offer_back",
    "take_on",
    "update",
]
