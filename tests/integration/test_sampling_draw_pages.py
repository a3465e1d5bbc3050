"""Drawing the sample: asked for, shown, repeated, used."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from macfa.audits.models import Audit
from macfa.sampling import services
from macfa.sampling.draw import parse_strata
from macfa.sampling.models import Case, Draw
from macfa.sampling.pool_file import PoolLayout
from tests.cast import Cast
from tests.factories import audit_drawn, audit_opened, audit_scoped, pool_csv
from tests.integration.sampling import (
    at,
    browser,
    drawn,
    load,
    plan,
    text,
)


@pytest.fixture
def audit(cast: Cast) -> Audit:
    return audit_scoped(cast)


@pytest.fixture
def coordinator(cast: Cast) -> Client:
    return browser(cast, "coordinator")


def test_strata_are_shown_with_their_population_and_a_seed_is_proposed(
    cast: Cast, coordinator: Client, audit: Audit
) -> None:
    load(cast, audit)
    page = text(coordinator.get(at(audit, "draw/")))
    assert "Cases to draw by status" in page
    assert page.count('<td class="govuk-table__cell govuk-table__cell--numeric">10</td>') == 3
    seeds = {text(coordinator.get(at(audit, "draw/"))).split('name="seed" value="')[1][:16]}
    assert page.split('name="seed" value="')[1][:16] not in seeds
    assert "Cases to draw by sex" in text(coordinator.get(at(audit, "draw/?column=sex")))
    assert "Cases to draw by" not in text(coordinator.get(at(audit, "draw/?column=")))


def test_a_draw_shows_its_rows_its_balance_and_how_to_repeat_it(
    cast: Cast, coordinator: Client, audit: Audit
) -> None:
    load(cast, audit)
    answer = coordinator.post(at(audit, "draw/?column=status"), plan())
    draw = audit.draws.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, draw.get_absolute_url())
    page = text(coordinator.get(draw.get_absolute_url()))
    for pick in (*draw.chosen, *draw.held_in_reserve):
        assert f">{pick['row_id']}</th>" in page
    assert '<td class="govuk-table__cell govuk-table__cell--numeric">10 (33%)</td>' in page
    assert "None in the sample" in page  # CIN, a third of the pool
    assert "Drawn by sha256-order/1 with the seed a seed." in page
    assert "Invented" not in page


def test_page_and_command_draw_the_same_rows_from_the_same_file(
    cast: Cast, coordinator: Client, audit: Audit, tmp_path: Path
) -> None:
    load(cast, audit)
    coordinator.post(
        at(audit, "draw/?column=status"), plan(random="1", exclude=["sex=M"], reserves="5")
    )
    draw = audit.draws.get()
    path, said = tmp_path / "pool.csv", StringIO()
    path.write_bytes(pool_csv(30))
    arguments = ["--strata", "status=CP:2,status=EH:2", "--random", "1", "--reserves", "5"]
    arguments += ["--seed", "a seed", "--exclude-if", "sex=M", "--json"]
    call_command("draw_sample", str(path), *arguments, stdout=said)
    told = json.loads(said.getvalue())
    assert told["chosen"] == [pick["row_id"] for pick in draw.chosen]
    assert told["reserves"] == [pick["row_id"] for pick in draw.held_in_reserve]
    assert told["note"] == draw.note


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"stratum_2": "11"}, "Stratum EH has 10 rows to draw from and 11 were asked for."),
        ({"random": "31"}, "Stratum random has 26 rows to draw from and 31 were asked for."),
        ({"stratum_1": "two"}, "status: CP must be a whole number"),
        ({"stratum_1": "-1"}, "status: CP must be 0 or more"),
        ({"stratum_1": "", "stratum_2": ""}, "Say how many cases to draw"),
        ({"seed": ""}, "Enter the seed"),
        ({"stratum_1": "1001"}, "status: CP must be 1,000 or less"),
        ({"purposive": "R0001"}, "Write each row picked on purpose as its row id, a comma"),
        ({"purposive": "R9999, unborn"}, "Row R9999 is picked on purpose but is not in the pool."),
        ({"exclude": ["nothing=there"]}, "Select one of the choices offered"),
        ({"pool": "another"}, "A newer pool was loaded since"),
    ],
)
def test_a_draw_that_cannot_be_made_is_refused_and_keeps_what_was_typed(
    cast: Cast, coordinator: Client, audit: Audit, typed: dict[str, object], said: str
) -> None:
    load(cast, audit)
    answer = coordinator.post(at(audit, "draw/?column=status"), plan(**typed))
    page = text(answer)
    assert answer.status_code == 200
    assert said in page
    assert "There is a problem" in page
    for value in (plan(**typed)[name] for name in plan(**typed) if name not in {"pool", "exclude"}):
        assert not value or f'value="{value}"' in page or f"> {value}</textarea>" in page
    assert not Draw.objects.exists()


def test_drawing_again_starts_from_the_same_plan_with_another_seed_and_both_are_kept(
    cast: Cast, coordinator: Client, audit: Audit
) -> None:
    load(cast, audit)
    first_plan = plan(exclude=["sex=M"], purposive="R0002, the only one", random="1")
    coordinator.post(at(audit, "draw/?column=status"), first_plan)
    first = audit.draws.get()
    link = f"draw/?column=status&amp;again={first.public_id}"
    assert at(audit, link) in text(coordinator.get(first.get_absolute_url()))
    page = text(coordinator.get(at(audit, link.replace("&amp;", "&"))))
    assert 'name="stratum_2" value="2"' in page
    assert 'value="sex=M" checked' in page
    assert "R0002, the only one</textarea>" in page
    assert 'value="a seed"' not in page
    coordinator.post(at(audit, "draw/?column=status"), plan(seed="another"))
    assert audit.draws.count() == 2
    assert text(coordinator.get(at(audit))).count(">Draw 2</a>") == 1


def test_posting_a_draw_twice_lands_on_the_one_draw(
    cast: Cast, coordinator: Client, audit: Audit
) -> None:
    load(cast, audit)
    places = {
        coordinator.post(at(audit, "draw/?column=status"), plan(token="once")).headers["Location"]
        for _ in range(2)
    }
    assert places == {audit.draws.get().get_absolute_url()}


def test_a_stale_draw_is_refused_with_what_was_typed(
    cast: Cast, coordinator: Client, audit: Audit
) -> None:
    load(cast, audit)
    typed = plan(version=audit.version - 1, purposive="R0001, a rare case")
    answer = coordinator.post(at(audit, "draw/?column=status"), typed)
    assert answer.status_code == 409
    assert "R0001, a rare case" in text(answer)
    assert not Draw.objects.exists()


def with_numbers(rows: int = 30) -> bytes:
    """The pool, with an NHS number for each child."""
    head, *lines = pool_csv(rows).decode().splitlines()
    numbered = [f"{line},943476{number:04}" for number, line in enumerate(lines)]
    return "\n".join([f"{head},NHS number", *numbered]).encode()


def drawn_by_number(cast: Cast, audit: Audit) -> Draw:
    """A draw from that pool."""
    services.load_pool(
        audit=audit,
        file_name="pool.csv",
        content=with_numbers(),
        layout=PoolLayout("id", ("status", "sex"), ("name", "dob", "NHS number")),
        by=cast["coordinator"],
    )
    return services.draw_sample(
        audit=audit,
        quotas=parse_strata("status=EH:2,status=CP:2"),
        seed="a",
        by=cast["coordinator"],
    )


def test_a_child_in_another_live_audit_is_shown_at_the_draw_by_reference_alone(
    cast: Cast, coordinator: Client, audit: Audit
) -> None:
    services.confirm_draw(draw=drawn_by_number(cast, audit), by=cast["coordinator"])
    case = audit.cases.get(number=3)
    later = drawn_by_number(cast, audit_scoped(cast, "DAC"))
    page = text(coordinator.get(later.get_absolute_url()))
    assert f"{case.row_id} is NEG-03 too" in page
    assert "is the same child, by NHS number, as a case in another audit" in page
    assert "Invented" not in page
    assert "943476" not in page
    assert "NEG-03 too" in text(coordinator.get(f"{later.get_absolute_url()}use/"))


def test_where_nothing_tells_one_child_from_another_the_page_claims_nothing_and_says_so(
    cast: Cast, coordinator: Client, audit: Audit
) -> None:
    services.confirm_draw(draw=drawn(cast, audit), by=cast["coordinator"])
    later = drawn(cast, audit_scoped(cast, "DAC"))
    for address in (later.get_absolute_url(), f"{later.get_absolute_url()}use/"):
        page = text(coordinator.get(address))
        assert "it cannot be told whether a child is in another audit too" in page
        assert "NEG-" not in page


def test_a_draw_is_checked_once_more_and_then_used(
    cast: Cast, coordinator: Client, audit: Audit
) -> None:
    draw = drawn(cast, audit)
    page = text(coordinator.get(f"{draw.get_absolute_url()}use/"))
    assert "Use this draw</button>" in page
    assert not Case.objects.exists()
    for _ in range(2):
        answer = coordinator.post(f"{draw.get_absolute_url()}use/", {"token": "once"})
        assert (answer.status_code, answer.headers["Location"]) == (302, at(audit, "cases/"))
    assert audit.cases.count() == 4
    page = text(coordinator.get(at(audit, "cases/")))
    assert "The sample is drawn: NEG-01 to NEG-04." in page
    assert "Now NEG-04" in text(coordinator.get(draw.get_absolute_url()))


@pytest.mark.parametrize("path", ["pool/", "pool/columns/", "draw/"])
def test_after_the_sample_is_confirmed_it_is_not_drawn_again(
    cast: Cast, coordinator: Client, path: str
) -> None:
    audit = audit_drawn(cast)
    assert coordinator.get(at(audit, path)).status_code == 409
    assert coordinator.post(at(audit, path), plan()).status_code == 409
    draw = audit.draws.get()
    assert coordinator.get(f"{draw.get_absolute_url()}use/").status_code == 409
    again = coordinator.post(f"{draw.get_absolute_url()}use/", {"token": "new"})
    assert again.status_code == 409
    assert audit.draws.count() == 1


def test_whoever_comes_to_draw_before_a_pool_is_loaded_is_led_to_load_it(
    coordinator: Client, audit: Audit
) -> None:
    answer = coordinator.get(at(audit, "draw/"), follow=True)
    assert answer.redirect_chain == [(at(audit, "pool/"), 302)]
    assert "Load the pool of cases first, then draw from it." in text(answer)
    assert coordinator.post(at(audit, "draw/"), plan()).status_code == 409


def test_before_case_sampling_nothing_is_drawn(cast: Cast, coordinator: Client) -> None:
    audit = audit_opened(cast)
    answer = coordinator.get(at(audit, "pool/"))
    assert answer.status_code == 409
    assert "This is done during case sampling" in text(answer)
    assert coordinator.get(at(audit)).status_code == 200
