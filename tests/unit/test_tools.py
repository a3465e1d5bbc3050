"""Storing an audit tool and its scale: what comes out of the database is what was written."""

from __future__ import annotations

from dataclasses import replace

import pytest

from macfa.people.models import Partnership
from macfa.tools.bank.scales import OFSTED
from macfa.tools.bank.shapes import Domain as WrittenDomain
from macfa.tools.bank.shapes import Question as WrittenQuestion
from macfa.tools.eight_domains import TOOL
from macfa.tools.models import AuditTool, Domain, Grade, Question, Scale, ToolVersion
from macfa.tools.services import store_scale, store_tool
from tests.cast import Cast


@pytest.fixture
def partnership(db: None) -> Partnership:
    return Partnership.objects.create(code="hill", name="Hill")


@pytest.fixture
def version(partnership: Partnership) -> ToolVersion:
    return store_tool(partnership=partnership, tool=TOOL, scale=OFSTED)


def as_stored(question: Question) -> WrittenQuestion:
    return WrittenQuestion(
        key=question.key,
        type=question.type,  # type: ignore[arg-type]
        text=question.text,
        guidance=question.guidance,
        required=question.required,
        part=question.part,  # type: ignore[arg-type]
        choices=tuple(question.choices),
        agencies=tuple(question.agencies),
        when=question.when,
    )


def test_a_scale_is_stored_with_its_grades_best_first_and_their_descriptors(
    partnership: Partnership,
) -> None:
    scale = store_scale(partnership=partnership, scale=OFSTED)
    stored = [(g.code, g.name, g.descriptor, g.tone) for g in scale.grades.all()]
    assert stored == [(g.code, g.name, g.descriptor, g.tone) for g in OFSTED.grades]
    assert str(scale) == "Ofsted four-point"


def test_storing_a_scale_again_finds_the_one_that_is_there(partnership: Partnership) -> None:
    first = store_scale(partnership=partnership, scale=OFSTED)
    assert store_scale(partnership=partnership, scale=OFSTED) == first
    assert Grade.objects.filter(scale=first).count() == len(OFSTED.grades)


def test_a_tool_comes_back_section_by_section_in_its_order(version: ToolVersion) -> None:
    stored = [(d.code, d.title, d.guidance) for d in version.domains.all()]
    assert stored == [(d.code, d.title, d.guidance) for d in TOOL.sections]
    assert (version.tool.name, version.description) == (TOOL.name, TOOL.description)
    assert version.minutes == TOOL.minutes
    assert version.scale.name == OFSTED.name


@pytest.mark.parametrize("section", TOOL.sections, ids=lambda section: section.code)
def test_every_question_comes_back_as_it_was_written(
    version: ToolVersion, section: WrittenDomain
) -> None:
    domain = version.domains.get(code=section.code)
    assert [as_stored(question) for question in domain.questions.all()] == list(section.questions)


@pytest.mark.parametrize("section", TOOL.sections, ids=lambda section: section.code)
def test_the_descriptors_of_a_domain_stand_at_its_grade_question_and_nowhere_else(
    version: ToolVersion, section: WrittenDomain
) -> None:
    domain = version.domains.get(code=section.code)
    for question in domain.questions.all():
        if question.type == Question.Type.GRADE:
            texts = {descriptor.grade: descriptor.text for descriptor in section.descriptors}
            assert question.descriptors == texts
        else:
            assert question.descriptors == {}


def test_the_panel_grades_each_domain_and_not_the_overall_section(version: ToolVersion) -> None:
    graded = version.domains.filter(graded=True)
    assert [domain.code for domain in graded] == [domain.code for domain in TOOL.domains]


def test_every_question_type_and_part_is_one_the_database_knows(version: ToolVersion) -> None:
    questions = Question.objects.filter(domain__version=version)
    assert {question.type for question in questions} <= set(Question.Type.values)
    assert {question.part for question in questions} <= set(Question.Part.values)
    assert {grade.tone for grade in version.scale.grades.all()} <= set(Grade.Tone.values)


def test_storing_a_tool_again_makes_its_next_version_and_leaves_the_first(
    version: ToolVersion, partnership: Partnership
) -> None:
    changed = replace(TOOL, description="Shorter", domains=TOOL.domains[:2])
    second = store_tool(partnership=partnership, tool=changed, scale=OFSTED)
    assert (version.number, second.number) == (1, 2)
    assert second.tool == version.tool
    assert version.domains.count() == len(TOOL.sections)
    assert second.domains.count() == 3
    assert str(second) == f"{TOOL.name}, version 2"


def test_each_partnership_has_a_tool_and_a_scale_of_its_own(
    cast: Cast, version: ToolVersion
) -> None:
    assert AuditTool.objects.count() == Scale.objects.count() == 2
    assert cast.tool.tool != version.tool
    assert cast.tool.number == version.number == 1


def test_a_question_for_one_agency_is_asked_of_no_other(cast: Cast) -> None:
    question = Question(agencies=["POL"])
    assert question.is_for(cast.agencies["POL"], {})
    assert not question.is_for(cast.agencies["EDU"], {})
    assert Question(agencies=[]).is_for(cast.agencies["EDU"], {})


def test_a_question_with_a_condition_is_asked_where_the_case_meets_it(cast: Cast) -> None:
    question, police = Question(agencies=[], when="status=CP"), cast.agencies["POL"]
    assert question.is_for(police, {"status": "CP"})
    assert not question.is_for(police, {"status": "EH"})
    assert not question.is_for(police, {})


def test_a_domain_a_grade_and_a_question_are_called_by_what_they_say(version: ToolVersion) -> None:
    domain = Domain.objects.get(version=version, code="D1")
    assert str(domain) == f"D1 {domain.title}"
    first = domain.questions.first()
    assert first is not None
    assert str(first) == first.text
    assert next(str(grade) for grade in version.scale.grades.all()) == "Outstanding"
