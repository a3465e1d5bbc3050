"""What tests of leaving share: a partnership with rows in every table, and a look at every row."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection
from django.db.models import ForeignKey
from django.test import override_settings

from macfa.audits import services as audits
from macfa.audits.models import Audit, ThemeView
from macfa.concerns import services as concerns
from macfa.improvement import services as improvement
from macfa.leaving import event_keys
from macfa.leaving.kinds import BY_MODEL, KINDS
from macfa.leaving.services import arrive, export
from macfa.moderation import services as moderation
from macfa.overview import services as overview
from macfa.packs.services import freeze
from macfa.people import absences
from macfa.people import services as people
from macfa.people.models import AccessReview, Change, User
from macfa.people.reviewing import to_confirm
from macfa.people.roles import Role
from macfa.people.services.reviews import ask_for_reviews
from macfa.retention import services as retention
from macfa.retention.classes import CLASS
from macfa.retention.models import Kept
from macfa.returns import services as returns
from macfa.sampling.identity import open_file
from macfa.sampling.models import IdentityKey
from notifications import email, preferences
from notifications.kinds import Kind
from notifications.models import Counter, Hours, HowEmail, Notification
from tests import factories
from tests.retention import audit_closed_long_ago, destroyed
from workflows import clock
from workflows.models import LedgerEntry, LedgerText

if TYPE_CHECKING:
    from pathlib import Path

    from django.db.models import Model, QuerySet
    from pytest_django import Settings

    from macfa.leaving.belonging import Leaving
    from macfa.people.models import Partnership
    from tests.cast import Cast

WHY = "We move to another host."
#: A spreadsheet would run this.
FORMULA = '=HYPERLINK("http://evil.example")'


def story(cast: Cast) -> None:
    """A partnership in which everything has happened once: no table that goes out stays empty."""
    _kept(cast)
    _followed(cast)
    _moderated(cast)
    _with_the_panel(cast)
    _themes_ranked(cast)
    _told_and_away(cast)
    _concerned(cast)
    _invited_and_reviewed(cast)
    _frozen(cast)


def _invited_and_reviewed(cast: Cast) -> None:
    by, today = cast["coordinator"], clock.today()
    team = cast["auditor.pol"].memberships.get().team
    people.invite(email="newcomer@oakvale.example", team=team, since=today, by=by)
    with override_settings(ACCESS_REVIEW_DAYS=365):
        ask_for_reviews()
    review = AccessReview.objects.get(agency=cast.agencies["POL"])
    asked = to_confirm(cast.partnership.pk, review.agency)
    people.answer_review(review=review, answers=dict.fromkeys(asked, True), by=cast["lead.pol"])


def _frozen(cast: Cast) -> None:
    freeze(
        partnership=cast.partnership,
        title="Joint inspection",
        audits=list(cast.partnership.audits.filter(prefix="NEG")),
        readers=[cast.add("inspector", Role.INSPECTOR)],
        by=cast["coordinator"],
    )


def _kept(cast: Cast) -> None:
    here, by = cast.partnership, cast["coordinator"]
    audit = audit_closed_long_ago(cast, "OLD")
    identity = CLASS[Kept.IDENTITY_KEY]
    retention.set_period(partnership=here, kind=identity, months=4, why="Agreed.", by=by)
    retention.place_hold(partnership=here, theme="Exploitation", reason=FORMULA, by=by)
    destroyed(cast, audit, Kept.IDENTITY_KEY)


def _followed(cast: Cast) -> None:
    by = cast["coordinator"]
    audit = factories.audit_issued(cast, "DAC")
    first = factories.submitted(cast, factories.a_return(audit, "CSC"))
    returns.query(return_=first, text=FORMULA, by=by)
    factories.drafting(cast, factories.a_return(audit, "POL"))
    returns.remind(return_=factories.a_return(audit, "POL"), note="Friday, please", by=by)


def _moderated(cast: Cast) -> None:
    by = cast["coordinator"]
    action = factories.audit_published(cast, "NEG").actions.get()
    improvement.update(action=action, text="Begun.", at_risk=False, by=cast["owner.csc"])
    improvement.remind(action=action, note="How far?", by=by)
    finding = action.audit.findings.get()
    finding.domains.add(*cast.tool.domains.all()[:2])
    finding.agencies.add(cast.agencies["CSC"])


def _with_the_panel(cast: Cast) -> None:
    audit = factories.audit_convened(cast, "PAN")
    case = audit.cases.get(number=1)
    return_ = factories.a_return(audit, "POL")
    moderation.ask_agency(return_=return_, text="Who told the school?", by=cast["chair"])
    moderation.add_addendum(return_=return_, text="The sergeant.", by=cast["auditor.pol"])
    member = audit.panel.members.get(person=cast["panel.pol"])
    moderation.go_ahead_without(case=case, member=member, why="Nobody can.", by=cast["chair"])


def _themes_ranked(cast: Cast) -> None:
    by = cast["coordinator"]
    audit = factories.audit_opened(cast, "NXT")
    theme = audits.propose_theme(
        audit=audit, title="Exploitation", sources=["priority"], evidence="Rising", by=by
    )
    audits.ask_for_views(audit=audit, by=by)
    view = ThemeView.objects.get(audit=audit, person=cast["qppa"])
    audits.give_view(view=view, comment="This one.", ranks={theme: 1}, by=cast["qppa"])


def _told_and_away(cast: Cast) -> None:
    by, today = cast["coordinator"], clock.today()
    people.add_school_holiday(
        partnership=cast.partnership, name="Half-term", first=today, last=today, by=by
    )
    absences.record_absence(
        person=cast["auditor.pol"],
        first=today,
        last=today + timedelta(days=3),
        cover=cast["auditor2.pol"],
        by=cast["auditor.pol"],
    )
    email.gather(clock.now().replace(hour=12) + timedelta(days=2))
    preferences.choose(
        cast["lead.pol"].pk,
        live=[Kind.TASKS],
        email=dict.fromkeys(preferences.CHOSEN, HowEmail.DIGEST),
        hours=Hours(daily_at=7),
    )
    overview.rename_agency(
        agency=cast.agencies["EDU"], code="SCH", name="Schools", on=today, why="New name", by=by
    )


def _concerned(cast: Cast) -> None:
    concern = factories.a_concern(cast, "NEG-01")
    concerns.acknowledge(concern=concern, by=cast["coordinator"])
    concerns.add_note(concern=concern, text="Visited today.", by=cast["coordinator"])
    concerns.confirm(concern=concern, outcome="Seen at home.", by=cast["coordinator"])
    factories.a_staff_matter(cast)


# --- out and in ----------------------------------------------------------------------------------


def nothing_shown(_done: int, _total: int) -> None:
    """Nobody looks how far it has come."""


def exported(cast: Cast, tmp_path: Path, name: str = "out") -> Path:
    """The folder of an export; its key lies beside it, under the same name with `.key`."""
    return export_of(cast.partnership, cast["coordinator"], tmp_path / name)


def export_of(partnership: Partnership, by: User, folder: Path) -> Path:
    """A partnership written out, as its coordinator asked."""
    export(
        partnership=partnership,
        folder=folder,
        key_file=folder.with_suffix(".key"),
        reason=WHY,
        by=by,
        step=nothing_shown,
    )
    return folder


def loaded(folder: Path, by: str = "coordinator@oakvale.example", *, unsound: bool = False) -> None:
    """What is in the folder, loaded into the database as it is."""
    arrive(
        folder=folder,
        key_file=folder.with_suffix(".key"),
        email=by,
        step=nothing_shown,
        unsound=unsound,
    )


def emptied(settings: Settings) -> None:
    """A site without anybody, that seals with a key of its own."""
    call_command("flush", interactive=False, verbosity=0)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM sqlite_sequence")
    ContentType.objects.clear_cache()
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]


# --- looking at every row ------------------------------------------------------------------------

Rows = dict[str, list[dict[str, Any]]]


def everything(leaving: Leaving | None = None) -> Rows:
    """What every row of every table that goes out says, apart from its number: of the site, or of
    what leaves. A row is known by its place among its like, a person by their public id."""
    querysets = {kind.model: _rows(kind.model, leaving) for kind in KINDS}
    places: dict[type[Model], dict[int, Any]] = {
        model: {number: place for place, number in enumerate(rows.values_list("pk", flat=True))}
        for model, rows in querysets.items()
        if model is not User
    }
    places[User] = {person.pk: person.public_id for person in User.objects.all()}
    return {
        model._meta.label: [_said(row, places) for row in rows] for model, rows in querysets.items()
    }


def _rows(model: type[Model], leaving: Leaving | None) -> QuerySet[Any]:
    rows = BY_MODEL[model].rows(leaving) if leaving else model._base_manager.all()
    if leaving and model is Notification:
        rows = rows.filter(recipient__in=leaving.only_here)
    # What the move itself adds is not compared.
    if model is Change:
        return rows.exclude(public_id__in=_of_the_move()).order_by("pk")
    if model is LedgerEntry:
        return rows.exclude(record__in=_of_the_move()).order_by("pk")
    if model is LedgerText:
        return rows.exclude(entry__record__in=_of_the_move()).order_by("pk")
    return rows.order_by("pk")


def _of_the_move() -> list[str]:
    moved = LedgerEntry.objects.filter(verb__in=("exported", "loaded"))
    return list(moved.values_list("record", flat=True))


def _said(row: Model, places: dict[type[Model], dict[int, Any]]) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if isinstance(field, ForeignKey) and value is not None:
            related: Any = field.related_model
            if related is ContentType:
                value = ContentType.objects.get_for_id(value).natural_key()
            else:
                value = places[related].get(value)
        if not field.primary_key or isinstance(field, ForeignKey):
            said[field.name] = value
    for generic in row._meta.private_fields:
        number = getattr(row, f"{generic.ct_field}_id")
        if isinstance(generic, GenericForeignKey) and number:
            kind: Any = ContentType.objects.get_for_id(number).model_class()
            said[generic.fk_field] = places[kind][said[generic.fk_field]]
    return _sealed_and_left(row, said, places)


def _sealed_and_left(
    row: Model, said: dict[str, Any], places: dict[type[Model], dict[int, Any]]
) -> dict[str, Any]:
    """What may differ: passwords, what is sealed, and numbers that stand in words."""
    if isinstance(row, User):
        del said["password"], said["last_login"]
    if isinstance(row, Counter):
        del said["last_seq"]
    if isinstance(row, IdentityKey):
        said["sealed"], said["mark"] = json.loads(open_file(row.sealed)), bool(row.mark)
    if isinstance(row, Notification):
        said["event_key"] = event_keys.renumbered(
            row.event_key, lambda model, number: places[model].get(number, -1)
        )
    if "thread" in said and said["thread"] is not None:
        said["thread"] = places[Audit][said["thread"]]
    return said
