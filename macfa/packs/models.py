"""Frozen packs: documents as they stood at one moment, for inspectors to read for a while."""

from __future__ import annotations

import hashlib

from django.db import models
from django.db.models import Exists, OuterRef, Q

from macfa.people.models import Membership, Partnership, User
from macfa.people.roles import Role
from workflows.models import Record


class PackQuerySet(models.QuerySet["Pack"]):
    def visible_to(self, person: User) -> PackQuerySet:
        """Every pack for the coordinator; for an inspector those frozen for them, while the role
        lasts and the pack is not withdrawn."""
        here = Membership.objects.current().filter(
            person=person, team__partnership=OuterRef("partnership")
        )
        reads = Pack.readers.through.objects.filter(pack=OuterRef("pk"), user=person)
        return self.filter(
            Q(Exists(here.filter(team__role=Role.COORDINATOR)))
            | Q(
                Exists(here.filter(team__role=Role.INSPECTOR)),
                Exists(reads),
                withdrawn_at=None,
            )
        )


class Pack(Record):
    """What a partnership shows an inspection: signed-off reports and how their actions stood.

    It holds copies, made at one moment; nothing in it is live, and nothing is of a single case.
    """

    partnership = models.ForeignKey(Partnership, models.PROTECT, related_name="packs")
    title = models.CharField(max_length=120)
    frozen_at = models.DateTimeField()
    frozen_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    readers = models.ManyToManyField(User, related_name="packs")
    withdrawn_at = models.DateTimeField(null=True, editable=False)

    objects = PackQuerySet.as_manager()

    SAYS = {
        "frozen": "froze the pack: {documents}",
        "read": "read {document}",
        "withdrawn": "withdrew the pack",
    }

    class Meta:
        ordering = ("-frozen_at", "-pk")

    def get_absolute_url(self) -> str:
        return f"/packs/{self.public_id}/"

    def __str__(self) -> str:
        return self.title


class PackDocument(models.Model):
    """One document of a pack, as it will be read: a page of its own with the mark of its bytes."""

    pack = models.ForeignKey(Pack, models.PROTECT, related_name="documents")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    html = models.TextField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=("pack", "number"), name="document_of_pack_once"),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def is_whole(self) -> bool:
        """Whether it is still, byte by byte, what was frozen."""
        return sha256(self.html) == self.sha256


def sha256(html: str) -> str:
    """The mark of a document's bytes."""
    return hashlib.sha256(html.encode()).hexdigest()
