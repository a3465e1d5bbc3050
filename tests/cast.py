"""The people of the tests: three agencies, everyone who plays a part, and two outsiders.

In every permission test three people act: somebody of the right agency, a colleague of another
agency, and an outsider from another partnership.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from macfa.people import services
from macfa.people.models import Agency, Partnership, User
from macfa.people.roles import Role
from macfa.tools.bank.scales import OFSTED
from macfa.tools.eight_domains import TOOL
from macfa.tools.models import ToolVersion
from macfa.tools.services import store_tool
from workflows import clock

PASSWORD = "a-password-of-the-tests"
AGENCIES = (("CSC", "Children’s Social Care"), ("POL", "Police"), ("EDU", "Education"))


@dataclass
class Cast:
    """A partnership with its people, by the name of their role: `cast["lead.pol"]`."""

    partnership: Partnership
    tool: ToolVersion
    agencies: dict[str, Agency] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)

    def __getitem__(self, name: str) -> User:
        return self.people[name]

    def add(self, name: str, role: Role, agency: str | None = None) -> User:
        """Somebody new in a role, and in an agency where the role is an agency's."""
        person = services.add_person(
            email=f"{name}@{self.partnership.code}.example",
            name=name.replace(".", " ").title(),
            password=PASSWORD,
        )
        self.people[name] = person
        services.join(
            person=person,
            partnership=self.partnership,
            role=role,
            agency=self.agencies[agency] if agency else None,
        )
        return person


def assemble(code: str = "oakvale") -> Cast:
    """A partnership of three agencies; the police sign their returns off, schools have settings."""
    partnership = Partnership.objects.create(code=code, name=f"{code.title()} Partnership")
    cast = Cast(partnership, store_tool(partnership=partnership, tool=TOOL, scale=OFSTED))
    # Since long, so that a test may play at any time of late, and midnight does no harm.
    with clock.playing(clock.now() - timedelta(weeks=60)):
        _join_all(cast)
    return cast


def _join_all(cast: Cast) -> None:
    for position, (agency, name) in enumerate(AGENCIES):
        cast.agencies[agency] = services.add_agency(
            partnership=cast.partnership,
            code=agency,
            name=name,
            position=position,
            signs_off=agency == "POL",
            keeps_school_terms=agency == "EDU",
            settings=("Hill School", "Brook School") if agency == "EDU" else (),
        )
        short = agency.lower()
        cast.add(f"lead.{short}", Role.AGENCY_LEAD, agency)
        cast.add(f"auditor.{short}", Role.AUDITOR, agency)
        cast.add(f"auditor2.{short}", Role.AUDITOR, agency)
        cast.add(f"owner.{short}", Role.ACTION_OWNER, agency)
        cast.add(f"panel.{short}", Role.PANEL, agency)
    cast.add("coordinator", Role.COORDINATOR)
    cast.add("chair", Role.SCRUTINEER)
    cast.add("qppa", Role.QPPA)
    cast.add("qppa2", Role.QPPA)
    cast.add("board", Role.BOARD)
    cast.add("admin", Role.ADMIN)
