"""What the classes hold, table by table: the one list by which rows are counted and destroyed, and
by which a subject access request is answered.

A test holds it against every column of an audit that takes words: it is here, or in `STAYS`.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from macfa.audits.models import Audit, StageDate, Theme, ThemeView
from macfa.findings.models import Finding, Report
from macfa.improvement.models import Action, ActionReminder, ActionUpdate
from macfa.moderation.models import (
    CaseGrade,
    DomainGrade,
    GoneAhead,
    Panel,
    PanelGrade,
    PanelMember,
    Sitting,
)
from macfa.packs.models import PackDocument
from macfa.retention.holdings import (
    Answers,
    Copies,
    Holding,
    OwnReasons,
    Reasons,
    Within,
)
from macfa.retention.models import Destruction, Hold, Kept
from macfa.returns.models import (
    Addendum,
    AgencyReturn,
    Answer,
    Independence,
    PanelQuestion,
    Reminder,
    ReturnQuery,
    Submission,
)
from macfa.sampling.models import Case, CaseAccess, Draw, IdentityKey, Pool, PoolRow, PoolUpload
from workflows.ledger import record_type
from workflows.models import Assignment, LedgerText

if TYPE_CHECKING:
    from collections.abc import Collection

CASE_RECORDS = [record_type(each) for each in (Case, AgencyReturn, Panel, PanelMember)]
OWN_RECORDS = [record_type(each) for each in (Hold, Destruction)]
#: Who opened the identity key and why is a log of access, and is kept as long.
OPENED = Q(entry__verb__in=("identity_opened", "subject_access"))
ON_CASES = Q(entry__record_type__in=CASE_RECORDS)
CASE_WORK = Q(item__subject_type__model__in=[each.rpartition(".")[2] for each in CASE_RECORDS])


def answers_without(value: dict[str, Any], said: str) -> dict[str, Any]:
    """A submission with its grades, and the sentence for words."""
    kept = {key: {**given, "value": said if given["value"] else ""} for key, given in value.items()}
    return kept | {"destroyed": {"value": said, "grade": "", "no_grade": ""}}


def report_without(value: dict[str, Any], said: str) -> dict[str, Any]:
    """A frozen report with its figures, and the sentence for words."""
    words = dict.fromkeys(("purpose", "criteria", "summary", "method", "limits"), said)
    actions = [{**each, "title": said, "measure": said} for each in value["actions"]]
    findings = [{**each, "title": said, "text": "", "repeats": ""} for each in value["findings"]]
    sittings = [{**each, "not_quorate": ""} for each in value["sittings"]]
    lists = {"actions": actions, "findings": findings, "sittings": sittings, "enquiries": [said]}
    return value | words | lists


def picks_without(value: list[list[str]], said: str) -> list[list[str]]:
    """Rows that were picked on purpose, and the sentence for why."""
    return [[row, said] for row, _why in value]


_RETURN, _ITS_CASE = "agency_return__audit", "agency_return__case"
_UNSENT = Q(agency_return__submitted_at=None)

TABLE: tuple[Holding, ...] = (
    Holding(
        Kept.IDENTITY_KEY, "rows of the identity key", IdentityKey, "pool_row__pool__audit", "case"
    ),
    Holding(Kept.IDENTITY_KEY, "lists that were never loaded", PoolUpload, "audit"),
    Holding(
        Kept.CASE_MATERIAL,
        "cases with words",
        Case,
        "audit",
        "pk",
        ("profile", "replaced_because", "added_because", "paused_because"),
    ),
    Holding(Kept.CASE_MATERIAL, "reasons for access", CaseAccess, "case__audit", "case", ("why",)),
    Holding(
        Kept.CASE_MATERIAL,
        "returns with words",
        AgencyReturn,
        "audit",
        "case",
        ("looked_by", "nil_note", "not_returned_because"),
    ),
    Answers(
        Kept.CASE_MATERIAL,
        "answers",
        Answer,
        _RETURN,
        _ITS_CASE,
        ("value",),
        agency_alone=_UNSENT,
    ),
    Within(
        Kept.CASE_MATERIAL,
        "submitted versions",
        Submission,
        _RETURN,
        _ITS_CASE,
        ("answers",),
        agency_alone=Q(sent_at=None),
        without=answers_without,
    ),
    Holding(
        Kept.CASE_MATERIAL,
        "reasons of a conflict of interest",
        Independence,
        _RETURN,
        _ITS_CASE,
        ("why",),
    ),
    Holding(
        Kept.CASE_MATERIAL,
        "queries on returns",
        ReturnQuery,
        _RETURN,
        _ITS_CASE,
        ("text", "answer"),
        agency_alone=Q(within_agency=True),
    ),
    Holding(Kept.CASE_MATERIAL, "notes of reminders", Reminder, _RETURN, _ITS_CASE, ("note",)),
    Holding(
        Kept.CASE_MATERIAL,
        "questions of the panel",
        PanelQuestion,
        _RETURN,
        _ITS_CASE,
        ("text", "withdrawn_because"),
    ),
    Holding(Kept.CASE_MATERIAL, "addenda", Addendum, _RETURN, _ITS_CASE, ("text",)),
    Holding(
        Kept.CASE_MATERIAL,
        "panel grades for agencies",
        PanelGrade,
        _RETURN,
        _ITS_CASE,
        ("reason",),
    ),
    Holding(
        Kept.CASE_MATERIAL,
        "domain grades",
        DomainGrade,
        "case__audit",
        "case",
        ("reason",),
    ),
    Holding(
        Kept.CASE_MATERIAL,
        "case grades",
        CaseGrade,
        "case__audit",
        "case",
        ("reason", "dissent"),
    ),
    Holding(
        Kept.CASE_MATERIAL,
        "reasons to go ahead without a member",
        GoneAhead,
        "case__audit",
        "case",
        ("why",),
    ),
    Holding(Kept.CASE_MATERIAL, "notes of sittings", Sitting, "panel__audit", texts=("note",)),
    Holding(
        Kept.CASE_MATERIAL,
        "reasons for giving work",
        Assignment,
        "item__thread",
        texts=("why",),
        only=CASE_WORK,
    ),
    Reasons(
        Kept.CASE_MATERIAL,
        "reasons in the ledger",
        LedgerText,
        "entry__thread",
        only=ON_CASES & ~OPENED,
    ),
    Holding(
        Kept.REPORT,
        "words of the audit",
        Audit,
        "pk",
        texts=(
            "theme_reason",
            "purpose",
            "enquiry",
            "criteria",
            "withdrawn_because",
            "paused_because",
        ),
    ),
    Holding(Kept.REPORT, "reasons of stage dates", StageDate, "audit", texts=("reason",)),
    Holding(Kept.REPORT, "evidence of themes", Theme, "audit", texts=("evidence",)),
    Holding(Kept.REPORT, "views of themes", ThemeView, "audit", texts=("comment",)),
    Holding(Kept.REPORT, "names of lists", Pool, "audit", texts=("file_name",)),
    Holding(Kept.REPORT, "rows of the pool", PoolRow, "pool__audit"),
    Within(
        Kept.REPORT,
        "reasons of picks",
        Draw,
        "audit",
        texts=("purposive",),
        without=picks_without,
    ),
    Holding(Kept.REPORT, "findings", Finding, "audit", "cases", ("title", "text", "repeats")),
    Holding(
        Kept.REPORT,
        "drafts of reports",
        Report,
        "audit",
        texts=("summary", "method", "limits", "board_said"),
    ),
    Within(
        Kept.REPORT,
        "frozen reports",
        Report,
        "audit",
        texts=("contents",),
        without=report_without,
    ),
    Holding(
        Kept.REPORT,
        "actions",
        Action,
        "audit",
        texts=(
            "title",
            "measure",
            "output",
            "impact",
            "evidence",
            "ended_because",
            "offered_because",
        ),
    ),
    Holding(Kept.REPORT, "updates of actions", ActionUpdate, "action__audit", texts=("text",)),
    Holding(
        Kept.REPORT,
        "notes of reminders of actions",
        ActionReminder,
        "action__audit",
        texts=("note",),
    ),
    Copies(Kept.REPORT, "copies in packs", PackDocument, "pack", texts=("html",)),
    Holding(
        Kept.REPORT,
        "reasons for giving other work",
        Assignment,
        "item__thread",
        texts=("why",),
        only=~CASE_WORK,
    ),
    OwnReasons(Kept.REPORT, "reasons in the audit’s ledger", LedgerText, "entry"),
    Reasons(
        Kept.REPORT,
        "other reasons in the ledger",
        LedgerText,
        "entry__thread",
        only=(~ON_CASES | OPENED) & ~Q(entry__record_type__in=OWN_RECORDS),
    ),
)

_FIGURE = "It is a figure, a code or a mark, and the record of what was done needs it."
_DRAW = "Anybody can repeat the draw with it; it says nothing of a child."
_WHO = "Who decided stays, as whoever signed off does."
#: Columns of an audit that could take words and stay, each with its reason.
STAYS: dict[str, str] = {
    "audits.audit.title": "That there was an audit on this stays known.",
    "audits.audit.destroyed": "It says when what was destroyed.",
    "audits.theme.title": "What was proposed and chosen stays known.",
    "audits.theme.sources": _FIGURE,
    "sampling.pool.row_id_column": _DRAW,
    "sampling.pool.characteristics": "The names of the columns, and not what they held.",
    "sampling.pool.identifying": "The names of the columns, and not what they held.",
    "sampling.draw.seed": _DRAW,
    "sampling.draw.strata": _DRAW,
    "sampling.draw.quotas": _DRAW,
    "sampling.draw.exclude_if": _DRAW,
    "sampling.draw.chosen": _DRAW,
    "sampling.draw.held_in_reserve": _DRAW,
    "sampling.draw.note": _DRAW,
    "sampling.case.row_id": _DRAW,
    "sampling.case.stratum": _DRAW,
    "sampling.case.characteristics": "The bands by which the sample was balanced, as figures.",
    "returns.agencyreturn.looked_for": _FIGURE,
    "audits.audit.theme_decided_by": _WHO,
    "sampling.case.added_approved_by": _WHO,
    "moderation.panelmember.name": _WHO,
    "moderation.panelmember.role": _WHO,
    "moderation.panelgrade.decided_by": _WHO,
    "moderation.domaingrade.decided_by": _WHO,
    "moderation.casegrade.decided_by": _WHO,
    "moderation.goneahead.decided_by": _WHO,
    "findings.report.board_who": _WHO,
    "packs.packdocument.title": "Which documents were shown to an inspection stays known.",
}


def of_kind(kind: Kept | str) -> tuple[Holding, ...]:
    """The tables of a class."""
    return tuple(each for each in TABLE if each.kind == kind)


def counts(kind: Kept | str, audits: Collection[Audit]) -> dict[int, dict[str, int]]:
    """How many rows of what each of these audits has in a class; what it has none of is left out.
    Costs one statement a table, however many audits there are."""
    found: dict[int, dict[str, int]] = {audit.pk: {} for audit in audits}
    for each in of_kind(kind):
        for number, count in each.counted(audits).items():
            if count:
                found[number][each.says] = count
    return found


def digest(kind: Kept | str, audit: Audit) -> str:
    """The SHA-256 of exactly the rows that are counted: another row, or one less, is another."""
    mark = hashlib.sha256()
    for each in of_kind(kind):
        numbers = each.rows([audit]).values_list("pk", flat=True)
        mark.update(f"{each.says}:{','.join(map(str, numbers))}\n".encode())
    return mark.hexdigest()
