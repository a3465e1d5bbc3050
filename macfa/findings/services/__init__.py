"""What changes about findings and reports: recorded, written, signed off, published."""

from macfa.findings.services.findings import edit_finding, publish, record_finding
from macfa.findings.services.reports import (
    board_sends_back,
    edit_report,
    put_forward,
    send_back,
    sign_off,
    start_report,
)

__all__ = [
    "board_sends_back",
    "edit_finding",
    "edit_report",
    "publish",
    "put_forward",
    "record_finding",
    "send_back",
    "sign_off",
    "start_report",
]
