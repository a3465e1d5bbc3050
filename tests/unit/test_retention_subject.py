"""Everything that is held about a case, as a signed file that marks what may be somebody else's."""

from __future__ import annotations

import pytest

from macfa import exports
from macfa.retention import subject
from macfa.retention.models import Kept
from macfa.returns import services as returns
from macfa.sampling.models import Case, CaseAccess, IdentityKey
from tests import factories
from tests.cast import Cast, assemble
from tests.retention import destroyed, years_later
from workflows import ledger
from workflows.errors import AlreadyDone, NotAllowed, NotYet
from workflows.models import LedgerEntry, Read

pytestmark = pytest.mark.django_db
WHY = "Request 17 of this year"


def taken(cast: Cast, reference: str = "NEG-01", by: str = "coordinator") -> list[subject.Row]:
    """The lines that somebody gets."""
    answer = subject.hand_out(
        partnership=cast.partnership, reference=reference, reason=WHY, by=cast[by]
    )
    return answer.rows


def test_everything_about_the_case_is_there_and_nothing_about_another(cast: Cast) -> None:
    audit = factories.audit_published(cast)
    factories.a_concern(cast, "NEG-01")
    rows = taken(cast)
    kinds = {row[1] for row in rows}
    assert {"case", "agency return", "answer", "submission", "panel grade", "ledger"} <= kinds
    assert {"immediate concern", "finding", "identity key", "pool row"} <= kinds
    assert {row[0] for row in rows} == {"NEG-01"}
    values = " ".join(row[4] for row in rows)
    assert "What the file shows." in values
    assert "A bruise nobody asked about." in values
    assert "Invented" not in values
    assert "NEG-02" not in values
    assert len(rows) < len(taken(cast)) + len(taken(cast, "neg-02"))
    assert audit.cases.count() == 2


def test_what_may_be_somebody_elses_is_marked(cast: Cast) -> None:
    factories.audit_published(cast)
    factories.a_concern(cast, "NEG-01")
    marks = {(row[1], row[3]): row[6] for row in taken(cast)}
    assert marks["panel grade", "reason"] == subject.WORDS
    assert marks["panel grade", "typed by"] == subject.NAMES
    assert marks["immediate concern", "what was seen"] == subject.CONCERN
    assert marks["panel grade", "grade"] == ""
    assert marks["identity key", "sealed"] == ""


def test_what_an_agency_alone_reads_is_named_and_not_copied(cast: Cast) -> None:
    audit = factories.audit_issued(cast)
    return_ = factories.drafting(cast, factories.a_return(audit))
    answers = factories.full_answers(return_)
    returns.save_answers(return_=return_, answers=answers, by=cast["auditor.pol"])
    returns.submit(return_=return_, by=cast["auditor.pol"])
    returns.hand_back(return_=return_, why="Only among us.", by=cast["lead.pol"])
    rows = taken(cast, return_.case.label)
    alone = {(row[1], row[5]) for row in rows if row[4] == subject.ALONE}
    assert alone == {("answer", "Police"), ("submission", "Police"), ("return query", "Police")}
    values = " ".join(row[4] for row in rows)
    assert "What the file shows." not in values
    assert "Only among us." not in values


def test_the_same_child_in_another_audit_comes_along(cast: Cast) -> None:
    for prefix in ("NEG", "EXP"):
        factories.audit_issued(cast, prefix)
    IdentityKey.objects.filter(case__label__in=("NEG-01", "EXP-02")).update(mark="m" * 64)
    assert {row[0] for row in taken(cast)} == {"NEG-01", "EXP-02"}
    CaseAccess.objects.create(
        case=Case.objects.get(label="EXP-02"),
        person=cast["coordinator"],
        capacity=CaseAccess.Capacity.CONFLICT,
    )
    rows = taken(cast)
    assert {row[0] for row in rows} == {"NEG-01"}
    assert rows[-1][4].startswith("1 more of the same child")


def test_who_took_it_how_much_and_why_stays_in_the_ledger(cast: Cast) -> None:
    factories.audit_issued(cast)
    answer = subject.hand_out(
        partnership=cast.partnership,
        reference="NEG-01",
        reason=WHY,
        by=cast["coordinator"],
        token="a-form",
    )
    entry = LedgerEntry.objects.get(verb="subject_access")
    assert (entry.reference, entry.facts) == ("NEG-01", {"rows": len(answer.rows)})
    assert entry.said.text == WHY
    with pytest.raises(AlreadyDone):
        subject.hand_out(
            partnership=cast.partnership,
            reference="NEG-01",
            reason=WHY,
            by=cast["coordinator"],
            token="a-form",
        )
    file = exports.download(
        cast["coordinator"], answer.name, subject.HEADER, answer.rows, thread=answer.thread
    )
    assert exports.fault(file.content) == ""
    read = Read.objects.get(how=Read.How.EXPORT)
    assert (read.rows, read.thread) == (len(answer.rows), answer.thread)
    assert not list(ledger.faults())


def test_after_destruction_it_says_what_is_gone(cast: Cast) -> None:
    audit = factories.audit_published(cast)
    with years_later(2):
        destroyed(cast, audit, Kept.IDENTITY_KEY, Kept.CASE_MATERIAL)
        rows = taken(cast)
    gone = {row[3] for row in rows if row[1] == "class of record"}
    assert gone == {"Identity key", "Agency returns and panel notes"}
    assert "What the file shows." not in " ".join(row[4] for row in rows)
    assert "identity key" not in {row[1] for row in rows}


def test_nobody_else_takes_it_and_a_reason_is_asked_for(cast: Cast) -> None:
    factories.audit_issued(cast)
    for name in ("chair", "lead.pol", "auditor.csc", "admin", "board"):
        with pytest.raises(NotAllowed):
            taken(cast, by=name)
    assemble("elsewhere")
    with pytest.raises(NotYet, match="a few words"):
        subject.hand_out(
            partnership=cast.partnership, reference="NEG-01", reason="DSAR", by=cast["coordinator"]
        )
    for unknown in ("NEG-99", "", "EXP-01"):
        with pytest.raises(NotYet, match="no case"):
            taken(cast, unknown)
