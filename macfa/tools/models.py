"""The questions: an audit tool, its versions, their domains and questions, and the scale."""

from __future__ import annotations

from django.db import models
from django.db.models import UniqueConstraint

from macfa.people.models import Agency, Partnership
from workflows.ids import public_id


class Scale(models.Model):
    """A grading scale, best grade first: the Ofsted four-point scale, RAG, or another."""

    partnership = models.ForeignKey(Partnership, models.PROTECT, related_name="scales")
    name = models.CharField(max_length=120)

    class Meta:
        constraints = (UniqueConstraint(fields=("partnership", "name"), name="scale_once"),)

    def __str__(self) -> str:
        return self.name


class Grade(models.Model):
    """One grade of a scale, with the descriptor that stands beside the choice (R16)."""

    class Tone(models.TextChoices):
        """How a grade is treated by the evidence rules and shown on the page."""

        BEST = "best", "asks for a good-practice point"
        GOOD = "good", "asks for nothing more"
        WEAK = "weak", "asks for a development point"
        WORST = "worst", "asks for a development point, and the panel talks about it"

    scale = models.ForeignKey(Scale, models.PROTECT, related_name="grades")
    code = models.CharField(max_length=8)
    name = models.CharField(max_length=60)
    descriptor = models.TextField()
    tone = models.CharField(max_length=10, choices=Tone.choices)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("position",)
        constraints = (UniqueConstraint(fields=("scale", "code"), name="grade_once"),)

    def __str__(self) -> str:
        return self.name


class AuditTool(models.Model):
    """A named set of questions for auditing a case file."""

    partnership = models.ForeignKey(Partnership, models.PROTECT, related_name="tools")
    reference = models.SlugField(max_length=40)
    name = models.CharField(max_length=200)

    class Meta:
        constraints = (UniqueConstraint(fields=("partnership", "reference"), name="tool_once"),)

    def __str__(self) -> str:
        return self.name


class ToolVersion(models.Model):
    """One frozen version of a tool. An audit pins one, so its questions cannot shift (R20)."""

    public_id = models.CharField(max_length=22, unique=True, default=public_id, editable=False)
    tool = models.ForeignKey(AuditTool, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    scale = models.ForeignKey(Scale, models.PROTECT, related_name="+")
    description = models.TextField(blank=True)
    minutes = models.PositiveSmallIntegerField(default=40)

    class Meta:
        constraints = (UniqueConstraint(fields=("tool", "number"), name="version_once"),)

    def __str__(self) -> str:
        return f"{self.tool.name}, version {self.number}"


class Domain(models.Model):
    """A part of the tool: one side of the work with the child, graded on its own."""

    version = models.ForeignKey(ToolVersion, models.PROTECT, related_name="domains")
    code = models.CharField(max_length=12)
    title = models.CharField(max_length=120)
    guidance = models.TextField(blank=True)
    position = models.PositiveSmallIntegerField()
    graded = models.BooleanField(
        default=True, help_text="The panel also grades this domain for the case as a whole."
    )

    class Meta:
        ordering = ("position",)
        constraints = (UniqueConstraint(fields=("version", "code"), name="domain_once"),)

    def __str__(self) -> str:
        plain = self.code.lower() == self.title.lower()
        return self.title if plain else f"{self.code} {self.title}"


class Question(models.Model):
    """One question of a domain."""

    class Type(models.TextChoices):
        TEXT = "text", "Text"
        GRADE = "grade", "Grade"
        YES_NO_PARTLY = "yes_no_partly", "Yes, no or partly"
        CHOICE = "choice", "Choice"
        NUMBER = "number", "Number"
        DATE = "date", "Date"

    class Part(models.TextChoices):
        """What a question is in its domain: the grade, a text that goes with it, or a prompt."""

        PROMPT = "prompt", "Prompt"
        GRADE = "grade", "Grade"
        EVIDENCE = "evidence", "Evidence for the grade"
        STRENGTHS = "strengths", "Good practice"
        DEVELOPMENT = "development", "Development point"

    domain = models.ForeignKey(Domain, models.PROTECT, related_name="questions")
    part = models.CharField(max_length=20, choices=Part.choices, default=Part.PROMPT)
    key = models.CharField(max_length=60)
    type = models.CharField(max_length=20, choices=Type.choices)
    text = models.CharField(max_length=500)
    guidance = models.TextField(blank=True)
    choices = models.JSONField(default=list)
    descriptors = models.JSONField(default=dict)
    required = models.BooleanField(default=False)
    agencies = models.JSONField(default=list)
    when = models.CharField(max_length=200, blank=True)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("position",)
        constraints = (UniqueConstraint(fields=("domain", "key"), name="question_once"),)

    def __str__(self) -> str:
        return self.text

    def is_for(self, agency: Agency, characteristics: dict[str, str]) -> bool:
        """Whether an agency is asked this on a case with these characteristics."""
        if self.agencies and agency.code not in self.agencies:
            return False
        column, _, value = self.when.partition("=")
        return not column or characteristics.get(column, "") == value
