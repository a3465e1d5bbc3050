"""Audit B of the demo: domestic abuse, returns closing. What the panel will decide is here too,
for `simulate` and the tests; the demo loads only what has happened."""

from __future__ import annotations

from datetime import date

from macfa.rehearsal.script import AuditScript, Dates, ThemeScript, read_cases

AGENCIES = ("CSC", "EH", "POL", "0-19", "ACU", "GP", "EDU", "PRO", "DAS", "HOU")

GRID = """
1 | Unborn | – | unborn | Antenatal; partner on licence | RI | – | G | RI | G | RI | – | RI | G | – | RI
2 | Unborn | – | unborn | Early MARAC and a plan before birth | G | – | G | G | O | G | – | – | G | G | G
3 | EH | M | 1–2 | Repeat calls graded standard risk | – | RI | RI | G | – | RI | – | – | NR | RI | RI
4 | EH | F | 4–6 | Operation Encompass notice 9 days late | – | G | RI | – | – | – | G→RI | – | G | – | RI
5 | CIN | M | 3–4 | Mother asked to “manage” the risk | RI | – | G | G | RI | RI | G | G | G | – | RI
6 | CIN | F | 4–6 | Disabled; good single agencies, no joint plan | G→RI | – | G | – | G | RI | G | – | – | G | RI
7 | CP | F | under 1 | Plan aimed at the perpetrator | G | – | O→G | G | G | G | – | G | O | G | G
8 | CP | M | 4–6 | A concern was raised | I | – | RI | – | RI | NR | RI | RI | RI | RI | I
"""
DOMAINS = """
G RI RI RI RI RI RI RI
G G G G G G G G
RI RI RI RI RI RI RI RI
RI RI RI RI G RI RI RI
G G RI RI RI RI RI I
G RI RI RI RI RI RI G
G O G G G G G G
RI I I I RI I I I
"""

DOMESTIC_ABUSE = AuditScript(
    prefix="DAC",
    title="Domestic abuse: unborn babies and children under seven",
    period="Q3 2026/27",
    question="Do we see babies and young children as victims in their own right?",
    themes=(
        ThemeScript(
            "Domestic abuse: unborn babies and children under seven",
            ("inspection", "data", "emerging"),
            "The theme of the joint inspections; police notices involving children under five "
            "rose by a fifth; the Domestic Abuse Board asked for it.",
        ),
    ),
    chosen_because="The inspection theme, the dataset and the Domestic Abuse Board agree.",
    enquiry=(
        "Is the infant’s own day observed and recorded?",
        "Are repeated “standard risk” incidents added up?",
        "Does the plan hold the perpetrator to account, or the mother?",
        "Does each agency hear what the others decided?",
    ),
    criteria="Two or more police incidents in the look-back period with the child present, or in "
    "pregnancy.",
    looks_back=(date(2025, 10, 1), date(2026, 9, 30)),
    agencies=AGENCIES,
    population=137,
    strata=(("Unborn", 2), ("EH", 2), ("CIN", 2), ("CP", 2)),
    reserves=8,
    cases=read_cases(GRID, AGENCIES, DOMAINS),
    dates=Dates(
        opened=date(2026, 9, 1),
        scoped=date(2026, 9, 14),
        drawn=date(2026, 9, 28),
        issued=date(2026, 10, 5),
        due=date(2026, 10, 30),
        returned=date(2026, 10, 29),
        convened=date(2026, 11, 24),
        panel=date(2026, 12, 1),
        report=date(2026, 12, 21),
        signed_off=date(2027, 1, 12),
    ),
    not_told=frozenset({(1, "GP"), (5, "GP"), (6, "GP")}),
    nil_kinds={(3, "CSC"): "no_contact", (4, "CSC"): "no_contact"},
)
