"""A child known again in the list of another audit: by a number of theirs, never by a row id."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from pytest_django import Settings

from macfa.audits.models import Audit
from macfa.moderation import services as moderation
from macfa.overview.services import withdraw
from macfa.returns import services as returns
from macfa.sampling import services
from macfa.sampling.draw import parse_strata
from macfa.sampling.marks import mark, told_by
from macfa.sampling.models import Case, IdentityKey, Pool
from macfa.sampling.pool_file import PoolLayout
from tests.cast import Cast, assemble
from tests.factories import audit_scoped
from workflows import clock

LAYOUT = PoolLayout("row", ("status",), ("name", "NHS no"))
UNCOUNTED = PoolLayout("", ("status",), ("name",))
NHS = "943 476 59{:02}"


def children(first: int = 0, rows: int = 6, prefix: str = "R") -> bytes:
    """A list of children by NHS number, from the child with this number on."""
    lines = [
        f"{prefix}{number - first},CP,Child {number},{NHS.format(number)}"
        for number in range(first, first + rows)
    ]
    return "\n".join(["row,status,name,NHS no", *lines]).encode()


def with_pool(cast: Cast, prefix: str, content: bytes, layout: PoolLayout = LAYOUT) -> Pool:
    """A new audit with this list of children."""
    return services.load_pool(
        audit=audit_scoped(cast, prefix),
        file_name="pool.csv",
        content=content,
        layout=layout,
        by=cast["coordinator"],
    )


def sampled(cast: Cast, prefix: str, content: bytes, layout: PoolLayout = LAYOUT) -> Audit:
    """A new audit of all children in this list, each with the number of its row."""
    audit, by = with_pool(cast, prefix, content, layout).audit, cast["coordinator"]
    size = len(content.splitlines()) - 1
    draw = services.draw_sample(
        audit=audit, quotas=parse_strata(f"status=CP:{size}"), seed="a seed", by=by
    )
    rows = list(draw.pool.rows.order_by("pk").values_list("row_id", flat=True))
    numbers = [rows.index(pick["row_id"]) + 1 for pick in draw.chosen]
    services.confirm_draw(draw=draw, numbers=numbers, by=by)
    return audit


def too(pool: Pool) -> list[str]:
    """The cases of other audits that children of this list are."""
    marks = pool.marks(pool.rows.values_list("row_id", flat=True))
    return [case.label for case in Case.objects.elsewhere(pool.audit, marks.values())]


# --- the same child ------------------------------------------------------------------------------


def test_a_child_is_known_again_whatever_its_row_is_called(cast: Cast) -> None:
    sampled(cast, "NEG", children())
    assert too(with_pool(cast, "DAC", children(first=4, prefix="ROW-"))) == ["NEG-05", "NEG-06"]


def test_rows_of_the_same_id_are_not_the_same_child(cast: Cast) -> None:
    sampled(cast, "NEG", children())
    assert too(with_pool(cast, "DAC", children(first=50))) == []


def test_without_a_number_of_the_childs_nothing_is_claimed(cast: Cast) -> None:
    sampled(cast, "NEG", children(), UNCOUNTED)
    later = with_pool(cast, "DAC", children(), UNCOUNTED)
    assert (later.told_by, too(later)) == ([], [])


def test_audits_of_another_partnership_are_never_compared(cast: Cast) -> None:
    other = sampled(assemble("elsewhere"), "NEG", children())
    later = with_pool(cast, "DAC", children())
    assert too(later) == []
    rows = later.rows.values_list("row_id", flat=True)
    theirs = other.pools.get().marks(rows)
    assert len(theirs) == 6
    assert not {*theirs.values()} & {*later.marks(rows).values()}


# --- live, or recent -----------------------------------------------------------------------------


def given_up(cast: Cast, audit: Audit) -> None:
    withdraw(audit=audit, reason="Overtaken", by=cast["coordinator"])


def test_an_audit_given_up_before_any_agency_was_asked_does_not_count(cast: Cast) -> None:
    earlier, later = sampled(cast, "NEG", children()), with_pool(cast, "DAC", children())
    assert len(too(later)) == 6
    given_up(cast, earlier)
    assert too(later) == []


@pytest.mark.parametrize(("weeks", "counts"), [(20, 6), (60, 0)])
def test_an_audit_that_ended_counts_by_when_the_children_were_audited(
    db: None, weeks: int, counts: int
) -> None:
    with clock.playing(clock.now() - timedelta(weeks=80)):
        cast = assemble()
        earlier = sampled(cast, "NEG", children())
        returns.issue(audit=earlier, by=cast["coordinator"])
    with clock.playing(clock.now() - timedelta(weeks=weeks)):
        for return_ in earlier.returns.all():
            returns.record_not_returned(return_=return_, reason="None came", by=cast["coordinator"])
        moderation.convene(
            audit=earlier,
            chair=cast["chair"],
            members=[cast["panel.csc"], cast["panel.pol"]],
            meets_on=clock.today(),
            by=cast["coordinator"],
        )
    later = with_pool(cast, "DAC", children())
    assert len(too(later)) == 6
    given_up(cast, earlier)
    assert len(too(later)) == counts


def test_a_replaced_case_does_not_count(cast: Cast) -> None:
    audit, by = with_pool(cast, "NEG", children()).audit, cast["coordinator"]
    draw = services.draw_sample(
        audit=audit, quotas=parse_strata("status=CP:1"), reserves=1, seed="a seed", by=by
    )
    [case] = services.confirm_draw(draw=draw, by=by)
    returns.replace_case(case=case, reason="Moved away", by=by)
    assert too(with_pool(cast, "DAC", children())) == ["NEG-02"]


# --- the mark ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        (("Name", "NHS Number"), ["NHS Number"]),
        (("NHSNumber",), ["NHSNumber"]),
        (("NHSno",), ["NHSno"]),
        (("UPN", "nhs_no"), ["nhs_no", "UPN"]),
        (("Mosaic ID",), ["Mosaic ID"]),
        (("Social care ref",), ["Social care ref"]),
        (("Social care referral date", "Mosaic worker id"), []),
        (("Mother's NHS number", "Sibling UPN", "mothernhsno", "Name", "Date of birth"), []),
    ],
)
def test_the_columns_by_which_a_child_is_known_again(
    columns: tuple[str, ...], told: list[str]
) -> None:
    assert told_by(columns) == told


def test_the_way_a_number_is_written_makes_no_difference() -> None:
    written = ("9434765919", "943 476 5919", "943-476-5919", " 9434765919 ")
    assert len({mark({"NHS no": value}, 1) for value in written}) == 1
    assert mark({"UPN": "a123456789012"}, 1) == mark({"UPN": "A12345 6789012"}, 1) != ""


@pytest.mark.parametrize("value", ["", "unknown", "n/a", "0000000000", "12345", "12 3 2014"])
def test_what_is_no_number_makes_no_mark(value: str) -> None:
    assert mark({"NHS no": value}, 1) == ""


def test_where_one_number_is_missing_the_next_is_taken() -> None:
    upn = "A123456789012"
    assert mark({"NHS no": "", "UPN": upn}, 1) == mark({"UPN": upn}, 1)
    assert mark({"NHS no": "9434765919", "UPN": upn}, 1) == mark({"NHS no": "9434765919"}, 1)


def test_a_mark_holds_no_number_and_is_another_under_another_key(settings: Settings) -> None:
    made = mark({"NHS no": "9434765919"}, 1)
    assert len(made) == 64
    assert "9434765919" not in made
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    assert mark({"NHS no": "9434765919"}, 1) != made


def test_a_change_of_keys_makes_the_marks_anew(cast: Cast, settings: Settings) -> None:
    sampled(cast, "NEG", children())
    before = set(IdentityKey.objects.values_list("mark", flat=True))
    new = Fernet.generate_key().decode()
    settings.FIELD_ENCRYPTION_KEYS = [new, *settings.FIELD_ENCRYPTION_KEYS]
    call_command("reseal_identities", stdout=StringIO())
    settings.FIELD_ENCRYPTION_KEYS = [new]
    assert not before & set(IdentityKey.objects.values_list("mark", flat=True))
    assert len(too(with_pool(cast, "DAC", children()))) == 6


def test_identities_from_before_there_were_marks_get_theirs_when_sealed_anew(cast: Cast) -> None:
    sampled(cast, "NEG", children())
    IdentityKey.objects.update(mark="")
    later = with_pool(cast, "DAC", children())
    assert too(later) == []
    call_command("reseal_identities", stdout=StringIO())
    assert len(too(later)) == 6
