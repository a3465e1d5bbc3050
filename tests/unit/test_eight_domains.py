"""The first audit tool is complete, consistent and short enough to be answered."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from macfa.tools import eight_domains
from macfa.tools.bank.shapes import AnswerType, Domain, Question, Scale
from macfa.tools.eight_domains import SCALES, TOOL

SCALE = SCALES[0]
STATUSES = {"EH", "CIN", "CP"}
QUESTIONS = list(TOOL.questions())
DOMAIN_IDS = [domain.code for domain in TOOL.sections]
every_section = pytest.mark.parametrize("domain", TOOL.sections, ids=DOMAIN_IDS)
every_domain = pytest.mark.parametrize("domain", TOOL.domains, ids=DOMAIN_IDS[:-1])


def earlier(question: Question) -> Iterator[Question]:
    """The questions asked before this one."""
    for other in QUESTIONS:
        if other is question:
            return
        yield other


def words(text: str) -> int:
    return len(text.split())


def test_there_are_eight_domains_in_order_and_then_an_overall_judgement() -> None:
    assert [domain.code for domain in TOOL.domains] == [f"D{n}" for n in range(1, 9)]
    assert TOOL.overall.code == "overall"


def test_the_tool_has_a_name_a_description_and_an_expected_time() -> None:
    assert TOOL.name == "Multi-agency case file audit: eight domains"
    assert words(TOOL.description) > 30
    assert TOOL.minutes == 40


def test_the_tool_uses_a_scale_that_ships_with_it() -> None:
    assert TOOL.scale in {scale.code for scale in SCALES}


def test_the_scale_runs_from_outstanding_to_inadequate() -> None:
    assert [(grade.code, grade.name) for grade in SCALE.grades] == [
        ("O", "Outstanding"),
        ("G", "Good"),
        ("RI", "Requires improvement"),
        ("I", "Inadequate"),
    ]


def test_each_grade_has_the_tone_that_decides_what_must_go_with_it() -> None:
    assert {grade.code: grade.tone for grade in SCALE.grades} == {
        "O": "best",
        "G": "good",
        "RI": "weak",
        "I": "worst",
    }


def test_three_answers_are_not_grades_and_share_no_code_with_one() -> None:
    assert [answer.name for answer in SCALE.not_graded] == [
        "Not applicable",
        "We were not told",
        "No evidence on file",
    ]
    assert all(answer.guidance for answer in SCALE.not_graded)
    assert not {a.code for a in SCALE.not_graded} & {g.code for g in SCALE.grades}


def test_a_grade_is_found_by_its_code() -> None:
    assert SCALE.grade("RI").name == "Requires improvement"


def test_question_keys_are_unique_and_safe_in_a_form() -> None:
    keys = [question.key for question in QUESTIONS]
    assert len(keys) == len(set(keys))
    assert all(re.fullmatch(r"[a-z][a-z0-9_]{1,39}", key) for key in keys)


@every_domain
def test_the_keys_of_a_domain_begin_with_its_code(domain: Domain) -> None:
    assert all(q.key.startswith(f"{domain.code.lower()}_") for q in domain.questions)


@every_section
def test_a_section_has_a_title_guidance_and_one_required_grade_with_evidence(
    domain: Domain,
) -> None:
    assert domain.title
    assert domain.guidance.endswith("?")
    (grade,) = domain.part("grade")
    (evidence,) = domain.part("evidence")
    assert (grade.type, grade.required) == ("grade", True)
    assert (evidence.type, evidence.required) == ("text", True)


@every_section
def test_a_section_has_room_for_what_was_good_and_what_should_change(domain: Domain) -> None:
    (strengths,) = domain.part("strengths")
    (development,) = domain.part("development")
    assert (strengths.type, strengths.required) == ("text", False)
    assert (development.type, development.required) == ("text", False)


@every_section
def test_the_key_of_a_part_says_which_part_it_is(domain: Domain) -> None:
    for question in domain.questions:
        named = question.key == f"{domain.code.lower()}_{question.part}"
        assert named == (question.part != "prompt")


@every_section
@pytest.mark.parametrize("scale", SCALES, ids=lambda scale: scale.code)
def test_every_grade_is_described_beside_the_choice(domain: Domain, scale: Scale) -> None:
    described = [(descriptor.scale, descriptor.grade) for descriptor in domain.descriptors]
    assert described == [(scale.code, grade.code) for grade in scale.grades]
    for grade in scale.grades:
        assert 15 <= words(domain.descriptor(scale.code, grade.code)) <= 60


def test_no_two_descriptors_are_the_same() -> None:
    texts = [d.text for domain in TOOL.sections for d in domain.descriptors]
    texts += [grade.descriptor for grade in SCALE.grades]
    assert len(texts) == len(set(texts)) == 40


@every_domain
def test_a_domain_prompts_three_to_five_times_with_one_question_in_words(domain: Domain) -> None:
    prompts = domain.part("prompt")
    assert 3 <= len(prompts) <= 5
    assert [prompt.type for prompt in prompts].count("text") == 1
    assert any(prompt.type == "yes_no_partly" for prompt in prompts)
    assert not any(prompt.required for prompt in prompts)


def test_only_what_the_panel_cannot_do_without_is_required() -> None:
    required = {question.key for question in QUESTIONS if question.required}
    graded = {f"d{n}_{part}" for n in range(1, 9) for part in ("grade", "evidence")}
    assert required == graded | {"involvement", "overall_grade", "overall_evidence"}


def test_the_overall_section_says_what_the_audit_rests_on() -> None:
    assert [(question.key, question.type) for question in TOOL.overall.questions] == [
        ("involvement", "text"),
        ("records_read", "text"),
        ("staff_spoken_to", "text"),
        ("dates_from", "date"),
        ("dates_to", "date"),
        ("overall_grade", "grade"),
        ("overall_evidence", "text"),
        ("overall_strengths", "text"),
        ("overall_development", "text"),
        ("actions_taken", "text"),
        ("recommendations", "text"),
    ]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.key)
def test_a_question_has_a_known_type_and_help_in_a_few_plain_sentences(question: Question) -> None:
    assert question.type in get_args(AnswerType)
    assert question.text
    assert 8 <= words(question.guidance) <= 45
    assert question.guidance.endswith(".")


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.key)
def test_choices_belong_to_choice_questions_and_fit_a_workbook_cell(question: Question) -> None:
    assert bool(question.choices) == (question.type == "choice")
    assert len(question.choices) == len(set(question.choices))
    assert not any("|" in choice for choice in question.choices)


def test_a_condition_names_a_status_or_an_answer_to_an_earlier_question() -> None:
    for question in QUESTIONS:
        if not question.when:
            continue
        key, _, answer = question.when.partition("=")
        choices = {other.key: set(other.choices) for other in earlier(question)}
        assert answer in {**choices, "status": STATUSES}[key]


def test_a_question_for_some_agencies_or_some_cases_is_never_required() -> None:
    narrow = [question for question in QUESTIONS if question.agencies or question.when]
    assert {"d2_right_people", "d4_core_groups"} <= {question.key for question in narrow}
    assert not any(question.required for question in narrow)


def test_the_tool_is_data_that_needs_no_database() -> None:
    folder = Path(eight_domains.__file__).parent
    sources = [Path(eight_domains.__file__), *sorted((folder / "bank").glob("*.py"))]
    assert len(sources) > 10
    assert not [path.name for path in sources if "django" in path.read_text().lower()]
