"""Domain 8: whole family, identity and inclusion."""

from macfa.tools.bank.grading import grading
from macfa.tools.bank.scales import ofsted
from macfa.tools.bank.shapes import Domain, Question

FAMILY = Domain(
    code="D8",
    title="Whole family, identity and inclusion",
    guidance="Did your agency see the whole family, fathers and siblings too, and did who they are "
    "and how they live shape the way it worked with them?",
    questions=(
        Question(
            key="d8_fathers",
            type="yes_no_partly",
            text="Were fathers, partners and other carers known, spoken to and included?",
            guidance="Also those who live elsewhere. Where it was not safe to include someone, the "
            "reason should be on file.",
        ),
        Question(
            key="d8_siblings",
            type="yes_no_partly",
            text="Were the other children of the family thought about?",
            guidance="Brothers, sisters, step-siblings and children living elsewhere. Look for "
            "whether each was seen as a child with needs of their own.",
        ),
        Question(
            key="d8_identity",
            type="yes_no_partly",
            text="Were culture, language, faith and disability recorded and allowed for?",
            guidance="For example an interpreter who is not a relative, signs or pictures, "
            "appointments at a time and place the family can reach.",
        ),
        Question(
            key="d8_money",
            type="yes_no_partly",
            text="Were poverty and housing seen for what they are, and help offered?",
            guidance="Being poor is not neglect, but it makes care harder. Look for benefits "
            "advice, food, repairs, a letter to the landlord.",
        ),
        Question(
            key="d8_shaped",
            type="text",
            text="How did what your agency knew of this family shape its work?",
            guidance="Say also whether anything was assumed about them, or excused, because of who "
            "they are.",
        ),
        *grading("d8"),
    ),
    descriptors=ofsted(
        outstanding="The work was plainly made for this family: everyone who matters was included "
        "safely, siblings had attention of their own, and identity, disability and poverty were "
        "understood and acted on. Assumptions were named and tested.",
        good="Fathers, partners and siblings are known and were included or the reason is on file. "
        "Language, culture, faith, disability and money were recorded and allowed for in the "
        "work.",
        requires_improvement="Someone who matters, often a father, partner or sibling, is named "
        "but was not engaged. Identity or disability is a ticked box that changed little, or "
        "barriers such as language and money were left for the family to overcome.",
        inadequate="Your agency did not know who was in the family or the home, or worked as if "
        "only the mother were responsible, and a child was left at risk by it. Or the family was "
        "treated unfairly because of who they are.",
    ),
)
