"""Domain 2: information sharing."""

from macfa.tools.bank.grading import grading
from macfa.tools.bank.scales import ofsted
from macfa.tools.bank.shapes import Domain, Question

SHARING = Domain(
    code="D2",
    title="Information sharing",
    guidance="Were the right people told what they needed to know, when they needed it, and was "
    "what they were told used?",
    questions=(
        Question(
            key="d2_shared",
            type="yes_no_partly",
            text="Did your agency pass on in time what others needed to know?",
            guidance="For example a missed appointment, an arrest, a move of home, a new partner, "
            "a drop in attendance. Look for who was told and on what date.",
        ),
        Question(
            key="d2_used",
            type="yes_no_partly",
            text="Was information that reached your agency read, recorded and acted on?",
            guidance="For example a police notice, a hospital letter, the minutes of a conference. "
            "If nothing reached you, leave this blank and say so in the last question.",
        ),
        Question(
            key="d2_meetings",
            type="yes_no_partly",
            text="Did your agency attend, or report to, the meetings about this child that it "
            "was asked to?",
            guidance="Strategy meetings, child protection conferences, core groups, child in need "
            "and early help meetings. Say in the last question if you should have been asked "
            "and were not.",
        ),
        Question(
            key="d2_right_people",
            type="yes_no_partly",
            agencies=("CSC",),
            text="Were all the agencies that knew the child and the adults asked to the strategy "
            "meetings and conferences?",
            guidance="Think of the GP, the school, health visiting, housing, probation and adult "
            "services as well as the police.",
        ),
        Question(
            key="d2_gaps",
            type="text",
            text="What did your agency know that others did not, or need to know and was never "
            "told?",
            guidance="This shows the partnership where information stops. Give dates, and the "
            "agency concerned. ‘Nothing that I can see’ is an answer.",
        ),
        *grading("d2"),
    ),
    descriptors=ofsted(
        outstanding="Information moved fast both ways, was checked for having been understood, "
        "and visibly changed what agencies did. Your agency noticed who was missing from the "
        "picture and brought them in.",
        good="The people who needed to know were told in time, and the record shows who, what and "
        "when. Information received was read and used. Your agency was at the meetings that "
        "mattered or sent a useful report.",
        requires_improvement="Information was shared late, in part or only when asked for, or was "
        "received and filed without being used. Your agency missed meetings where its knowledge "
        "would have helped.",
        inadequate="Information that would have protected the child was not passed on, or was "
        "received and ignored. Decisions were made without facts your agency held.",
    ),
)
