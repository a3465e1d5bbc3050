"""Audits of any size, brought to where a benchmark begins by the services that the pages call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from macfa.people import services
from macfa.people.models import Partnership
from macfa.people.roles import Role
from macfa.returns import services as returns
from macfa.returns.models import AgencyReturn
from macfa.sampling import services as sampling
from macfa.tools.bank.scales import OFSTED
from macfa.tools.eight_domains import TOOL
from macfa.tools.services import store_tool
from tests import factories
from tests.cast import Cast

if TYPE_CHECKING:
    from macfa.audits.models import Audit

SEED = "bench"


def cast_of(agencies: int, code: str) -> Cast:
    """A partnership of so many agencies, each with a lead, who signs off, and an auditor."""
    partnership = Partnership.objects.create(code=code, name=f"{code.title()} Partnership")
    cast = Cast(partnership, store_tool(partnership=partnership, tool=TOOL, scale=OFSTED))
    for position in range(agencies):
        name = f"A{position:02}"
        cast.agencies[name] = services.add_agency(
            partnership=partnership,
            code=name,
            name=f"Agency {position}",
            position=position,
            signs_off=True,
        )
        cast.add(f"lead.{name.lower()}", Role.AGENCY_LEAD, name)
        cast.add(f"auditor.{name.lower()}", Role.AUDITOR, name)
    cast.add("coordinator", Role.COORDINATOR)
    return cast


def audit_of(cast: Cast, prefix: str, cases: int) -> Audit:
    """An audit with so many cases drawn and confirmed, not yet issued."""
    by = cast["coordinator"]
    audit = factories.audit_scoped(cast, prefix)
    sampling.load_pool(
        audit=audit,
        file_name="pool.csv",
        content=factories.pool_csv(cases),
        layout=factories.LAYOUT,
        by=by,
    )
    draw = sampling.draw_sample(audit=audit, random=cases, seed=SEED, by=by)
    sampling.confirm_draw(draw=draw, by=by)
    return audit


def written(cast: Cast, audit: Audit, agency: str) -> list[AgencyReturn]:
    """Issue an audit: one agency's returns, each with every answer given and ready to be
    submitted."""
    returns.issue(audit=audit, by=cast["coordinator"])
    rows = audit.returns.filter(agency__code=agency).select_related("case", "agency")
    return [_written(cast, return_) for return_ in rows]


def _written(cast: Cast, return_: AgencyReturn) -> AgencyReturn:
    auditor = cast[f"auditor.{return_.agency.code.lower()}"]
    return_ = factories.drafting(cast, return_, auditor)
    answers = factories.full_answers(return_)
    return returns.save_answers(return_=return_, answers=answers, by=auditor)
