"""The demo partnership: who works there. All of it is invented (docs/demo.md)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password

from macfa.people import services
from macfa.people.models import Agency, Partnership, User
from macfa.people.roles import Role
from macfa.rehearsal.terms import enter_school_holidays
from macfa.tools.bank.scales import OFSTED
from macfa.tools.eight_domains import TOOL
from macfa.tools.models import ToolVersion
from macfa.tools.services import store_tool
from workflows import clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from contextlib import AbstractContextManager

CODE = "fernhollow"
NAME = "Fernhollow Safeguarding Children Partnership"
#: Numbers to call, of a range that is kept for stories and connects nobody.
NUMBERS = {
    "front_door": "01632 960 101",
    "out_of_hours": "01632 960 102",
    "lado": "01632 960 103",
}


@dataclass(frozen=True)
class AgencyPeople:
    """An agency and the names of its people: lead, auditors, action owner."""

    code: str
    name: str
    lead: str
    auditors: tuple[str, ...]
    owner: str
    signs_off: bool = False
    keeps_school_terms: bool = False
    settings: tuple[str, ...] = ()

    @property
    def short(self) -> str:
        """The code as it stands in the addresses of its people."""
        return "hv" if self.code == "0-19" else self.code.lower()


AGENCIES = (
    AgencyPeople(
        "CSC",
        "Children’s social care",
        "Rosalind Achebe",
        ("Imran Sadiq",),
        "Harriet Cole",
        signs_off=True,
    ),
    AgencyPeople("EH", "Early help", "Dylan Price", ("Marta Kowalska",), "Joanna Firth"),
    AgencyPeople(
        "POL",
        "Westmarch Police",
        "Det Insp Callum Reid",
        ("Det Sgt Priya Nair", "Det Sgt Owen Blake"),
        "Supt Fiona Mercer",
        signs_off=True,
    ),
    AgencyPeople(
        "0-19",
        "Health visiting and school nursing (0–19 service)",
        "Beatrice Lunn",
        ("Grace Adeyemi",),
        "Siobhan Doyle",
    ),
    AgencyPeople(
        "ACU", "Fernhollow Hospitals", "Dr Anil Kapoor", ("Ruth Winslow",), "Teresa Novak"
    ),
    AgencyPeople(
        "GP", "General practice (named GP)", "Dr Helen Marsh", ("Dr Tom Ellery",), "Dr Leila Haddad"
    ),
    AgencyPeople(
        "EDU",
        "Schools and early years",
        "Patrick Oduya",
        ("Susan Braithwaite",),
        "Nadia Rahman",
        keeps_school_terms=True,
        settings=("Hillcrest Primary", "Brook Lane Nursery", "St Anne’s Infants"),
    ),
    AgencyPeople("HOU", "Housing", "Gareth Moss", ("Linda Cheung",), "Stefan Ilic"),
    AgencyPeople("CAM", "CAMHS", "Dr Yusuf Demir", ("Chloe Barton",), "Megan Frost"),
    AgencyPeople("YJS", "Youth justice service", "Andre Lewis", ("Kate Sorrell",), "Paul Hewitt"),
    AgencyPeople("PRO", "Probation", "Valerie Stone", ("Ben Okafor",), "Louise Tanner"),
    AgencyPeople(
        "DAS", "Beacon domestic-abuse service", "Maria Santos", ("Jess Holloway",), "Aisha Malik"
    ),
    AgencyPeople(
        "VCS",
        "Streetlight exploitation service",
        "Robin Achterberg",
        ("Sam Whitlock",),
        "Dee Quinn",
    ),
)
#: Panel members and the agency each sits for.
PANEL = (
    ("panel1", "Catherine Boyle", "CSC"),
    ("panel2", "Chief Insp Martin Osei", "POL"),
    ("panel3", "Dr Frances Lowe", "0-19"),
    ("panel4", "David Ashworth", "EDU"),
)
OTHERS = (
    ("coordinator", "Jo Hartley", Role.COORDINATOR),
    ("chair", "Professor Eleanor Vance", Role.SCRUTINEER),
    ("qppa", "Simon Whitaker", Role.QPPA),
    ("qppa2", "Amara Nwosu", Role.QPPA),
    ("qppa3", "Colin Fraser", Role.QPPA),
    ("board", "Margaret Ellison", Role.BOARD),
    ("admin", "Site administrator", Role.ADMIN),
)


@dataclass
class Troupe:
    """The partnership with its people by account name, ready to play."""

    partnership: Partnership
    agencies: dict[str, Agency]
    people: dict[str, User]
    tool: ToolVersion
    shorts: dict[str, str]

    def of(self, role: str, agency: str) -> User:
        """Somebody of an agency: its `lead`, `auditor` or `owner`."""
        return self.people[f"{role}.{self.shorts[agency]}"]

    def __getitem__(self, name: str) -> User:
        return self.people[name]


def long_ago(weeks: int = 70) -> AbstractContextManager[None]:
    """A time before the story begins, in which people join."""
    return clock.playing(clock.now() - timedelta(weeks=weeks))


def assemble(
    code: str = CODE, name: str = NAME, agencies: tuple[AgencyPeople, ...] = AGENCIES
) -> Troupe:
    """Set the partnership up with its people, or find it as it is."""
    partnership, _ = Partnership.objects.get_or_create(code=code, defaults={"name": name} | NUMBERS)
    stored = {
        agency.code: services.add_agency(
            partnership=partnership,
            code=agency.code,
            name=agency.name,
            position=position,
            signs_off=agency.signs_off,
            keeps_school_terms=agency.keeps_school_terms,
            settings=agency.settings,
        )
        for position, agency in enumerate(agencies)
    }
    people = {}
    for account, person, role, agency_code in _everyone(agencies):
        people[account] = services.add_person(email=f"{account}@{code}.example", name=person)
        services.join(
            person=people[account],
            partnership=partnership,
            role=role,
            agency=stored[agency_code] if agency_code else None,
        )
    enter_school_holidays(partnership, people["coordinator"])
    if not settings.PRODUCTION:
        _let_sign_in(people.values())
    shorts = {agency.code: agency.short for agency in agencies}
    return Troupe(partnership, stored, people, _tool(partnership), shorts)


def _let_sign_in(people: Iterable[User]) -> None:
    """Give each account the password of the demo, also where it had another before.

    All share one, so it is hashed once and compared once: that is slow on purpose.
    """
    people = list(people)
    right = {
        known: check_password(settings.DEMO_PASSWORD, known)
        for known in {one.password for one in people}
    }
    others = [person.pk for person in people if not right[person.password]]
    if others:
        encoded = make_password(settings.DEMO_PASSWORD)
        User.objects.filter(pk__in=others).update(password=encoded)


def _tool(partnership: Partnership) -> ToolVersion:
    known = ToolVersion.objects.filter(tool__partnership=partnership).order_by("pk").last()
    return known or store_tool(partnership=partnership, tool=TOOL, scale=OFSTED)


def _everyone(agencies: tuple[AgencyPeople, ...]) -> Iterator[tuple[str, str, Role, str]]:
    codes = {agency.code for agency in agencies}
    for agency in agencies:
        yield f"lead.{agency.short}", agency.lead, Role.AGENCY_LEAD, agency.code
        for number, name in enumerate(agency.auditors, 1):
            account = f"auditor{number if number > 1 else ''}.{agency.short}"
            yield account, name, Role.AUDITOR, agency.code
        yield f"owner.{agency.short}", agency.owner, Role.ACTION_OWNER, agency.code
    for account, name, code in PANEL:
        yield account, name, Role.PANEL, code if code in codes else agencies[0].code
    for account, name, role in OTHERS:
        yield account, name, role, ""
