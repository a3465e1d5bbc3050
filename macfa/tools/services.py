"""What changes about audit tools: a tool written in code or read from a workbook is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from macfa.tools.bank import shapes
from macfa.tools.models import AuditTool, Domain, Grade, Question, Scale, ToolVersion

if TYPE_CHECKING:
    from macfa.people.models import Partnership


@transaction.atomic
def store_scale(*, partnership: Partnership, scale: shapes.Scale) -> Scale:
    """Store a grading scale with its descriptors, or find the one that is there."""
    stored, new = Scale.objects.get_or_create(partnership=partnership, name=scale.name)
    if new:
        Grade.objects.bulk_create(
            Grade(
                scale=stored,
                code=grade.code,
                name=grade.name,
                descriptor=grade.descriptor,
                tone=grade.tone,
                position=position,
            )
            for position, grade in enumerate(scale.grades, 1)
        )
    return stored


@transaction.atomic
def store_tool(*, partnership: Partnership, tool: shapes.Tool, scale: shapes.Scale) -> ToolVersion:
    """Store a tool as its next frozen version (R20)."""
    stored, _ = AuditTool.objects.get_or_create(
        partnership=partnership, reference=tool.reference, defaults={"name": tool.name}
    )
    version = ToolVersion.objects.create(
        tool=stored,
        number=stored.versions.count() + 1,
        scale=store_scale(partnership=partnership, scale=scale),
        description=tool.description,
        minutes=tool.minutes,
    )
    for position, section in enumerate(tool.sections, 1):
        _store_domain(version, section, position, graded=section is not tool.overall)
    return version


def _store_domain(
    version: ToolVersion, section: shapes.Domain, position: int, *, graded: bool
) -> None:
    domain = Domain.objects.create(
        version=version,
        code=section.code,
        title=section.title,
        guidance=section.guidance,
        position=position,
        graded=graded,
    )
    descriptors = {descriptor.grade: descriptor.text for descriptor in section.descriptors}
    Question.objects.bulk_create(
        Question(
            domain=domain,
            key=question.key,
            type=question.type,
            part=question.part,
            text=question.text,
            guidance=question.guidance,
            choices=list(question.choices),
            descriptors=descriptors if question.type == "grade" else {},
            required=question.required,
            agencies=list(question.agencies),
            when=question.when,
            position=number,
        )
        for number, question in enumerate(section.questions, 1)
    )
