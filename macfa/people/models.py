"""Who: partnerships, the agencies in them, the people, and the teams they work in."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q, UniqueConstraint

from macfa.people.reach import Reach
from macfa.people.roles import LEAD_GIVES, Role
from workflows.clock import today
from workflows.ids import public_id
from workflows.models import Record

if TYPE_CHECKING:
    from datetime import date


class Partnership(models.Model):
    """A local safeguarding children partnership: the wall around everything it owns."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    amber_after_weeks = models.PositiveSmallIntegerField(
        default=6, help_text="Weeks without an update after which an action turns amber."
    )
    front_door = models.CharField(
        "front door",
        max_length=40,
        blank=True,
        help_text="Children’s social care, in office hours.",
    )
    out_of_hours = models.CharField("out of hours", max_length=40, blank=True)
    lado = models.CharField(
        "local authority designated officer (LADO)",
        max_length=40,
        blank=True,
        help_text="For allegations about somebody who works with children.",
    )
    acknowledge_within_hours = models.PositiveSmallIntegerField(
        default=2, help_text="Hours after which a concern nobody acknowledged is told again (R27)."
    )
    most_open_tasks = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text="Whoever gives somebody more than this is asked to look again.",
    )

    def __str__(self) -> str:
        return self.name


class AgencyQuerySet(models.QuerySet["Agency"]):
    def on(self, day: date) -> AgencyQuerySet:
        """Agencies that exist on a day: agencies merge, split and are renamed."""
        return self.filter(since__lte=day).filter(Q(until=None) | Q(until__gte=day))

    def going_on(self) -> AgencyQuerySet:
        """Agencies that have not ended."""
        return self.filter(Q(until=None) | Q(until__gte=today()))


class Agency(models.Model):
    """An organisation that audits its own work: children's social care, police, health ...

    Agencies are data, not code, because structures move. One that ends keeps its returns under
    its old name and names its successor.
    """

    partnership = models.ForeignKey(Partnership, models.PROTECT, related_name="agencies")
    code = models.CharField(max_length=12)
    name = models.CharField(max_length=120)
    position = models.PositiveSmallIntegerField(default=0)
    signs_off = models.BooleanField(
        default=False, help_text="The agency lead signs off each return before it goes in (R19)."
    )
    keeps_school_terms = models.BooleanField(
        default=False, help_text="Its people are away in the school holidays (R4)."
    )
    since = models.DateField(default=today)
    until = models.DateField(null=True, blank=True)
    successor = models.ForeignKey("self", models.PROTECT, null=True, blank=True)

    objects = AgencyQuerySet.as_manager()

    class Meta:
        ordering = ("position", "code")
        constraints = (UniqueConstraint(fields=("partnership", "code"), name="agency_code_once"),)

    def __str__(self) -> str:
        return self.name


class SchoolHoliday(models.Model):
    """Weeks in which the schools of a partnership are closed (R4). Term dates are set area by
    area, so they are data of the partnership."""

    partnership = models.ForeignKey(Partnership, models.PROTECT, related_name="school_holidays")
    name = models.CharField(max_length=60)
    first = models.DateField()
    last = models.DateField()

    class Meta:
        ordering = ("first",)
        constraints = (
            models.CheckConstraint(
                condition=Q(last__gte=models.F("first")), name="school_holiday_ends_after_start"
            ),
        )

    def __str__(self) -> str:
        return self.name


class Setting(models.Model):
    """One school, practice or office of an agency that answers for itself on a case."""

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="settings")
    name = models.CharField(max_length=120)

    class Meta:
        ordering = ("name",)
        constraints = (UniqueConstraint(fields=("agency", "name"), name="setting_once"),)

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, *, name: str) -> User:
        """An account for a person, known by their e-mail address."""
        user = User(email=self.normalize_email(email).lower(), name=name)
        user.set_password(password)
        user.save()
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """A person. People are deactivated, never deleted: their work stays theirs."""

    public_id = models.CharField(max_length=22, unique=True, default=public_id, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True)
    #: The absence that was recorded last, so that asking whether somebody is away costs nothing.
    absence = models.ForeignKey(
        "people.Absence", models.SET_NULL, null=True, editable=False, related_name="+"
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects: ClassVar[UserManager] = UserManager()

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    @cached_property
    def reach(self) -> Reach:
        """Where the roles held today reach, for the page that loaded this account: read once.

        An act asks `rules` anew: it may have waited for a lock since, or hold an older account.
        """
        return Reach(self)


class TeamQuerySet(models.QuerySet["Team"]):
    def of(self, person: User) -> TeamQuerySet:
        """The teams somebody works in today."""
        mine = Membership.objects.current().filter(person=person)
        return self.filter(memberships__in=mine).distinct()

    def given_by(self, person: User) -> TeamQuerySet:
        """The teams whose work somebody may give to people, move and put back.

        A coordinator gives any work of the partnership, an agency lead that of their agency.
        """
        current = Membership.objects.current().filter(person=person)
        coordinated = current.filter(team__role=Role.COORDINATOR).values("team__partnership")
        led = current.filter(team__role=Role.AGENCY_LEAD).values("team__agency")
        return self.filter(Q(partnership__in=coordinated) | Q(agency__in=led, role__in=LEAD_GIVES))

    def for_role(self, partnership: Partnership, role: Role, agency: Agency | None = None) -> Team:
        """The one team of a role, in an agency where the role is an agency's; made when new."""
        name = f"{role.label}, {agency.name}" if agency else role.label
        team, _ = self.get_or_create(
            partnership=partnership, agency=agency, role=role, defaults={"name": name}
        )
        return team


class Team(models.Model):
    """Those who hold one role together: "the auditors of Westmarch Police".

    Work that nobody in particular holds yet waits in a team's queue to be claimed.
    """

    partnership = models.ForeignKey(Partnership, models.PROTECT, related_name="teams")
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="teams")
    role = models.CharField(max_length=20, choices=Role.choices)
    name = models.CharField(max_length=200)

    objects = TeamQuerySet.as_manager()

    class Meta:
        constraints = (
            UniqueConstraint(fields=("partnership", "agency", "role"), name="team_once"),
            UniqueConstraint(
                fields=("partnership", "role"),
                condition=Q(agency=None),
                name="team_of_no_agency_once",
            ),
        )

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current(self, day: date | None = None) -> MembershipQuerySet:
        """Memberships that hold on a day (today), of people whose account is open."""
        day = day or today()
        return self.filter(
            Q(until=None) | Q(until__gte=day), since__lte=day, person__is_active=True
        )


class Membership(models.Model):
    """A person holds a role, from a day and perhaps to a day. One person may hold several."""

    person = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    team = models.ForeignKey(Team, models.PROTECT, related_name="memberships")
    since = models.DateField(default=today)
    until = models.DateField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = (
            UniqueConstraint(
                fields=("person", "team"), condition=Q(until=None), name="membership_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.person}: {self.team}"


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def to_come(self) -> AbsenceQuerySet:
        """Those that are not over, and were not ended early."""
        return self.filter(ended_at=None, last__gte=today())

    def visible_to(self, person: User) -> AbsenceQuerySet:
        """One's own, and those of people to whom one gives work."""
        teams = Team.objects.given_by(person)
        theirs = Membership.objects.current().filter(team__in=teams).values("person")
        return self.filter(Q(person=person) | Q(person__in=theirs))


class Absence(Record):
    """Somebody is away from a day to a day, and perhaps somebody else covers for them.

    Meanwhile they are not offered as somebody to give work to, and what the next step would bring
    to them goes to whoever covers, as far as they may have it.
    """

    person = models.ForeignKey(User, models.PROTECT, related_name="absences")
    first = models.DateField()
    last = models.DateField()
    cover = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, editable=False)

    objects = AbsenceQuerySet.as_manager()

    SAYS = {
        "recorded": "recorded that {to_person} is away from {first} to {last}",
        "ended": "recorded that {to_person} is back",
    }

    class Meta:
        ordering = ("first", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(last__gte=models.F("first")), name="absence_ends_after_start"
            ),
        )

    def get_absolute_url(self) -> str:
        return "/away/"

    def __str__(self) -> str:
        return f"Absence of {self.person}"

    @property
    def is_now(self) -> bool:
        """Whether they are away today."""
        return self.ended_at is None and self.first <= today() <= self.last


class Change(Record):
    """Something of a partnership or of an account was changed that no other record shows."""

    partnership = models.ForeignKey(Partnership, models.PROTECT, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")

    SAYS = {
        "numbers": "changed the numbers to call, and when a concern is told again",
        "most_open_tasks": "changed the most open tasks for one person from {old} to {new}",
        "holiday_entered": "entered a school holiday: {name}",
        "holiday_removed": "removed a school holiday: {name}",
        "school_terms": "changed which agencies keep school terms",
        "address": "changed the e-mail address of their account",
        "exported": "had everything of the partnership written out: {rows} rows in {files} files",
        "loaded": "loaded the partnership, {rows} rows, from an export made at {made_at}",
    }

    def get_absolute_url(self) -> str:
        return "/people/"

    def __str__(self) -> str:
        return f"Change in {self.partnership}"


class Succession(Record):
    """An agency ended and another carries on for it: it was renamed, or merged into the other.

    What was asked of it keeps its name; the people of its successor act for it from then on.
    """

    agency = models.OneToOneField(Agency, models.PROTECT, related_name="succession")
    successor = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    on = models.DateField()
    why = models.TextField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")

    SAYS = {"succeeded": "recorded that {successor} carries on for {agency} from {day}"}

    def get_absolute_url(self) -> str:
        return "/agencies/"

    def __str__(self) -> str:
        return f"{self.agency}, now {self.successor}"

    @property
    def reference(self) -> str:
        return self.agency.code
