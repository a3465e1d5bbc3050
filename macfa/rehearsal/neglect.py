"""Audit A of the demo: neglect of primary-age children, signed off, its actions running."""

from __future__ import annotations

from datetime import date

from macfa.rehearsal.script import (
    ActionScript,
    AuditScript,
    Dates,
    FindingScript,
    ThemeScript,
    read_cases,
)

AGENCIES = ("CSC", "EH", "POL", "0-19", "ACU", "GP", "EDU", "HOU")

GRID = """
1 | EH | F | 5–7 | Home conditions, often late, dental care missed | – | G | – | RI | – | RI | G | RI | RI
2 | EH | M | 8–10 | Stepped down; father never seen | RI | G→RI | G | – | – | NR | RI | – | RI
3 | CIN | M | 5–7 | Disabled, does not speak; hospital appointments missed | RI | – | – | G | G→RI | RI | O→G | – | RI
4 | CIN | F | 8–10 | Young carer; a parent’s alcohol use | G | G | G | – | – | RI | G | G | G
5 | CP | F | 5–7 | Long-term neglect, drift; a concern was raised | RI→I | – | G | RI | RI | RI | G→RI | RI | I
6 | CP | M | 8–10 | The plan works; home is safe now | G | – | G | G | – | G | O | G→RI | G
"""
DOMAINS = """
RI RI RI RI G RI RI RI
G RI RI RI RI RI RI I
RI RI RI RI RI G RI RI
G G RI G G G G G
RI RI I I RI I I RI
G G G G O G G G
"""

FINDINGS = (
    FindingScript(
        "good_practice",
        "A daily “weather check” at school shaped the plan",
        (6,),
        text="The school asked the child each morning what the weather was like at home. The core "
        "group read the answers at every meeting, and the plan changed twice because of them.",
    ),
    FindingScript(
        "good_practice",
        "A young carer was assessed in her own right",
        (4,),
        text="She was not treated as her parent’s helper. Her own assessment led to a place in a "
        "young carers’ group and to one evening a week that is hers.",
    ),
    FindingScript(
        "good_practice",
        "Housing joined child-in-need meetings and fixed damp in 9 days",
        (4,),
        text="A housing officer with authority to order repairs sat in the meeting.",
    ),
    FindingScript(
        "learning",
        "Chronologies were missing or not shared in 4 of 6, and each episode was read alone",
        (1, 2, 3, 5),
        text="Every agency knew something. Nobody had it in one place, so each new event was "
        "judged as if it were the first.",
    ),
    FindingScript(
        "learning",
        "Graded Care Profile 2 was not used before the one step down",
        (2,),
        text="The decision rested on how the home looked on the last visit. In the sample the "
        "tool was used in 2 of the 6 cases.",
    ),
    FindingScript(
        "learning",
        "Fathers and partners were not assessed in 4 of 6",
        (1, 2, 3, 5),
        text="Men were named in the files and not spoken to, as a risk or as a resource.",
    ),
    FindingScript(
        "learning",
        "Missed health appointments were not read as neglect",
        (1, 3, 5),
        repeats="The 2024/25 audit of missed appointments",
        text="“Did not attend” was recorded. That a child was not brought was not.",
    ),
    FindingScript(
        "learning",
        "Nobody escalated 18 months of drift",
        (5,),
        text="Three agencies recorded concern about drift. The escalation policy was not used.",
    ),
    FindingScript(
        "learning",
        "The GP knew of risks and was not asked",
        (3, 5),
        text="Strategy discussions were held without the practice’s information.",
    ),
)

ACTIONS = (
    ActionScript(
        "One shared neglect chronology for cases open 6 months or more",
        (1,),
        "CSC",
        True,
        date(2026, 12, 18),
        "18 of 20 dip-sampled records current",
        "on_track",
        "Template agreed by all eight agencies; 11 of 20 sampled records were current in October.",
    ),
    ActionScript(
        "Graded Care Profile 2 before any step-up or step-down; train 60 people in 6 agencies",
        (2,),
        "EH",
        True,
        date(2026, 12, 31),
        "60 trained, and the tool used in 8 of 10 step-downs",
        "at_risk",
        "34 trained so far. Two sessions were cancelled because trainers left.",
    ),
    ActionScript(
        "A second “was not brought” triggers a call to the lead professional",
        (4,),
        "ACU",
        False,
        date(2026, 9, 30),
        "23 of 25 records",
        "accepted",
        "The alert went live in August.",
    ),
    ActionScript(
        "“Men in the child’s life” item in the core-group template",
        (3,),
        "CSC",
        True,
        date(2026, 10, 30),
        "Present in 15 of 20 minutes",
        "overdue",
        "The template waits for the conference managers’ agreement.",
    ),
    ActionScript(
        "15-week drift alert and an escalation audit",
        (5,),
        "CSC",
        False,
        date(2027, 1, 29),
        "0 plans past 15 weeks without a review note",
        "on_track",
        "The alert is being tested with two teams.",
    ),
    ActionScript(
        "The GP is asked at every strategy discussion, through the named GP",
        (6,),
        "GP",
        False,
        date(2027, 1, 29),
        "6 of 6 records at re-audit show the GP was asked",
        "on_track",
        "The named GP now has a rota and a shared mailbox.",
    ),
    ActionScript(
        "Re-audit: 6 new cases, on the same key lines of enquiry",
        (1, 2, 3, 4, 5, 6),
        "",
        True,
        date(2027, 2, 26),
        "Case grade Good or better from 2 of 6 to at least 4 of 6",
        "on_track",
        "Scheduled for February.",
    ),
)

NEGLECT = AuditScript(
    prefix="NEG",
    title="Neglect of primary-age children",
    period="Q1 2026/27",
    question="Do we act on cumulative harm?",
    themes=(
        ThemeScript(
            "Neglect of primary-age children",
            ("priority", "practice_review", "data"),
            "A partnership priority; learning from the practice review “Child R”; more children "
            "on a plan for neglect for two years or longer in each of the last four quarters.",
        ),
        ThemeScript(
            "Children missing from home", ("data",), "Return interviews are late in 3 of 10."
        ),
    ),
    chosen_because="The practice review and the dataset point the same way, and neglect was last "
    "audited before the new threshold document.",
    enquiry=(
        "Is the child’s history used, or is each episode read alone?",
        "Are tools used before stepping up or down?",
        "Are men in the child’s life known and assessed?",
        "What has changed for the child?",
    ),
    criteria="Aged 5 to 10, neglect recorded, open 6 months or more in the look-back period.",
    looks_back=(date(2025, 4, 1), date(2026, 3, 31)),
    agencies=AGENCIES,
    population=94,
    strata=(("EH", 2), ("CIN", 2), ("CP", 2)),
    reserves=6,
    cases=read_cases(GRID, AGENCIES, DOMAINS),
    dates=Dates(
        opened=date(2026, 3, 2),
        scoped=date(2026, 3, 23),
        drawn=date(2026, 4, 13),
        issued=date(2026, 4, 20),
        due=date(2026, 5, 11),
        returned=date(2026, 5, 11),
        convened=date(2026, 5, 19),
        panel=date(2026, 6, 2),
        report=date(2026, 6, 22),
        signed_off=date(2026, 7, 7),
    ),
    findings=FINDINGS,
    actions=ACTIONS,
    summary="Agencies see children who live with neglect, and record what they see. What they "
    "know is seldom put together, so each episode is judged alone and harm that adds up is not "
    "named. Where one person held the history, children’s lives changed.\n\n"
    "Two of six cases were Good, three Require improvement, one was Inadequate. The panel agreed "
    "with 27 of 33 agency grades and lowered six.",
    limits="Six cases cannot show how common something is. One practice did not return its audit. "
    "Two of the four parents who were invited spoke to us.",
    nil_kinds={},
)
