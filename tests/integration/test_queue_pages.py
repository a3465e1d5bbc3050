"""The pages of the queue: whose they are, what they hold, what each button does, and their cost."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from macfa.people.roles import Role
from macfa.sampling.access import step_out
from tests.cast import Cast, assemble
from tests.records import a_case, return_of, waiting
from tests.unit.test_queue import copies
from workflows import clock, invariants, queue
from workflows.assignment import claim, give
from workflows.models import Assignment, WorkItem

if TYPE_CHECKING:
    from django.http import HttpResponse

    from macfa.people.models import User

pytestmark = pytest.mark.django_db
WHY = "She is on leave until May"


@pytest.fixture
def item(cast: Cast) -> WorkItem:
    """Work in the queue of the auditors of children's social care."""
    return waiting(cast)


def as_(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def address(item: WorkItem, act: str = "") -> str:
    return f"/tasks/{item.public_id}/{act}"


def text_of(response: Any) -> str:
    """What a page says, without its lines and their indents."""
    return " ".join(response.content.decode().split())


def see(person: User, url: str) -> str:
    response = as_(person).get(url)
    assert response.status_code == 200
    return text_of(response)


def post(by: User, url: str, **fields: str) -> HttpResponse:
    return as_(by).post(url, fields)  # type: ignore[return-value]


# --- my work ------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["/", "/tasks/"])
def test_my_work_lists_what_i_hold(cast: Cast, item: WorkItem, url: str) -> None:
    claim(item=item, by=cast["auditor.csc"])
    page = see(cast["auditor.csc"], url)
    assert "<title>My work – Oakvale Partnership</title>" in page
    assert f'href="{address(item)}">Audit your agency’s work' in page
    assert "NEG-01 CSC" in page
    assert "Auditor, Children’s Social Care" in page
    assert "1 open task, oldest due first" in page


@pytest.mark.parametrize("name", ["auditor2.csc", "auditor.pol", "lead.csc", "coordinator"])
def test_my_work_holds_nobody_elses(cast: Cast, item: WorkItem, name: str) -> None:
    claim(item=item, by=cast["auditor.csc"])
    assert address(item) not in see(cast[name], "/")


def test_with_nothing_to_do_the_page_says_so(cast: Cast) -> None:
    assert "Nothing is waiting for you" in see(cast["auditor.csc"], "/")


def test_overdue_is_said_in_words(cast: Cast, item: WorkItem) -> None:
    claim(item=item, by=cast["auditor.csc"])
    WorkItem.objects.update(due=clock.today())
    assert "Overdue" not in see(cast["auditor.csc"], "/")
    WorkItem.objects.update(due=clock.today() - timedelta(days=1))
    assert "Overdue" in see(cast["auditor.csc"], "/")


def test_my_work_says_how_much_waits_for_my_team(cast: Cast, item: WorkItem) -> None:
    assert "Waiting in your team’s queue: 1" in see(cast["auditor.csc"], "/")
    assert "Waiting in your team’s queue" not in see(cast["auditor.pol"], "/")


def test_the_next_page_begins_after_the_last_task_of_this_one(cast: Cast, item: WorkItem) -> None:
    copies(item, range(40), owner=cast["auditor.csc"])
    client, seen = as_(cast["auditor.csc"]), []
    response = client.get("/tasks/")
    seen += [one["pk"] for one in response.context["page"].items]
    response = client.get(response.context["following"])
    seen += [one["pk"] for one in response.context["page"].items]
    assert len(seen) == len(set(seen)) == 40
    assert response.context["following"] == ""
    assert "Back to the first tasks" in text_of(response)


def test_a_senseless_page_in_the_address_is_the_first(cast: Cast, item: WorkItem) -> None:
    claim(item=item, by=cast["auditor.csc"])
    assert address(item) in see(cast["auditor.csc"], "/?after=nonsense")


def test_a_page_after_the_last_leads_back(cast: Cast, item: WorkItem) -> None:
    claim(item=item, by=cast["auditor.csc"])
    page = see(cast["auditor.csc"], "/?after=2999-01-01_1")
    assert '<a class="govuk-link" href="/">Back to the first tasks</a>' in page


def test_nobody_sees_a_queue_without_signing_in(client: Client, item: WorkItem) -> None:
    for url in (
        "/",
        "/tasks/",
        "/tasks/team/",
        "/tasks/give/",
        address(item),
        address(item, "give/"),
    ):
        response = client.get(url)
        assert (response.status_code, response["Location"]) == (302, f"/accounts/login/?next={url}")


# --- opening a task -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["auditor.csc", "auditor2.csc", "lead.csc", "coordinator"])
def test_a_task_leads_to_its_page(cast: Cast, item: WorkItem, name: str) -> None:
    claim(item=item, by=cast["auditor.csc"])
    response = as_(cast[name]).get(address(item))
    assert (response.status_code, response["Location"]) == (302, item.page)


@pytest.mark.parametrize("name", ["auditor.pol", "lead.pol", "qppa", "board", "admin"])
@pytest.mark.parametrize("act", ["", "claim/", "release/", "give/"])
def test_work_of_others_does_not_exist(cast: Cast, item: WorkItem, name: str, act: str) -> None:
    assert as_(cast[name]).get(address(item, act)).status_code == 404
    assert as_(cast[name]).post(address(item, act)).status_code in {404, 405}


def test_work_of_another_partnership_does_not_exist(item: WorkItem) -> None:
    elsewhere = assemble("elsewhere")
    for name in ("coordinator", "lead.csc", "auditor.csc"):
        assert as_(elsewhere[name]).get(address(item)).status_code == 404
        assert address(item) not in see(elsewhere[name], "/tasks/team/")


def test_a_task_that_does_not_exist_is_not_found(cast: Cast) -> None:
    assert as_(cast["coordinator"]).get("/tasks/nothing/").status_code == 404


def test_whoever_had_it_is_told_that_it_is_gone(cast: Cast, item: WorkItem) -> None:
    me = cast.add("guest.csc", Role.AUDITOR, "CSC")
    claim(item=item, by=me)
    give(item=item, to=cast["auditor.csc"], by=cast["lead.csc"], why=WHY)
    membership = me.memberships.get()
    membership.until = clock.today() - timedelta(days=1)
    membership.save()
    response = as_(me).get(address(item), follow=True)
    assert "is no longer with you" in text_of(response)


# --- claiming -----------------------------------------------------------------------------------


def test_a_member_claims_from_the_teams_queue(cast: Cast, item: WorkItem) -> None:
    me = cast["auditor.csc"]
    assert f'action="{address(item, "claim/")}"' in see(me, "/tasks/team/")
    response = post(me, address(item, "claim/"))
    assert (response.status_code, response["Location"]) == (302, item.page)
    item.refresh_from_db()
    assert item.owner == me
    assert "Nothing waits to be claimed" in see(me, "/tasks/team/")


def test_looking_at_the_address_of_a_claim_changes_nothing(cast: Cast, item: WorkItem) -> None:
    response = as_(cast["auditor.csc"]).get(address(item, "claim/"))
    assert (response.status_code, response["Location"]) == (302, "/tasks/team/")
    assert not Assignment.objects.exists()


def test_whoever_claims_second_is_told_who_was_first_and_is_back_at_the_queue(
    cast: Cast, item: WorkItem
) -> None:
    claim(item=item, by=cast["auditor2.csc"])
    response = as_(cast["auditor.csc"]).post(address(item, "claim/"), follow=True)
    assert response.redirect_chain == [("/tasks/team/", 302)]
    assert "Auditor2 Csc has “Audit your agency’s work NEG-01 CSC” already." in text_of(response)


def test_claiming_what_is_done_leads_back_to_the_queue(cast: Cast, item: WorkItem) -> None:
    WorkItem.objects.update(finished=clock.now())
    response = as_(cast["auditor.csc"]).post(address(item, "claim/"), follow=True)
    assert response.redirect_chain == [("/tasks/team/", 302)]
    assert "has been done or withdrawn" in text_of(response)


# --- a conflict of interest ---------------------------------------------------------------------


def in_conflict(person: User, item: WorkItem) -> None:
    step_out(return_of(item).case, person, "Conflict of interest declared as auditor")


def test_work_on_a_case_i_have_a_conflict_with_is_neither_listed_nor_counted(
    cast: Cast, item: WorkItem
) -> None:
    in_conflict(cast["auditor.csc"], item)
    for url in ("/", "/tasks/team/"):
        assert "NEG-01" not in see(cast["auditor.csc"], url)
    assert "Waiting in your team’s queue" not in see(cast["auditor.csc"], "/")
    assert "Nothing waits to be claimed" in see(cast["auditor.csc"], "/tasks/team/")
    assert "Waiting in your team’s queue: 1" in see(cast["auditor2.csc"], "/")
    assert address(item, "claim/") in see(cast["auditor2.csc"], "/tasks/team/")


def test_with_a_conflict_the_rest_of_the_queue_stays(cast: Cast, item: WorkItem) -> None:
    other = waiting(cast, a_case(cast, return_of(item).audit))
    in_conflict(cast["auditor.csc"], item)
    assert "Waiting in your team’s queue: 1" in see(cast["auditor.csc"], "/")
    page = see(cast["auditor.csc"], "/tasks/team/")
    assert "1 task waiting to be claimed" in page
    assert address(other, "claim/") in page


def test_a_lead_is_drawn_to_what_waits_in_the_agencys_queue(cast: Cast, item: WorkItem) -> None:
    for name in ("auditor.csc", "auditor2.csc"):
        in_conflict(cast[name], item)
    page = see(cast["lead.csc"], "/")
    assert '<a class="govuk-link" href="/tasks/team/">1 task waits in your agency’s queue' in page
    assert address(item, "give/") in see(cast["lead.csc"], "/tasks/team/")
    assert "1 task waits in the teams’ queues" in see(cast["coordinator"], "/")
    for name in ("lead.pol", "auditor.csc", "qppa"):
        assert "waits in" not in see(cast[name], "/")


# --- the team's queue ---------------------------------------------------------------------------


def test_a_member_may_claim_and_gives_nothing(cast: Cast, item: WorkItem) -> None:
    page = see(cast["auditor.csc"], "/tasks/team/?show=held")
    assert address(item, "claim/") in page
    assert "With people" not in page
    assert address(item, "give/") not in page


@pytest.mark.parametrize("name", ["lead.csc", "coordinator"])
def test_whoever_gives_sees_what_waits_and_what_people_hold(
    cast: Cast, item: WorkItem, name: str
) -> None:
    page = see(cast[name], "/tasks/team/")
    assert address(item, "give/") in page
    assert address(item, "claim/") not in page
    claim(item=item, by=cast["auditor.csc"])
    page = see(cast[name], "/tasks/team/?show=held")
    assert "Auditor Csc" in page
    assert address(item, "give/") in page
    assert address(item, "release/") in page
    assert address(item, "give/") not in see(cast[name], "/tasks/team/")


def test_a_lead_sees_nothing_of_another_agency(cast: Cast, item: WorkItem) -> None:
    for show in ("", "?show=held"):
        assert item.public_id not in see(cast["lead.pol"], f"/tasks/team/{show}")
        claim(item=item, by=cast["auditor.csc"])


def test_a_role_given_up_is_gone_from_the_next_page(cast: Cast, item: WorkItem) -> None:
    client, me = as_(cast["auditor.csc"]), cast["auditor.csc"]
    assert address(item, "claim/") in text_of(client.get("/tasks/team/"))
    assert "Waiting in your team’s queue: 1" in text_of(client.get("/"))
    me.memberships.update(until=clock.today() - timedelta(days=1))
    assert address(item, "claim/") not in text_of(client.get("/tasks/team/"))
    assert "Waiting in your team’s queue" not in text_of(client.get("/"))
    assert post(me, address(item, "claim/")).status_code == 404


def test_a_coordinator_finds_the_work_of_every_team_and_of_no_other_partnership(
    cast: Cast, item: WorkItem
) -> None:
    coordinator, elsewhere = cast["coordinator"], assemble("elsewhere")
    other = waiting(cast, a_case(cast, return_of(item).audit), "POL")
    page = see(coordinator, "/tasks/team/")
    assert address(item, "give/") in page
    assert address(other, "give/") in page
    page = see(elsewhere["coordinator"], "/tasks/team/")
    assert item.public_id not in page
    assert other.public_id not in page


# --- giving -------------------------------------------------------------------------------------


def test_a_lead_gives_work_to_an_auditor(cast: Cast, item: WorkItem) -> None:
    lead, auditor = cast["lead.csc"], cast["auditor.csc"]
    page = see(lead, address(item, "give/"))
    assert "Auditor Csc (no open tasks)" in page
    assert "Why this person? (optional)" in page
    response = as_(lead).post(address(item, "give/"), {"person": auditor.public_id}, follow=True)
    assert "NEG-01 CSC” is now with Auditor Csc." in text_of(response)
    item.refresh_from_db()
    assert item.owner == auditor


def test_the_page_shows_how_the_work_got_there(cast: Cast, item: WorkItem) -> None:
    claim(item=item, by=cast["auditor.csc"])
    give(item=item, to=cast["auditor2.csc"], by=cast["lead.csc"], why=WHY)
    page = see(cast["coordinator"], address(item, "give/"))
    for said in ("Came into the queue", "Claimed by Auditor Csc", "Moved to Auditor2 Csc", WHY):
        assert said in page
    assert "by Lead Csc" in page


def test_moving_work_asks_for_a_reason(cast: Cast, item: WorkItem) -> None:
    claim(item=item, by=cast["auditor.csc"])
    lead, to = cast["lead.csc"], cast["auditor2.csc"]
    response = post(lead, address(item, "give/"), person=to.public_id)
    assert response.status_code == 200
    assert "Enter why the work moves from one person to another" in text_of(response)
    assert "<title>Error: Give Audit your agency’s work" in text_of(response)
    post(lead, address(item, "give/"), person=to.public_id, why=WHY)
    item.refresh_from_db()
    assert (item.owner, item.assignments.last().why) == (to, WHY)


def test_nobody_chosen_is_an_error_beside_the_choice(cast: Cast, item: WorkItem) -> None:
    response = post(cast["lead.csc"], address(item, "give/"))
    assert "Choose who should do it" in text_of(response)


def test_somebody_who_is_no_candidate_cannot_be_posted(cast: Cast, item: WorkItem) -> None:
    response = post(cast["lead.csc"], address(item, "give/"), person=cast["auditor.pol"].public_id)
    assert "Choose somebody from the list" in text_of(response)
    assert not Assignment.objects.exists()


def test_a_page_that_is_stale_moves_nothing_and_keeps_what_was_typed(
    cast: Cast, item: WorkItem
) -> None:
    lead, to = cast["lead.csc"], cast["auditor2.csc"]
    seen = as_(lead).get(address(item, "give/")).context["form"]["version"].value()
    claim(item=item, by=cast["auditor.csc"])
    response = post(lead, address(item, "give/"), person=to.public_id, why=WHY, version=seen)
    assert response.status_code == 409
    assert "Auditor Csc has it now" in text_of(response)
    assert WHY in text_of(response)


def test_a_form_posted_twenty_times_lands_on_the_result_each_time(
    cast: Cast, item: WorkItem
) -> None:
    claim(item=item, by=cast["auditor.csc"])
    client, to = as_(cast["lead.csc"]), cast["auditor2.csc"]
    form = client.get(address(item, "give/")).context["form"]
    hidden = {name: form[name].value() for name in ("token", "version")}
    for _click in range(20):
        fields = {"person": to.public_id, "why": WHY, **hidden}
        response = client.post(address(item, "give/"), fields)
        assert (response.status_code, response["Location"]) == (302, "/tasks/team/?show=held")
    assert Assignment.objects.count() == 2
    assert list(invariants.everything()) == []


@pytest.mark.parametrize("act", ["give/", "release/"])
def test_a_colleague_neither_gives_nor_puts_back(cast: Cast, item: WorkItem, act: str) -> None:
    claim(item=item, by=cast["auditor.csc"])
    assert as_(cast["auditor2.csc"]).get(address(item, act)).status_code == 403


def test_where_nobody_else_may_do_it_the_page_says_so(cast: Cast, item: WorkItem) -> None:
    claim(item=item, by=cast["auditor.csc"])
    cast["auditor2.csc"].memberships.update(until=clock.today() - timedelta(days=1))
    page = see(cast["coordinator"], address(item, "give/"))
    assert "Nobody else may do this task" in page
    assert "<textarea" not in page


def test_work_that_is_done_is_given_to_nobody(cast: Cast, item: WorkItem) -> None:
    WorkItem.objects.update(finished=clock.now())
    response = as_(cast["lead.csc"]).get(address(item, "give/"), follow=True)
    assert "is done or withdrawn" in text_of(response)


# --- putting back -------------------------------------------------------------------------------


def test_i_put_my_own_work_back_with_a_reason(cast: Cast, item: WorkItem) -> None:
    me = cast["auditor.csc"]
    claim(item=item, by=me)
    assert address(item, "release/") in see(me, "/")
    response = post(me, address(item, "release/"))
    assert "Enter why the work goes back to the queue" in text_of(response)
    response = post(me, address(item, "release/"), why=WHY)
    assert (response.status_code, response["Location"]) == (302, "/tasks/")
    item.refresh_from_db()
    assert item.owner is None


def test_putting_back_again_says_that_it_is_back(cast: Cast, item: WorkItem) -> None:
    claim(item=item, by=cast["auditor.csc"])
    client = as_(cast["lead.csc"])
    fields = {"why": WHY, "token": "form"}
    client.post(address(item, "release/"), fields)
    response = client.post(address(item, "release/"), fields, follow=True)
    assert "is in the team’s queue already" in text_of(response)
    assert Assignment.objects.count() == 2


# --- several at once ----------------------------------------------------------------------------


@pytest.fixture
def items(cast: Cast, item: WorkItem) -> list[WorkItem]:
    """Three tasks in the queue."""
    audit = return_of(item).audit
    return [item, waiting(cast, a_case(cast, audit)), waiting(cast, a_case(cast, audit))]


def ticked(items: list[WorkItem]) -> str:
    return "/tasks/give/?" + "&".join(f"item={item.public_id}" for item in items)


def test_ticked_tasks_are_given_to_one_person(cast: Cast, items: list[WorkItem]) -> None:
    lead, to = cast["lead.csc"], cast["auditor.csc"]
    page = see(lead, ticked(items))
    assert "Give 3 tasks to one person" in page
    assert all(item.reference in page for item in items)
    client = as_(lead)
    check = text_of(client.post(ticked(items), {"person": to.public_id, "why": "Their ward"}))
    assert "Check before you give 3 tasks to Auditor Csc" in check
    assert "Auditor Csc holds 0 open tasks and will hold 3." in check
    assert 'name="why" value="Their ward"' in check
    assert queue.count(queue.mine(to.pk)) == 0
    response = client.post(ticked(items), {"person": to.public_id, "checked": "on"}, follow=True)
    assert "3 tasks are now with Auditor Csc." in text_of(response)
    assert queue.count(queue.mine(to.pk)) == 3


def test_what_somebody_may_not_have_stays_and_the_rest_is_given(
    cast: Cast, items: list[WorkItem]
) -> None:
    lead, to = cast["lead.csc"], cast["auditor.csc"]
    in_conflict(to, items[1])
    client = as_(lead)
    check = text_of(client.post(ticked(items), {"person": to.public_id}))
    assert "Check before you give 2 tasks" in check
    assert "What stays where it is" in check
    response = client.post(ticked(items), {"person": to.public_id, "checked": "on"}, follow=True)
    assert "2 tasks are now with Auditor Csc." in text_of(response)


def test_what_was_given_is_taken_back_within_a_minute(cast: Cast, items: list[WorkItem]) -> None:
    client, to = as_(cast["lead.csc"]), cast["auditor.csc"]
    given = {"person": to.public_id, "checked": "on"}
    page = text_of(client.post(ticked(items), given, follow=True))
    assert "3 tasks went to Auditor Csc. You can take them back within a minute." in page
    assert "3 tasks are back." in text_of(client.post("/tasks/undo/", {}, follow=True))
    assert queue.count(queue.mine(to.pk)) == 0
    assert "There is nothing to take back." in text_of(client.post("/tasks/undo/", follow=True))
    client.post(ticked(items), given)
    with clock.playing(clock.now() + timedelta(seconds=61)):
        assert "You can take them back" not in text_of(client.get("/tasks/team/"))
        late = client.post("/tasks/undo/", {}, follow=True)
    assert "The minute is over." in text_of(late)
    assert queue.count(queue.mine(to.pk)) == 3


def test_more_than_somebody_should_hold_is_said_before_it_is_given(
    cast: Cast, items: list[WorkItem]
) -> None:
    client = as_(cast["coordinator"])
    client.post("/most-open-tasks/", {"most_open_tasks": "1"})
    assert 'value="1"' in text_of(client.get("/most-open-tasks/"))
    lead, fields = as_(cast["lead.csc"]), {"person": cast["auditor.csc"].public_id}
    assert lead.post(address(items[0], "give/"), fields).status_code == 302
    check = text_of(lead.post(address(items[1], "give/"), fields))
    assert "wants nobody to hold more than 1 open task." in check
    assert lead.post(address(items[1], "give/"), fields | {"checked": "on"}).status_code == 302


@pytest.mark.parametrize("name", ["lead.csc", "auditor.csc", "admin"])
def test_nobody_but_the_coordinator_says_how_many_are_too_many(cast: Cast, name: str) -> None:
    assert as_(cast[name]).get("/most-open-tasks/").status_code == 403


def test_with_nothing_ticked_the_page_asks_to_tick(cast: Cast) -> None:
    response = as_(cast["lead.csc"]).get("/tasks/give/", follow=True)
    assert "Tick at least one task to give." in text_of(response)


def test_tasks_of_others_in_the_address_are_left_out(cast: Cast, items: list[WorkItem]) -> None:
    response = as_(cast["lead.pol"]).get(ticked(items), follow=True)
    assert "Tick at least one task to give." in text_of(response)
    assert items[0].reference not in text_of(response)


def test_somebody_who_may_not_have_one_of_them_gets_none(cast: Cast, items: list[WorkItem]) -> None:
    by = cast["coordinator"]
    response = post(by, ticked(items), person=by.public_id)
    assert response.status_code == 200
    assert "Coordinator is not an auditor of" in text_of(response)
    assert not Assignment.objects.exists()


# --- what it costs ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("auditor.csc", "/"),
        ("auditor.csc", "/tasks/team/"),
        ("lead.csc", "/tasks/team/"),
        ("lead.csc", "/tasks/team/?show=held"),
        ("coordinator", "/tasks/team/?show=held"),
    ],
)
def test_pages_cost_the_same_at_10_and_1000_tasks(
    cast: Cast, item: WorkItem, name: str, url: str
) -> None:
    client, costs = as_(cast[name]), []
    for number in (5, 495):
        copies(item, range(number), owner=None)
        copies(item, range(number), owner=cast["auditor.csc"])
        with CaptureQueriesContext(connection) as statements:
            assert client.get(url).status_code == 200
        costs.append(len(statements))
    assert costs[0] == costs[1] <= 12


@pytest.mark.parametrize(("name", "url"), [("auditor.csc", "/"), ("lead.csc", "/tasks/team/")])
def test_a_conflict_costs_one_statement_more(
    cast: Cast, item: WorkItem, name: str, url: str
) -> None:
    client, costs = as_(cast[name]), []
    waiting(cast, a_case(cast, return_of(item).audit))
    for _turn in range(2):
        client.get(url)
        with CaptureQueriesContext(connection) as statements:
            assert client.get(url).status_code == 200
        costs.append(len(statements))
        in_conflict(cast[name], item)
    assert costs[1] == costs[0] + 1 <= 12


# --- handing everything over --------------------------------------------------------------------


def test_a_lead_hands_over_all_that_somebody_holds(cast: Cast, item: WorkItem) -> None:
    claim(item=item, by=cast["auditor.csc"])
    lead, auditor = cast["lead.csc"], cast["auditor.csc"]
    assert "/tasks/people/" in see(lead, "/tasks/team/?show=held")
    url = f"/tasks/people/{auditor.public_id}/"
    assert url in see(lead, "/tasks/people/")
    page = see(lead, url)
    for words in ("1 open task of Auditor Csc", "Audit your agency’s work NEG-01 CSC"):
        assert words in page
    assert str(auditor.public_id) not in page
    typed = {"person": cast["auditor2.csc"].public_id, "token": "once"}
    assert "Write a hand-over note" in text_of(post(lead, url, **typed))
    for _click in range(2):
        response = as_(lead).post(url, typed | {"why": WHY}, follow=True)
        assert response.redirect_chain[-1][0] == "/tasks/people/"
        assert "that Auditor2 Csc holds" in text_of(response)
    assert WorkItem.objects.get(pk=item.pk).owner == cast["auditor2.csc"]
    assert Assignment.objects.filter(item=item, kind="moved").count() == 1


def test_what_stays_is_shown_after_a_hand_over(cast: Cast, item: WorkItem) -> None:
    claim(item=item, by=cast["auditor.csc"])
    lead, url = cast["lead.csc"], f"/tasks/people/{cast['auditor.csc'].public_id}/"
    cast.add("auditor3.csc", Role.AUDITOR, "CSC")
    second = waiting(cast, a_case(cast, return_of(item).audit))
    claim(item=second, by=cast["auditor.csc"])
    step_out(return_of(second).case, cast["auditor3.csc"], why="Their sister")
    typed = {"person": cast["auditor3.csc"].public_id, "why": WHY, "token": "once"}
    response = as_(lead).post(url, typed, follow=True)
    assert response.redirect_chain[-1][0] == url
    page = text_of(response)
    assert "1 task is now with Auditor3 Csc" in page
    assert "1 task is still here: Auditor3 Csc may not have it" in page
    again = text_of(post(lead, url, **typed | {"token": "other"}))
    assert "may have none of this work" in again


@pytest.mark.parametrize("name", ["auditor2.csc", "owner.csc", "qppa"])
def test_only_who_gives_work_sees_who_holds_it(cast: Cast, item: WorkItem, name: str) -> None:
    claim(item=item, by=cast["auditor.csc"])
    url = f"/tasks/people/{cast['auditor.csc'].public_id}/"
    for address_ in ("/tasks/people/", url):
        assert as_(cast[name]).get(address_).status_code == 404
    for outsider in (cast["lead.pol"], assemble("elsewhere")["coordinator"]):
        response = as_(outsider).get(url, follow=True)
        assert response.redirect_chain[-1][0] == "/tasks/people/"
        assert "NEG-01" not in text_of(response)
