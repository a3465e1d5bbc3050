"""Anybody at all against the access matrix: people with any roles at any time, named by records or
not, on every page of a partnership with audits at every stage.

What they open is what the matrix says; no page names a record they may not know of, and none holds
a word of a text that is not theirs.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction
from django.urls import resolve, reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from macfa.access.checks import addresses
from macfa.access.matrix import rows_of
from macfa.access.standing import About, Who
from macfa.audits.models import Audit
from macfa.concerns.models import Concern, StaffMatter
from macfa.findings import services as findings
from macfa.findings.lifecycle import ReportState
from macfa.findings.models import Finding, Report
from macfa.improvement.models import Action
from macfa.moderation.models import Panel, PanelMember
from macfa.people.models import Absence, Membership, Team, User
from macfa.people.roles import GUIDES, Role
from macfa.retention.models import Kept
from macfa.returns.lifecycle import ReturnState
from macfa.returns.models import AgencyReturn, Answer
from macfa.sampling.lifecycle import WITH_PANEL
from macfa.sampling.models import Case, CaseAccess, Draw
from tests import factories, standings
from tests.cast import Cast, assemble
from tests.integration.browsing import browser
from workflows import clock
from workflows.models import WorkItem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Model

Capacity = CaseAccess.Capacity
OF_AN_AGENCY = {guide.role for guide in GUIDES if guide.of_an_agency}
#: What is seen by more people the further it has come.
CASEWORK = (Case, AgencyReturn, Report, Action, Concern)
IDS = re.compile(r"[A-Za-z0-9_-]{22}")
#: Pages that are about no record and not of the partnership: sign-in and what answers programs.
APART = ("accounts/", "healthz", "readyz", "source/", "demo/")
OPENED, REFUSED, HIDDEN = {200, 302, 409}, {403, 409, 302}, {404}


class World:
    """Two partnerships with audits at every stage, each text of which holds a word of its own."""

    def __init__(self, here: Cast, elsewhere: Cast) -> None:
        self.here, self.elsewhere = here, elsewhere
        self.kinds: dict[type[Model], list[Any]] = {}
        #: A word that stands in one text alone, and the record whose readers may read it.
        self.words: dict[str, Model] = {}

    def records(self) -> dict[str, Model]:
        """Every record by its public id."""
        rows = (row for rows in self.kinds.values() for row in rows)
        return {row.public_id: row for row in rows if hasattr(row, "public_id")}


@pytest.fixture
def world(db: None) -> World:
    """Audits at theme selection, sampling, agency audits, moderation, findings and actions."""
    world = World(assemble(), assemble("elsewhere"))
    for cast in (world.here, world.elsewhere):
        cast.add("conduct", Role.STAFF_CONDUCT)
        factories.audit_opened(cast, "THE")
        factories.audit_drawn(cast, "DRA")
        issued = factories.audit_issued(cast, "ISS")
        factories.submitted(cast, factories.a_return(issued))
        factories.drafting(cast, factories.a_return(issued, "CSC"))
        factories.audit_convened(cast, "MOD")
        factories.audit_published(cast, "ACT")
        written = factories.audit_moderated(cast, "FIN")
        findings.start_report(audit=written, by=cast["coordinator"])
        factories.a_concern(cast, case_reference="ISS-01")
        factories.a_staff_matter(cast)
    casework = (Case, AgencyReturn, Panel, Finding, Report, Action, Audit)
    for kind in (*casework, Concern, StaffMatter, WorkItem, User):
        world.kinds[kind] = list(kind._default_manager.iterator())
    mark_texts(world)
    return world


def mark_texts(world: World) -> None:
    """Put a word of its own into each text that is not for everybody."""
    for number, answer in enumerate(
        Answer.objects.exclude(value="").select_related("agency_return")
    ):
        world.words[f"Answered{number}x"] = answer.agency_return
        Answer.objects.filter(pk=answer.pk).update(value=f"Answered{number}x")
    for kind, name in ((Concern, "seen"), (StaffMatter, "seen"), (Report, "limits")):
        for number, row in enumerate(kind._default_manager.all()):
            world.words[f"{kind.__name__}{number}x"] = row
            kind._default_manager.filter(pk=row.pk).update(**{name: f"{kind.__name__}{number}x"})


# --- somebody ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Post:
    """A role somebody holds, here or elsewhere, from a day to a day."""

    role: Role
    agency: str
    here: bool
    since: int
    until: int | None

    @property
    def team(self) -> tuple[str, str, bool]:
        """Where the role is held."""
        return self.role, self.agency if self.role in OF_AN_AGENCY else "", self.here

    def take(self, world: World, person: User) -> None:
        """Take the role."""
        cast = world.here if self.here else world.elsewhere
        agency = cast.agencies[self.agency] if self.role in OF_AN_AGENCY else None
        team = Team.objects.for_role(cast.partnership, self.role, agency)
        today = clock.today()
        until = None if self.until is None else today + timedelta(days=self.until)
        Membership.objects.create(
            person=person, team=team, since=today + timedelta(days=self.since), until=until
        )


POSTS = st.builds(
    Post,
    role=st.sampled_from(list(Role)),
    agency=st.sampled_from(["CSC", "POL", "EDU"]),
    here=st.sampled_from([True, True, True, False]),
    since=st.sampled_from([-30, -30, 0, 1]),
    until=st.sampled_from([None, None, None, 0, -1]),
)


def has_an_audit(world: World, person: User) -> None:
    """As the act that gives an audit writes it."""
    for return_ in AgencyReturn.objects.filter(audit__prefix="ISS", agency__code="POL")[:1]:
        AgencyReturn.objects.filter(pk=return_.pk).update(auditor=person)
        CaseAccess.objects.create(
            case=return_.case, person=person, agency=return_.agency, capacity=Capacity.AUDITS
        )


def sits_on_the_panel(world: World, person: User) -> None:
    """As the act that convenes a panel and releases its cases writes it."""
    for panel in Panel.objects.filter(audit__partnership=world.here.partnership):
        PanelMember.objects.create(panel=panel, person=person, name=person.name)
        for case in panel.audit.cases.all():
            CaseAccess.objects.create(case=case, person=person, capacity=Capacity.PANEL)


def has_conflicts(world: World, person: User) -> None:
    """A conflict of interest with the first case of each audit."""
    for case in Case.objects.filter(audit__partnership=world.here.partnership, number=1):
        CaseAccess.objects.create(case=case, person=person, capacity=Capacity.CONFLICT)


def owns_an_action(world: World, person: User) -> None:
    """As an action is handed over."""
    Action.objects.filter(audit__partnership=world.here.partnership).update(owner=person)


def raised_a_concern(world: World, person: User) -> None:
    """As who raises one is kept."""
    Concern.objects.filter(partnership=world.here.partnership).update(raised_by=person)


Link = Callable[[World, User], None]
LINKS: tuple[Link, ...] = (
    has_an_audit,
    sits_on_the_panel,
    has_conflicts,
    owns_an_action,
    raised_a_concern,
)

# --- everywhere ----------------------------------------------------------------------------------


def everywhere(world: World) -> Iterator[str]:
    """The address of every page of every record."""
    for name, route in addresses():
        if not route.startswith(APART) and any(row.opens for row in rows_of(name)):
            yield from _addresses_of(world, name, route)


def _addresses_of(world: World, name: str, route: str) -> Iterator[str]:
    wanted = re.findall(r"<(?:\w+:)?(\w+)>", route)
    if not wanted:
        yield reverse(name)
        return
    kind = next((model for start, model in standings.KINDS if route.startswith(start)), None)
    for record in world.kinds.get(kind, []) if kind else []:
        for more in _more(record, wanted):
            yield reverse(name, kwargs={"public_id": record.public_id, **more})


def _more(record: Model, wanted: list[str]) -> list[dict[str, str]]:
    """What else an address names beside its record."""
    if "draw_id" in wanted:
        draws = Draw.objects.filter(audit=record.pk)
        return [{"draw_id": each.public_id} for each in draws]
    if "return_id" in wanted:
        returns = AgencyReturn.objects.filter(case=record.pk)
        return [{"return_id": each.public_id} for each in returns]
    if "kind" in wanted:
        return [{"kind": each} for each in (Kept.IDENTITY_KEY, Kept.REPORT)]
    return [{"code": "D1"}] if "code" in wanted else [{}]


# --- what they are told --------------------------------------------------------------------------


def fresh(record: Model) -> Model:
    """The record as it is now."""
    now: Model = type(record)._default_manager.get(pk=record.pk)
    return now


def in_conflict(person: User, record: Model | None) -> bool:
    """Whether somebody has declared a conflict of interest with the case a record is about."""
    case = getattr(record, "case", None) if isinstance(record, AgencyReturn) else record
    rows = CaseAccess.objects.filter(person=person, capacity=Capacity.CONFLICT)
    return isinstance(case, Case) and rows.filter(case=case).exists()


#: What is of the partnership somebody is in now, of those in which they serve.
OF_HERE = (type(None), User)
#: What is of the panel alone, whoever knows of the case in other ways.
OF_THE_ROOM = {About.MODERATED_CASE, About.SEAT}
#: Who has a task or somebody's roles decides here, which no way of standing tells.
BY_RULE = {"release", "give", "person_leaves"}


def is_there(name: str, about: About, record: Model | None) -> bool:
    """Whether there is anything at an address yet."""
    if about is About.GRADES:
        return Report.objects.filter(audit=record, state=ReportState.SIGNED_OFF).exists()  # type: ignore[misc]
    if about in OF_THE_ROOM:
        case = record.case if isinstance(record, AgencyReturn) else record
        graded = name != "grade_agency" or _submitted(record)
        return graded and isinstance(case, Case) and case.state in WITH_PANEL
    return True


def _submitted(record: Model | None) -> bool:
    return isinstance(record, AgencyReturn) and record.state == ReturnState.SUBMITTED


def waits_for_panel(about: About, record: Model | None) -> bool:
    """Whether a page of the panel is asked for before there is one."""
    if about is not About.PANEL or not isinstance(record, Audit):
        return False
    return not Panel.objects.filter(audit=record).exists()


def expected(person: User, address: str) -> set[int]:
    """What the matrix has somebody told at an address."""
    match = resolve(address)
    name, record = match.view_name, standings.record_of(match)
    about = standings.about_of(match, record)
    [row] = [row for row in rows_of(name) if row.about == about]
    stands = standings.standing(person, record)
    if isinstance(record, OF_HERE) and row.opens & stands and standings.Posts(person).in_several():
        return OPENED | REFUSED | HIDDEN
    if in_conflict(person, record) or not is_there(name, about, record):
        return HIDDEN
    if row.opens & stands:
        waits = HIDDEN if waits_for_panel(about, record) else set()
        return OPENED | waits | ({403} if name in BY_RULE else set())
    of_record = isinstance(record, CASEWORK) and about not in OF_THE_ROOM
    known = knowing(record) if of_record and record else about.known_to
    return REFUSED if known & stands else HIDDEN


def knows_of(person: User, record: Model) -> bool:
    """Whether somebody may know that there is such a record."""
    if in_conflict(person, record):
        return False
    if isinstance(record, User | Absence):
        return True
    return bool(standings.standing(person, record) & knowing(record))


def knowing(record: Model) -> frozenset[Who]:
    """Who knows that there is such a record, whatever page is about it."""
    alone = {WorkItem: About.TASK, Finding: About.FINDING, Panel: About.PANEL}
    alone |= {StaffMatter: About.STAFF_MATTER, Audit: About.AUDIT}
    found = alone.get(type(record))
    return (found or standings.about_alone(record)).known_to


LISTS = ("programme", "actions", "reports", "concerns", "my_work", "team_queue", "roles", "away")


def read_around(world: World, person: User, places: list[str]) -> Iterator[str]:
    """What is wrong with what somebody is shown on these pages."""
    client, records = browser(person), world.records()
    for address in places:
        with transaction.atomic():
            wanted = expected(person, address)
            answer = client.get(address)
            transaction.set_rollback(True)
        if answer.status_code not in wanted:
            yield f"{address} answered {answer.status_code}, not one of {wanted}"
        if answer.status_code == 200:
            yield from _betrayed(world, person, answer.content.decode(), address, records)


def _betrayed(
    world: World, person: User, page: str, address: str, records: dict[str, Model]
) -> Iterator[str]:
    """What a page tells somebody that they may not know."""
    for number in set(IDS.findall(page)) & records.keys():
        if not knows_of(person, fresh(records[number])):
            yield f"{address} names {records[number]!r}"
    for word, record in world.words.items():
        if word in page and not knows_of(person, fresh(record)):
            yield f"{address} holds a text of {record!r}"
    if "Invented" in page and "/identity/" not in address:
        yield f"{address} names a child"


@pytest.mark.slow
@pytest.mark.postgres
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    posts=st.lists(POSTS, max_size=3, unique_by=lambda post: post.team),
    links=st.sets(st.sampled_from(LINKS)),
    draws=st.lists(st.integers(0, 100_000), min_size=16, max_size=16),
)
def test_anybody_opens_and_reads_what_the_matrix_says(
    world: World, posts: list[Post], links: set[Link], draws: list[int]
) -> None:
    with transaction.atomic():
        person = User.objects.create_user("anybody@oakvale.example", name="Any Body")
        for post in posts:
            post.take(world, person)
        for link in links:
            link(world, person)
        every = list(everywhere(world))
        places = [reverse(name) for name in LISTS] + [every[each % len(every)] for each in draws]
        found = list(read_around(world, person, places))
        transaction.set_rollback(True)
    assert "\n".join(found) == ""


def one_of_each(world: World) -> list[str]:
    """An address of every page at each stage of an audit, and for each state of its record."""
    found = {}
    for address in everywhere(world):
        match = resolve(address)
        record = standings.record_of(match)
        audit = record if isinstance(record, Audit) else getattr(record, "audit", None)
        state = getattr(record, "state", None)
        found[match.view_name, getattr(audit, "stage", None), state] = address
    return list(found.values())


#: Who is there in every audit, and what names them.
THERE: tuple[tuple[Role, Link | None], ...] = (
    (Role.COORDINATOR, None),
    (Role.AGENCY_LEAD, None),
    (Role.PANEL, sits_on_the_panel),
)


@pytest.mark.slow
@pytest.mark.postgres
def test_every_page_answers_at_every_stage(world: World) -> None:
    places = one_of_each(world)
    found: list[str] = []
    for role, link in THERE:
        with transaction.atomic():
            person = User.objects.create_user(f"any.{role}@oakvale.example", name="Any Body")
            Post(role, "POL", here=True, since=-30, until=None).take(world, person)
            if link:
                link(world, person)
            found += (f"{role}: {line}" for line in read_around(world, person, places))
            transaction.set_rollback(True)
    assert "\n".join(found) == ""
