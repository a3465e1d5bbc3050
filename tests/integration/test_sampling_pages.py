"""The stage at a glance, its cases, the identity key, and who sees which of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from macfa.audits.models import Audit
from macfa.returns import services as returns
from macfa.sampling import access, services
from macfa.sampling.models import Case
from tests.cast import Cast, assemble
from tests.factories import audit_drawn, audit_scoped
from tests.integration.sampling import (
    WHY,
    at,
    browser,
    case_with_people,
    drawn,
    key_of,
    load,
    statements,
    text,
)
from workflows import timeline


@pytest.fixture
def audit(cast: Cast) -> Audit:
    return audit_scoped(cast)


@pytest.fixture
def coordinator(cast: Cast) -> Client:
    return browser(cast, "coordinator")


def test_the_stage_says_what_is_next(cast: Cast, coordinator: Client, audit: Audit) -> None:
    page = text(coordinator.get(at(audit)))
    assert f'href="{at(audit, "pool/")}"' in page
    assert f'href="{at(audit, "draw/")}"' not in page
    draw = drawn(cast, audit)
    page = text(coordinator.get(at(audit)))
    assert f'href="{draw.get_absolute_url()}"' in page
    assert "issue/" not in page
    services.confirm_draw(draw=draw, by=cast["coordinator"])
    page = text(coordinator.get(at(audit)))
    assert f'href="{audit.get_absolute_url()}issue/"' in page
    assert f'href="{at(audit, "draw/")}"' not in page
    assert "0 of 4 described" in page


def test_described_cases_lead_on_to_issuing_the_audit(cast: Cast, coordinator: Client) -> None:
    audit = audit_drawn(cast)
    onward = f'href="{audit.get_absolute_url()}issue/" role="button"'
    assert onward not in text(coordinator.get(at(audit, "cases/")))
    for case in audit.cases.all():
        services.describe_case(case=case, profile="Girl, 5–7", by=cast["coordinator"])
    assert onward in text(coordinator.get(at(audit, "cases/")))


def test_a_replaced_case_stays_on_the_list_and_on_its_draw_with_the_reason(
    cast: Cast, coordinator: Client
) -> None:
    audit = audit_drawn(cast)
    case = audit.cases.order_by("number")[0]
    assert "Replaced cases" not in text(coordinator.get(at(audit, "cases/")))
    fresh = returns.replace_case(case=case, reason="Moved away.", by=cast["coordinator"])
    for client in (coordinator, browser(cast, "chair")):
        page = text(client.get(at(audit, "cases/")))
        if client is coordinator:
            assert f"{case} (EH): replaced by {fresh}. Moved away." in page
    page = text(coordinator.get(case.draw.get_absolute_url()))
    assert f"Now {case}, replaced by {fresh}: Moved away." in page


def test_the_stage_and_its_cases_cost_the_same_for_any_number_of_draws_and_cases(
    cast: Cast, coordinator: Client
) -> None:
    few, many = sampled(cast, "FEW", size=1, draws=1), sampled(cast, "MANY", size=12, draws=5)
    coordinator.get(at(few))
    for page in ("", "cases/"):
        assert statements(coordinator, at(few, page)) == statements(coordinator, at(many, page))
    first, last = few.draws.get(), many.draws.get(seed="4")
    assert statements(coordinator, first.get_absolute_url()) == statements(
        coordinator, last.get_absolute_url()
    )


def sampled(cast: Cast, prefix: str, size: int, draws: int) -> Audit:
    """An audit with a number of draws, of which the last is used."""
    audit, by = audit_scoped(cast, prefix), cast["coordinator"]
    load(cast, audit)
    for number in range(draws):
        services.draw_sample(audit=audit, random=size, seed=f"{number}", by=by)
    services.confirm_draw(draw=audit.draws.get(seed=f"{draws - 1}"), by=by)
    return audit


def test_a_profile_is_described_and_a_stale_one_refused_with_what_was_typed(
    cast: Cast, coordinator: Client
) -> None:
    audit = audit_drawn(cast)
    case = audit.cases.get(number=1)
    page = f"/cases/{case.public_id}/profile/"
    assert "EH" in text(coordinator.get(page))
    answer = coordinator.post(page, {"profile": "F, 5 to 7", "version": case.version})
    assert answer.headers["Location"] == at(audit, "cases/")
    assert "F, 5 to 7" in text(coordinator.get(at(audit, "cases/")))
    stale = coordinator.post(page, {"profile": "M, 8 to 10", "version": case.version})
    assert stale.status_code == 409
    assert "M, 8 to 10" in text(stale)
    assert Case.objects.get(pk=case.pk).profile == "F, 5 to 7"


@pytest.fixture
def case(cast: Cast) -> Case:
    return case_with_people(cast)


@pytest.mark.parametrize("name", ["coordinator", "lead.pol", "auditor.pol"])
def test_the_identity_is_shown_after_a_reason_and_once(cast: Cast, case: Case, name: str) -> None:
    client = browser(cast, name)
    asked = client.get(key_of(case))
    assert "Invented" not in text(asked)
    shown = client.post(key_of(case), {"reason": WHY, "token": "once"})
    assert shown.status_code == 200
    assert "Invented" in text(shown)
    assert "This is shown once" in text(shown)
    assert "no-store" in shown.headers["Cache-Control"]
    again = client.post(key_of(case), {"reason": WHY, "token": "once"})
    assert again.headers["Location"] == key_of(case)
    assert timeline.of_record(case).filter(verb="identity_opened").count() == 1


@pytest.mark.parametrize("reason", ["", "audit"])
def test_without_a_reason_nothing_is_shown(cast: Cast, case: Case, reason: str) -> None:
    answer = browser(cast, "lead.pol").post(key_of(case), {"reason": reason})
    assert "There is a problem" in text(answer)
    assert "Invented" not in text(answer)
    assert not timeline.of_record(case).filter(verb="identity_opened").exists()


@pytest.mark.parametrize(
    ("name", "status"),
    [("panel.csc", 403), ("lead.csc", 404), ("auditor2.pol", 404), ("admin", 404), ("chair", 404)],
)
def test_panel_is_refused_and_for_others_the_case_does_not_exist(
    cast: Cast, case: Case, name: str, status: int
) -> None:
    client = browser(cast, name)
    assert client.get(key_of(case)).status_code == status
    answer = client.post(key_of(case), {"reason": WHY})
    assert answer.status_code == status
    assert "Invented" not in text(answer)


def test_for_another_partnership_nothing_of_the_sample_exists(case: Case) -> None:
    client = browser(assemble("elsewhere"), "coordinator")
    audit = case.audit
    pages = [at(audit, page) for page in ("", "pool/", "pool/columns/", "draw/", "cases/")]
    pages += [f"{audit.get_absolute_url()}identity-log/", f"/cases/{case.public_id}/profile/"]
    pages += [key_of(case), case.draw.get_absolute_url(), f"{case.draw.get_absolute_url()}use/"]
    for page in pages:
        assert client.get(page).status_code == 404
        assert client.post(page).status_code in {404, 405}


def test_a_draw_of_another_audit_does_not_exist_here(cast: Cast, coordinator: Client) -> None:
    one, other = audit_drawn(cast, "ONE"), audit_drawn(cast, "TWO")
    assert coordinator.get(at(one, f"draws/{other.draws.get().public_id}/")).status_code == 404


def test_the_log_says_who_when_which_case_and_why_and_never_the_identity(
    cast: Cast, case: Case
) -> None:
    browser(cast, "auditor.pol").post(key_of(case), {"reason": WHY})
    log = f"{case.audit.get_absolute_url()}identity-log/"
    for name in ("chair", "coordinator"):
        page = text(browser(cast, name).get(log))
        assert "Auditor Pol" in page
        assert "NEG-01" in page
        assert WHY in page
        assert "Invented" not in page
    for name in ("lead.pol", "panel.csc", "qppa", "board"):
        assert browser(cast, name).get(log).status_code == 403


def test_the_log_leaves_out_a_case_that_a_conflict_of_interest_hides(
    cast: Cast, case: Case
) -> None:
    browser(cast, "auditor.pol").post(key_of(case), {"reason": WHY})
    access.step_out(case, cast["chair"], "A neighbour")
    log = f"{case.audit.get_absolute_url()}identity-log/"
    assert WHY not in text(browser(cast, "chair").get(log))
    assert WHY in text(browser(cast, "coordinator").get(log))


def test_an_empty_log_says_so(cast: Cast, audit: Audit) -> None:
    log = f"{audit.get_absolute_url()}identity-log/"
    assert "Nobody has opened it" in text(browser(cast, "chair").get(log))


Seen = Callable[[str, str], int]


@pytest.fixture
def seen(cast: Cast, case: Case) -> Seen:
    def status(name: str, page: str) -> int:
        answer = browser(cast, name).get(page.format(draw=case.draw.get_absolute_url()))
        return int(answer.status_code)

    return status


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("", {"coordinator": 200, "chair": 200, "lead.pol": 403, "board": 403, "auditor.pol": 404}),
        ("cases/", {"coordinator": 200, "lead.pol": 200, "board": 200, "admin": 404}),
        ("draw", {"coordinator": 200, "chair": 200, "lead.pol": 403, "board": 403, "admin": 404}),
        ("pool/", {"coordinator": 409, "chair": 403, "lead.pol": 403, "admin": 404}),
        ("draw/", {"coordinator": 409, "chair": 403, "lead.pol": 403, "admin": 404}),
    ],
)
def test_each_page_is_for_those_who_need_it(
    case: Case, seen: Seen, path: str, expected: dict[str, int]
) -> None:
    address = case.draw.get_absolute_url() if path == "draw" else at(case.audit, path)
    assert {name: seen(name, address) for name in expected} == expected


def test_nobody_reads_of_cases_that_are_not_theirs(cast: Cast, case: Case) -> None:
    own, other = case, case.audit.cases.get(number=2)
    page = text(browser(cast, "lead.pol").get(at(case.audit, "cases/")))
    assert own.label in page
    assert other.label not in page
    assert "Open identity key" not in page
    assert "No cases that you can see" in text(browser(cast, "board").get(at(case.audit, "cases/")))
    assert browser(cast, "lead.pol").get(f"/cases/{own.public_id}/profile/").status_code == 403
    assert browser(cast, "lead.pol").get(f"/cases/{other.public_id}/profile/").status_code == 404


def test_the_sample_is_linked_for_those_who_may_open_it(cast: Cast, case: Case) -> None:
    cases, link = at(case.audit, "cases/"), f'href="{at(case.audit)}"'
    seen = {name: link in text(browser(cast, name).get(cases)) for name in ("lead.pol", "board")}
    assert seen == {"lead.pol": False, "board": False}
    for name in ("coordinator", "chair"):
        assert link in text(browser(cast, name).get(cases))


def test_somebody_signed_out_is_asked_to_sign_in(audit: Audit) -> None:
    for page in ("", "pool/", "draw/", "cases/"):
        assert Client().get(at(audit, page)).headers["Location"].startswith("/accounts/login/")
