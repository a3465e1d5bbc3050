"""Domain 3: assessment and analysis."""

from macfa.tools.bank.grading import grading
from macfa.tools.bank.scales import ofsted
from macfa.tools.bank.shapes import Domain, Question

ASSESSMENT = Domain(
    code="D3",
    title="Assessment and analysis",
    guidance="Did your agency understand what was going on in this child’s life, using the history "
    "and looking at the adults, and not only describe what happened?",
    questions=(
        Question(
            key="d3_history",
            type="yes_no_partly",
            text="Was the family’s history used to make sense of what was happening now?",
            guidance="Look for a chronology, which is a dated list of the events that mattered, "
            "and for signs that someone read it. A list that nobody drew on is ‘Partly’.",
        ),
        Question(
            key="d3_adults",
            type="yes_no_partly",
            text="Were the adults who matter to the child considered, men included?",
            guidance="Fathers in and out of the home, partners, grandparents who care for the "
            "child. A short note by a school or GP of who is in the home counts.",
        ),
        Question(
            key="d3_tool",
            type="choice",
            choices=(
                "Graded Care Profile 2 (neglect)",
                "DASH (domestic abuse)",
                "Exploitation screening tool",
                "Another recognised tool",
                "None, and none was needed",
                "None, though one was needed",
            ),
            text="Which tool helped to weigh the risk?",
            guidance="Choose the one that mattered most. If your agency does not use such tools, "
            "choose ‘None, and none was needed’.",
        ),
        Question(
            key="d3_last_assessed",
            type="date",
            text="When did your agency last complete an assessment or review of the child’s needs?",
            guidance="The last one inside the look-back period. For a GP or a school, a "
            "safeguarding review counts. Leave blank if there was none.",
        ),
        Question(
            key="d3_cumulative",
            type="text",
            text="Was harm that builds up over time recognised?",
            guidance="Say whether each event was looked at alone or added to those before it. "
            "Missed appointments and repeat low-level incidents are the usual examples.",
        ),
        *grading("d3"),
    ),
    descriptors=ofsted(
        outstanding="The file shows real understanding of this child and why things are as they "
        "are. History, tools and other agencies’ knowledge were weighed together, views were "
        "tested and changed as new facts came, and the plan follows from it.",
        good="The history was read and used, the adults who matter were considered, and the "
        "record says what the facts mean for the child as well as what they are. A tool was used "
        "where one was needed. Assessment kept up with events.",
        requires_improvement="The file describes more than it explains. History was listed but "
        "not used, events were judged one by one, or an adult who matters, often a father or "
        "partner, was left out. Assessment was late or out of date for some of the time.",
        inadequate="There was no assessment worth the name, or it missed or played down serious "
        "harm that the record shows. Harm that was building up was not seen, and the child "
        "stayed in it.",
    ),
)
