"""The first audit tool: eight domains and an overall judgement, on a four-point scale.

An agency uses it to audit its own work with one child. A busy auditor needs about 40 minutes:
only the grades with their evidence, the overall reason and the involvement summary are required,
and the prompts are there to lead the eye (R16, R17, R20, R23). Each audit adds its own key lines
of enquiry beside these domains.

What is not asked here is kept elsewhere on purpose: the auditor's independence is declared before
the form opens (R12), an immediate concern has a route of its own (R25), and the lead's check is a
step after submission (R19).

Questions for one agency name it by its code (`CSC`). A partnership that uses other codes loses
nothing by it: no such question is required.
"""

from macfa.tools.bank.assessment import ASSESSMENT
from macfa.tools.bank.family import FAMILY
from macfa.tools.bank.impact import IMPACT
from macfa.tools.bank.overall import OVERALL
from macfa.tools.bank.oversight import OVERSIGHT
from macfa.tools.bank.planning import PLANNING
from macfa.tools.bank.recognition import RECOGNITION
from macfa.tools.bank.scales import OFSTED
from macfa.tools.bank.shapes import Tool
from macfa.tools.bank.sharing import SHARING
from macfa.tools.bank.voice import VOICE

SCALES = (OFSTED,)

TOOL = Tool(
    reference="eight-domains",
    name="Multi-agency case file audit: eight domains",
    description=(
        "For an agency to audit its own work with one child, in any theme. Read the file for the "
        "look-back period, talk to those who did the work, then answer for your own agency only. "
        "You can take the parts in any order, stop and come back. Write roles instead of names "
        "throughout: the panel knows the child by reference only."
    ),
    minutes=40,
    scale=OFSTED.code,
    domains=(
        RECOGNITION,
        SHARING,
        ASSESSMENT,
        PLANNING,
        VOICE,
        OVERSIGHT,
        IMPACT,
        FAMILY,
    ),
    overall=OVERALL,
)
