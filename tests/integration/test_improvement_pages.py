"""The pages of actions: lists, one action, and each act on its own page."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.formats import date_format

from macfa.audits.lifecycle import Stage
from macfa.audits.models import Audit
from macfa.improvement import services
from macfa.improvement.lifecycle import ActionState
from macfa.improvement.models import Action
from macfa.people.models import User
from tests import factories
from tests.cast import Cast, assemble
from tests.scenes import scene
from workflows import clock, tasks

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

CLAIM = {
    "output": "60 trained",
    "impact": "Three plans changed",
    "evidence": "Dip sample: 23 of 25",
}


built, cast, audit = scene(factories.audit_published)


@pytest.fixture
def elsewhere(db: None) -> Cast:
    """Another partnership: nobody of it may know that this one is there."""
    return assemble("elsewhere")


@pytest.fixture
def action(audit: Audit) -> Action:
    """An action of children's social care, in an audit at action tracking."""
    return audit.actions.get()


def page(client: Client, person: User, address: str) -> str:
    client.force_login(person)
    response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)
    return " ".join(response.content.decode().split())


def statuses(client: Client, cast: Cast, address: str, names: str) -> set[int]:
    """How an address answers these people."""
    found = set()
    for name in names.split():
        client.force_login(cast[name])
        found.add(client.get(address).status_code)
    return found


def post(client: Client, person: User, address: str, **typed: object) -> Response:
    client.force_login(person)
    return client.post(address, typed)


def at(action: Action, page: str = "") -> str:
    return f"{action.get_absolute_url()}{page}"


def due(days: int) -> dict[str, object]:
    """A date some days from today, as the three boxes post it."""
    day = clock.today() + timedelta(days=days)
    return {"due_day": day.day, "due_month": day.month, "due_year": day.year}


def overdue(action: Action, days: int = 23) -> None:
    Action.objects.filter(pk=action.pk).update(due=clock.today() - timedelta(days=days))


def claimed(cast: Cast, action: Action) -> Action:
    return services.claim_completion(action=action, by=cast["owner.csc"], **CLAIM)  # type: ignore[arg-type]


# --- lists ---------------------------------------------------------------------------------------


def test_everybody_sees_their_own_actions_and_nobody_elses(
    client: Client, cast: Cast, action: Action, elsewhere: Cast
) -> None:
    for name in ("owner.csc", "lead.csc", "coordinator", "qppa", "board", "chair", "panel.pol"):
        assert action.reference in page(client, cast[name], "/actions/")
    for name in ("owner.pol", "lead.pol", "auditor.csc", "admin"):
        assert action.reference not in page(client, cast[name], "/actions/")
    assert action.reference not in page(client, elsewhere["coordinator"], "/actions/")


def test_the_board_sees_what_is_overdue_and_why_in_words(
    client: Client, cast: Cast, action: Action
) -> None:
    overdue(action)
    shown = page(client, cast["board"], "/actions/?brag=red")
    assert "Red: overdue" in shown
    assert "23 days ago" in shown
    assert (
        '<span class="app-card__figure">1</span> <a class="govuk-link" href="?brag=red">' in shown
    )
    assert "No action fits this filter" in page(client, cast["board"], "/actions/?brag=green")


def test_actions_are_narrowed_by_colour_agency_and_audit(
    client: Client, cast: Cast, action: Action
) -> None:
    police = an_action(cast, action.audit, "owner.pol", "POL")
    ours = an_action(cast, action.audit, "qppa", None)
    shown = page(client, cast["coordinator"], "/actions/?agency=POL")
    assert at(police) in shown
    assert at(action) not in shown
    assert "Remove this filter: </span>Police" in shown
    assert at(ours) in page(client, cast["coordinator"], "/actions/?agency=-")
    both = page(client, cast["coordinator"], "/actions/?agency=-&agency=POL&audit=NEG&brag=green")
    assert at(ours) in both
    assert at(police) in both
    assert at(action) not in both


def test_what_is_not_offered_in_the_filter_is_left_out(
    client: Client, cast: Cast, action: Action
) -> None:
    address = "/actions/?brag=purple&agency=XYZ&audit=NOPE&sort=password&page=99"
    shown = page(client, cast["coordinator"], address)
    assert action.reference in shown
    assert "There is a problem" not in shown


def test_a_finding_is_read_with_its_action_once_the_report_is_signed_off(
    client: Client, cast: Cast
) -> None:
    audit = factories.audit_moderated(cast, "ONE")
    finding = factories.a_finding(cast, audit)
    early = factories.an_action(cast, audit, finding)
    readers = [cast[name] for name in ("board", "owner.csc")]
    for person in readers:
        read = page(client, person, at(early))
        assert "F1" in read
        assert finding.title not in read
    assert finding.title in page(client, cast["chair"], at(early))
    factories.report_signed_off(cast, audit)
    for person in readers:
        assert finding.title in page(client, person, at(early))


def an_action(cast: Cast, audit: Audit, owner: str, agency: str | None, days: int = 90) -> Action:
    return services.open_action(
        audit=audit,
        title="Another",
        findings=[],
        agency=cast.agencies[agency] if agency else None,
        owner=cast[owner],
        multi_agency=False,
        due=clock.today() + timedelta(days=days),
        measure="20 of 20 records",
        by=cast["coordinator"],
    )


def test_running_actions_come_first_oldest_due_on_top(
    client: Client, cast: Cast, action: Action
) -> None:
    later = an_action(cast, action.audit, "owner.pol", "POL", days=90)
    sooner = an_action(cast, action.audit, "owner.pol", "POL", days=10)
    over = an_action(cast, action.audit, "owner.pol", "POL", days=5)
    services.end(action=over, reason="Overtaken", by=cast["qppa"])
    assert order(client, cast, "") == [sooner, action, later, over]
    assert order(client, cast, "?sort=due") == [over, sooner, action, later]
    assert order(client, cast, "?sort=-due") == [later, action, sooner, over]
    assert order(client, cast, "?sort=action") == [action, later, sooner, over]
    assert order(client, cast, "?sort=lead")[0] == action


def order(client: Client, cast: Cast, query: str) -> list[Action]:
    shown = page(client, cast["coordinator"], f"/actions/{query}")
    found = re.findall(r'href="/actions/([\w-]{10,})/"', shown)
    actions = {action.public_id: action for action in Action.objects.all()}
    return [actions[public_id] for public_id in found]


def test_a_sorted_column_says_so(client: Client, cast: Cast, action: Action) -> None:
    shown = page(client, cast["coordinator"], "/actions/?sort=due&brag=green")
    assert 'aria-sort="ascending"' in shown
    assert "?sort=-due&amp;brag=green" in shown


@pytest.mark.parametrize("address", ["/actions/", "plan"])
def test_a_list_costs_the_same_however_many_actions(
    client: Client, cast: Cast, action: Action, address: str
) -> None:
    where = f"{action.audit.get_absolute_url()}actions/" if address == "plan" else address
    services.accept(action=claimed(cast, action), by=cast["qppa"])
    an_action(cast, action.audit, "owner.pol", "POL")
    few = queries(client, cast, where)
    for _ in range(6):
        joined = factories.an_action(cast, action.audit, action.findings.get())
        services.end(action=joined, reason="Overtaken", by=cast["qppa"])
        an_action(cast, action.audit, "lead.edu", "EDU")
    assert queries(client, cast, where) == few


def queries(client: Client, cast: Cast, address: str) -> int:
    client.force_login(cast["coordinator"])
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return len(found)


def test_many_actions_come_in_pages(client: Client, cast: Cast, action: Action) -> None:
    for number in range(2, 53):
        twin = Action.objects.get(pk=action.pk)
        twin.pk, twin.public_id, twin.number = None, f"twin-of-an-action-{number:03}", number
        twin.save()
    assert len(order(client, cast, "")) == 50
    shown = page(client, cast["coordinator"], "/actions/?brag=green")
    assert "?brag=green&amp;page=2" in shown
    assert len(order(client, cast, "?page=2")) == 2


# --- the plan of an audit ------------------------------------------------------------------------


def test_the_plan_tells_agencies_their_own_part_only(
    client: Client, cast: Cast, action: Action, elsewhere: Cast
) -> None:
    address = f"{action.audit.get_absolute_url()}actions/"
    for name in ("coordinator", "qppa", "board", "lead.csc"):
        shown = page(client, cast[name], address)
        assert action.title in shown
        assert action.measure in shown
    shown = page(client, cast["lead.pol"], address)
    assert action.title not in shown
    assert "the actions that your agency leads" in shown
    assert statuses(client, cast, address, "owner.csc auditor.pol admin") == {404}
    assert statuses(client, elsewhere, address, "coordinator lead.csc") == {404}


def test_only_who_may_opens_actions_and_closes_the_audit(
    client: Client, cast: Cast, action: Action
) -> None:
    base = action.audit.get_absolute_url()
    plan = page(client, cast["coordinator"], f"{base}actions/")
    assert "Open an action" in plan
    assert "Close the audit" in plan
    plan = page(client, cast["panel.csc"], f"{base}actions/")
    assert "Open an action" in plan
    assert "Close the audit" not in plan
    assert "Open an action" not in page(client, cast["qppa"], f"{base}actions/")


# --- opening -------------------------------------------------------------------------------------


def test_an_action_is_opened_for_an_owner_chosen_under_their_agency_and_once(
    client: Client, cast: Cast, action: Action
) -> None:
    address = f"{action.audit.get_absolute_url()}actions/add/"
    form = page(client, cast["chair"], address)
    assert '<optgroup label="Police">' in form
    assert '<optgroup label="The partnership itself">' in form
    typed = {
        "title": "Ask the GP\nat every strategy discussion",
        "findings": [action.findings.get().pk],
        "owner": f"{cast['lead.pol'].public_id}:POL",
        "several": "one",
        "measure": "6 of 6 records at re-audit",
        "token": "once",
        **due(30),
    }
    for _ in range(2):
        assert post(client, cast["chair"], address, **typed).status_code == 302
    opened = Action.objects.get(number=2)
    assert opened.title == "Ask the GP at every strategy discussion"
    assert (opened.owner, opened.agency) == (cast["lead.pol"], cast.agencies["POL"])
    assert not opened.multi_agency
    assert list(opened.findings.all()) == list(action.findings.all())
    assert Action.objects.count() == 2


def test_an_action_of_the_partnership_itself_has_no_agency(
    client: Client, cast: Cast, action: Action
) -> None:
    address = f"{action.audit.get_absolute_url()}actions/add/"
    typed = {"title": "Re-audit", "several": "several", "measure": "4 of 6 cases", **due(90)}
    post(client, cast["coordinator"], address, owner=f"{cast['qppa'].public_id}:", **typed)
    assert Action.objects.get(number=2).agency is None


def test_a_vague_action_is_refused_beside_the_form_and_what_was_typed_is_kept(
    client: Client, cast: Cast, action: Action
) -> None:
    address = f"{action.audit.get_absolute_url()}actions/add/"
    typed = {"title": "Remind staff", "several": "one", "measure": "Better", **due(-1)}
    owner = f"{cast['owner.pol'].public_id}:POL"
    html = post(client, cast["coordinator"], address, owner=owner, **typed).content.decode()
    assert "There is a problem" in html
    assert "Say how you will know that it worked" in html
    assert "Remind staff" in html
    typed = {**typed, "measure": "20 of 20 records"}
    html = post(client, cast["coordinator"], address, owner=owner, **typed).content.decode()
    assert "The due date has passed" in html
    html = post(client, cast["coordinator"], address, owner="nobody", **typed).content.decode()
    assert "Select one of the choices offered" in html
    assert Action.objects.count() == 1


def test_opening_an_action_is_for_coordinator_chair_and_panel(
    client: Client, cast: Cast, action: Action, elsewhere: Cast
) -> None:
    address = f"{action.audit.get_absolute_url()}actions/add/"
    assert statuses(client, cast, address, "coordinator chair panel.edu") == {200}
    assert statuses(client, cast, address, "qppa board lead.csc") == {403}
    assert statuses(client, cast, address, "owner.csc") == {404}
    assert statuses(client, elsewhere, address, "coordinator") == {404}


# --- one action ----------------------------------------------------------------------------------


def test_an_action_is_seen_by_who_may_and_does_not_exist_for_others(
    client: Client, cast: Cast, action: Action, elsewhere: Cast
) -> None:
    sees = "owner.csc lead.csc coordinator chair qppa board panel.pol"
    assert statuses(client, cast, at(action), sees) == {200}
    assert statuses(client, cast, at(action), "owner.pol lead.pol auditor.csc admin") == {404}
    assert statuses(client, elsewhere, at(action), "coordinator owner.csc qppa") == {404}


def test_everybody_is_offered_what_they_may_do(client: Client, cast: Cast, action: Action) -> None:
    offered = {
        "owner.csc": {"Give an update", "Claim completion"},
        "lead.csc": {"Hand it over"},
        "coordinator": {
            "Join it to findings",
            "Hand it over",
            "Change the due date",
            "End it as no longer needed",
        },
        "qppa": {"Change the due date", "End it as no longer needed"},
        "board": set(),
    }
    everything = set().union(*offered.values()) | {"Accept as completed", "Send the action back"}
    for name, words in offered.items():
        shown = page(client, cast[name], at(action))
        assert {word for word in everything if f">{word}</a>" in shown} == words, name
    claimed(cast, action)
    assert ">Accept as completed</a>" in page(client, cast["qppa"], at(action))
    shown = page(client, cast["owner.csc"], at(action))
    assert ">Accept as completed</a>" not in shown
    assert '<li><a class="govuk-link" href="' + at(action, "update/") in shown


def test_a_claim_says_who_decides_and_since_when_wherever_the_action_is_listed(
    client: Client, cast: Cast, action: Action
) -> None:
    plan, where = f"{action.audit.get_absolute_url()}actions/", at(action)
    for address in (plan, where, "/actions/"):
        assert "Waiting for acceptance" not in page(client, cast["qppa"], address)
    claimed(cast, action)
    says = f"Coordinator decides, since {date_format(clock.today(), 'j F Y')}"
    for address in (plan, where, "/actions/"):
        shown = page(client, cast["qppa"], address)
        assert "Waiting for acceptance" in shown
        assert says in shown
        assert "Green: on track" in shown


def test_an_overdue_action_is_not_asked_whether_it_meets_its_due_date(
    client: Client, cast: Cast, action: Action
) -> None:
    asks = "Is it on track to be completed?"
    assert asks in page(client, cast["owner.csc"], at(action, "update/"))
    with clock.playing(clock.now() + timedelta(days=400)):
        shown = page(client, cast["owner.csc"], at(action, "update/"))
    assert asks in shown
    assert "It stays red, as it is overdue" in shown


def test_the_owner_updates_and_the_page_tells_it(
    client: Client, cast: Cast, action: Action
) -> None:
    typed = {"text": "34 of 60 trained", "at_risk": "yes", "version": action.version}
    post(client, cast["owner.csc"], at(action, "update/"), **typed)
    shown = page(client, cast["owner.csc"], at(action))
    assert "34 of 60 trained" in shown
    assert "Amber: at risk" in shown
    assert "Its owner says it is at risk" in shown
    assert "Owner Csc said the action is at risk" in shown


def test_completion_is_claimed_with_three_answers_and_accepted_by_another(
    client: Client, cast: Cast, action: Action
) -> None:
    form = page(client, cast["owner.csc"], at(action, "claim/"))
    for label in ("What was done?", "What changed for children?", "What shows it?"):
        assert label in form
    missing = post(client, cast["owner.csc"], at(action, "claim/"), output="60 trained")
    assert "Answer “What changed for children?”" in missing.content.decode()
    post(client, cast["owner.csc"], at(action, "claim/"), version=action.version, **CLAIM)
    action.refresh_from_db()
    assert action.state == ActionState.CLAIMED
    for _ in range(2):
        typed = {"comment": "Seen", "version": action.version, "token": "yes"}
        response = post(client, cast["qppa"], at(action, "accept/"), **typed)
        assert response["Location"] == at(action)
    shown = page(client, cast["board"], at(action))
    assert "Blue: completed" in shown
    assert "Accepted by Qppa on" in shown
    assert "Three plans changed" in shown


def test_an_action_sent_back_tells_its_owner_why_and_keeps_what_was_claimed(
    client: Client, cast: Cast, action: Action
) -> None:
    action = claimed(cast, action)
    typed = {"why": "Nothing about children", "version": action.version}
    post(client, cast["chair"], at(action, "send-back/"), **typed)
    assert "Nothing about children" in page(client, cast["owner.csc"], at(action))
    assert "60 trained</textarea>" in page(client, cast["owner.csc"], at(action, "claim/"))


def test_an_action_ends_with_a_reason(client: Client, cast: Cast, action: Action) -> None:
    without = post(client, cast["qppa"], at(action, "end/"), version=action.version)
    assert "Answer “Why is the action no longer needed?”" in without.content.decode()
    typed = {"reason": "The team was dissolved", "version": action.version}
    post(client, cast["qppa"], at(action, "end/"), **typed)
    shown = page(client, cast["board"], at(action))
    assert "No longer needed" in shown
    assert "The team was dissolved" in shown


def on(day: date) -> dict[str, int]:
    """A day as it is typed."""
    return {"on_day": day.day, "on_month": day.month, "on_year": day.year}


@pytest.mark.parametrize(
    ("path", "may", "may_not"),
    [
        ("update/", "owner.csc", "lead.csc coordinator qppa board"),
        ("claim/", "owner.csc", "lead.csc coordinator qppa board"),
        ("end/", "coordinator chair qppa panel.pol", "owner.csc lead.csc board"),
        ("hand-over/", "coordinator lead.csc", "owner.csc qppa chair board"),
        ("offer/", "coordinator lead.csc", "owner.csc qppa chair board"),
        ("due/", "coordinator chair qppa panel.pol", "owner.csc lead.csc board"),
        ("findings/", "coordinator chair panel.pol", "owner.csc lead.csc qppa board"),
        ("remind/", "coordinator lead.csc", "owner.csc qppa chair board"),
        ("call/", "coordinator", "lead.csc owner.csc qppa chair board"),
    ],
)
def test_each_act_has_a_page_for_who_may_and_refuses_others(
    client: Client,
    cast: Cast,
    action: Action,
    elsewhere: Cast,
    path: str,
    may: str,
    may_not: str,
) -> None:
    assert statuses(client, cast, at(action, path), may) == {200}
    assert statuses(client, cast, at(action, path), may_not) == {403}
    assert statuses(client, cast, at(action, path), "owner.pol lead.pol auditor.csc") == {404}
    assert statuses(client, elsewhere, at(action, path), "coordinator owner.csc") == {404}


def test_deciding_has_pages_once_completion_is_claimed(
    client: Client, cast: Cast, action: Action, elsewhere: Cast
) -> None:
    for path in ("accept/", "send-back/"):
        assert statuses(client, cast, at(action, path), "qppa") == {409}
    claimed(cast, action)
    for path in ("accept/", "send-back/"):
        assert statuses(client, cast, at(action, path), "coordinator qppa chair panel.csc") == {200}
        assert statuses(client, cast, at(action, path), "owner.csc lead.csc board") == {403}
        assert statuses(client, elsewhere, at(action, path), "qppa") == {404}


def test_an_owner_who_is_also_the_coordinator_cannot_close_their_action(
    client: Client, cast: Cast, action: Action
) -> None:
    own = an_action(cast, action.audit, "coordinator", None)
    own = services.claim_completion(action=own, by=cast["coordinator"], **CLAIM)  # type: ignore[arg-type]
    for path in ("accept/", "send-back/", "end/", "due/"):
        assert statuses(client, cast, at(own, path), "coordinator") == {403}
        response = post(client, cast["coordinator"], at(own, path), why="x", reason="x", **due(5))
        assert response.status_code == 403
    own.refresh_from_db()
    assert own.state == ActionState.CLAIMED


def test_a_decision_on_what_has_changed_meanwhile_is_refused_with_what_was_typed(
    client: Client, cast: Cast, action: Action
) -> None:
    seen = claimed(cast, action).version
    services.update(action=action, text="One more thing", at_risk=True, by=cast["owner.csc"])
    typed = {"comment": "All seen", "version": seen}
    response = post(client, cast["qppa"], at(action, "accept/"), **typed)
    assert response.status_code == 409
    html = response.content.decode()
    assert "Owner Csc said the action is at risk" in html
    assert "All seen</textarea>" in html


def test_an_action_is_joined_to_findings(client: Client, cast: Cast, action: Action) -> None:
    early = an_action(cast, action.audit, "owner.pol", "POL")
    finding = action.findings.get()
    address = at(early, "findings/")
    none = post(client, cast["coordinator"], address, version=early.version)
    assert "Select at least one finding" in none.content.decode()
    post(client, cast["coordinator"], address, findings=[finding.pk], version=early.version)
    assert "F1 Chronologies were not shared" in page(client, cast["owner.pol"], at(early))


# --- moving --------------------------------------------------------------------------------------


def test_an_action_is_handed_over_within_its_agency(
    client: Client, cast: Cast, action: Action
) -> None:
    form = page(client, cast["coordinator"], at(action, "hand-over/"))
    assert f"{cast['owner.csc'].public_id}:CSC" not in form
    assert f"{cast['lead.pol'].public_id}:POL" not in form
    assert f"{cast['qppa'].public_id}:" in form
    assert f"{cast['qppa'].public_id}:" not in page(
        client, cast["lead.csc"], at(action, "hand-over/")
    )
    typed = {
        "owner": f"{cast['lead.csc'].public_id}:CSC",
        "why": "Changed duties",
        "version": action.version,
        "token": "once",
    }
    for _ in range(2):
        response = post(client, cast["coordinator"], at(action, "hand-over/"), **typed)
        assert response["Location"] == at(action)
    [item] = tasks.open_items([action])
    assert item.owner == cast["lead.csc"]


def test_an_action_is_offered_to_another_agency_whose_lead_takes_it_on(
    client: Client, cast: Cast, action: Action, elsewhere: Cast
) -> None:
    assert statuses(client, cast, at(action), "lead.pol") == {404}
    typed = {"agency": cast.agencies["POL"].pk, "why": "Changed duties", "token": "first"}
    for _ in range(2):
        response = post(
            client, cast["lead.csc"], at(action, "offer/"), version=action.version, **typed
        )
        assert response["Location"] == at(action)
    shown = page(client, cast["lead.pol"], at(action))
    for words in ("Offered to Police", "Changed duties", "take-on/", "decline/"):
        assert words in shown
    assert statuses(client, cast, at(action, "hand-over/"), "lead.csc") == {409}
    assert statuses(client, cast, at(action, "take-on/"), "lead.pol") == {200}
    assert statuses(client, cast, at(action, "take-on/"), "owner.csc coordinator qppa") == {403}
    assert statuses(client, cast, at(action, "take-on/"), "lead.edu owner.pol") == {404}
    assert statuses(client, elsewhere, at(action, "take-on/"), "lead.pol") == {404}
    action.refresh_from_db()
    form = page(client, cast["lead.pol"], at(action, "take-on/"))
    assert f"{cast['owner.csc'].public_id}:CSC" not in form
    owner = f"{cast['owner.pol'].public_id}:POL"
    for _ in range(2):
        response = post(
            client,
            cast["lead.pol"],
            at(action, "take-on/"),
            owner=owner,
            version=action.version,
            token="second",
        )
        assert response["Location"] == at(action)
    assert statuses(client, cast, at(action), "owner.pol lead.pol") == {200}
    assert statuses(client, cast, at(action), "owner.csc lead.csc") == {404}


def test_an_offer_is_declined_or_taken_back_with_a_reason(
    client: Client, cast: Cast, action: Action
) -> None:
    assert statuses(client, cast, at(action, "take-back/"), "coordinator") == {409}
    police = cast.agencies["POL"]
    services.offer(action=action, agency=police, why="Theirs", by=cast["coordinator"])
    response = post(client, cast["lead.pol"], at(action, "decline/"), why="Not our duty")
    assert response["Location"] == "/actions/"
    assert "Not our duty" in page(client, cast["owner.csc"], at(action))
    services.offer(action=action, agency=police, why="Theirs", by=cast["coordinator"])
    assert "Take the offer back" in page(client, cast["lead.csc"], at(action))
    response = post(client, cast["lead.csc"], at(action, "take-back/"), why="Settled")
    assert response["Location"] == at(action)
    assert "Settled" in page(client, cast["owner.csc"], at(action))
    assert statuses(client, cast, at(action), "lead.pol") == {404}


def test_the_due_date_moves_with_a_reason(client: Client, cast: Cast, action: Action) -> None:
    address = at(action, "due/")
    past = post(client, cast["qppa"], address, reason="x", version=action.version, **due(-3))
    assert "The due date has passed" in past.content.decode()
    post(client, cast["qppa"], address, reason="Holidays", version=action.version, **due(90))
    action.refresh_from_db()
    assert action.due == clock.today() + timedelta(days=90)
    shown = page(client, cast["owner.csc"], at(action))
    assert "Qppa moved the due date from" in shown
    assert "Holidays" in shown


def test_the_owner_and_who_may_remind_see_when_and_how_they_were_reminded(
    client: Client, cast: Cast, action: Action
) -> None:
    today = f"{clock.today():%-d %B %Y}"
    post(client, cast["coordinator"], at(action, "remind/"), note="For the Board")
    call = {"spoke_to": "lead", "note": "It comes on Thursday", **on(clock.today())}
    post(client, cast["coordinator"], at(action, "call/"), **call)
    for name, who in (("owner.csc", "You were"), ("lead.csc", "Owner Csc was")):
        shown = page(client, cast[name], at(action))
        assert f"{who} reminded on {today} by Coordinator: <bdi>For the Board" in shown
        assert f"Coordinator telephoned on {today} and spoke to the agency lead" in shown
    assert "was reminded on" not in page(client, cast["board"], at(action))


def test_a_call_to_come_is_no_call(client: Client, cast: Cast, action: Action) -> None:
    tomorrow = on(clock.today() + timedelta(days=1))
    refused = post(client, cast["coordinator"], at(action, "call/"), spoke_to="lead", **tomorrow)
    assert "Choose today or an earlier day" in refused.content.decode()
    assert not action.reminders.exists()


# --- closing the audit ---------------------------------------------------------------------------


def test_closing_names_what_still_runs_and_then_closes(
    client: Client, cast: Cast, action: Action, elsewhere: Cast
) -> None:
    audit = action.audit
    address = f"{audit.get_absolute_url()}close/"
    shown = page(client, cast["coordinator"], address)
    assert "The audit cannot be closed yet" in shown
    assert ">Close the audit</button>" not in shown
    early = post(client, cast["coordinator"], address, token="early")
    assert "There is a problem" in early.content.decode()
    services.accept(action=claimed(cast, action), by=cast["qppa"])
    assert ">Close the audit</button>" in page(client, cast["coordinator"], address)
    assert statuses(client, cast, address, "qppa board lead.csc") == {403}
    assert statuses(client, elsewhere, address, "coordinator") == {404}
    audit.refresh_from_db()
    for _ in range(2):
        response = post(client, cast["coordinator"], address, version=audit.version, token="go")
        assert response["Location"] == audit.get_absolute_url()
    audit.refresh_from_db()
    assert audit.stage == Stage.CLOSED
