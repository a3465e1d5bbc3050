"""An audit played stage by stage, each act by the person whose act it is, through the services."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING

from macfa.audits import services as audits
from macfa.audits.dates import propose
from macfa.audits.lifecycle import Stage
from macfa.rehearsal import pool
from macfa.rehearsal.script import NIL, NOT_RETURNED
from macfa.rehearsal.texts import answers
from macfa.returns import services as returns
from macfa.returns.models import AgencyReturn
from macfa.sampling import services as sampling
from macfa.tools.models import Question
from workflows import clock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from macfa.audits.models import Audit
    from macfa.people.models import User
    from macfa.rehearsal.fernhollow import Troupe
    from macfa.rehearsal.script import AuditScript, CaseScript, Cell
    from macfa.sampling.models import Case

#: Something that happens in an audit, and on which day of its script.
Event = tuple[date, Callable[[], None]]


class Play:
    """One audit under way, with its script, its people, and how far history is moved.

    `shift` moves every day of the script, so that the story is always about now. `step` is
    called after each act that takes time, for a progress bar.
    """

    def __init__(
        self,
        script: AuditScript,
        troupe: Troupe,
        *,
        shift: timedelta = timedelta(),
        step: Callable[[], None] = lambda: None,
    ) -> None:
        self.script = script
        self.troupe = troupe
        self.shift = shift
        self.step = step
        self.coordinator = troupe["coordinator"]
        version = troupe.tool
        self.grades = {grade.code: grade for grade in version.scale.grades.all()}
        self.questions = list(
            Question.objects.filter(domain__version=version).select_related("domain")
        )
        self.domains = list(version.domains.filter(graded=True))
        self.audit: Audit

    def on(self, day: date, hour: int = 10) -> AbstractContextManager[None]:
        """History on a day of the script."""
        return clock.playing(datetime.combine(day + self.shift, time(hour), UTC))

    # --- theme selection ------------------------------------------------------------------------

    def open(self) -> Audit:
        """The audit is opened and its candidate themes are proposed."""
        script = self.script
        with self.on(script.dates.opened):
            self.audit = audits.open_audit(
                partnership=self.troupe.partnership,
                prefix=script.prefix,
                title=script.title,
                period=script.period,
                by=self.coordinator,
            )
            for theme in script.themes:
                audits.propose_theme(
                    audit=self.audit,
                    title=theme.title,
                    sources=theme.sources,
                    evidence=theme.evidence,
                    by=self.coordinator,
                )
        return self.audit

    def give_views(self, comments: dict[str, str], day: date) -> None:
        """The QPPA members are asked; those in `comments` answer, ranking themes in order."""
        with self.on(day):
            views = audits.ask_for_views(audit=self.audit, by=self.coordinator)
        by_person = {view.person_id: view for view in views}
        themes = list(self.audit.themes.all())
        for number, (account, comment) in enumerate(comments.items(), 1):
            person = self.troupe[account]
            ranked = themes[number % 2 :] + themes[: number % 2]
            with self.on(day + timedelta(days=number)):
                audits.give_view(
                    view=by_person[person.pk],
                    comment=comment,
                    ranks={theme: rank for rank, theme in enumerate(ranked, 1)},
                    by=person,
                )

    def agree_scope(self) -> None:
        """The theme is chosen, scope and dates agreed, and the audit goes to case sampling."""
        script, by = self.script, self.coordinator
        comments = {"qppa": "Timely, and it follows from the dataset.", "qppa2": "I agree."}
        self.give_views({**comments, "qppa3": "Yes."}, script.dates.opened + timedelta(days=3))
        with self.on(script.dates.scoped):
            audits.choose_theme(
                audit=self.audit,
                theme=self.audit.themes.get(title=script.themes[0].title),
                reason=script.chosen_because,
                decided_by="QPPA",
                by=by,
            )
            audits.set_scope(
                audit=self.audit,
                purpose=script.question,
                enquiry="\n".join(script.enquiry),
                criteria=script.criteria,
                looks_back_from=script.looks_back[0] + self.shift,
                looks_back_to=script.looks_back[1] + self.shift,
                agencies=[self.troupe.agencies[code] for code in script.agencies],
                tool_version=self.troupe.tool,
                by=by,
            )
            audits.set_dates(audit=self.audit, planned=self._planned(), reason="", by=by)
            self.audit = audits.begin_sampling(audit=self.audit, by=by)

    def _planned(self) -> dict[Stage, date]:
        dates = self.script.dates
        days = {
            **propose(dates.opened),
            Stage.THEME_SELECTION: dates.scoped,
            Stage.CASE_SAMPLING: dates.issued,
            Stage.AGENCY_AUDITS: dates.due,
            Stage.MODERATION: dates.panel,
            Stage.FINDINGS: dates.signed_off,
            Stage.ACTION_TRACKING: dates.signed_off + timedelta(weeks=36),
        }
        return {stage: day + self.shift for stage, day in days.items()}

    # --- case sampling --------------------------------------------------------------------------

    def sample(self, numbers: list[int] | None = None) -> None:
        """The pool is loaded, the sample drawn and confirmed.

        `numbers` are the references of the cases where they were given by hand.
        """
        script, by = self.script, self.coordinator
        known = self._cases_by_row(numbers)
        with self.on(script.dates.drawn):
            sampling.load_pool(
                audit=self.audit,
                file_name=f"{script.prefix.lower()}-pool.csv",
                content=pool.pool_file(script, known),
                layout=pool.LAYOUT,
                by=by,
            )
            plan = pool.plan(script)
            draw = sampling.draw_sample(
                audit=self.audit, quotas=plan.quotas, reserves=plan.reserves, seed=plan.seed, by=by
            )
            cases = sampling.confirm_draw(draw=draw, numbers=numbers, by=by)
            self.describe(cases)

    def _cases_by_row(self, numbers: list[int] | None) -> dict[str, CaseScript]:
        """Which row of the pool each case of the script comes from."""
        scripts = {case.number: case for case in self.script.cases}
        drawn = pool.drawn(self.script)
        order = numbers or [case.number for case in self.script.cases]
        rows = dict(zip((pick.row_id for pick in drawn.chosen), order, strict=True))
        spare = [number for number in scripts if number not in order]
        if spare:
            stratum = scripts[spare[0]].stratum
            first = next(pick for pick in drawn.reserves if pick.stratum == stratum)
            rows[first.row_id] = spare[0]
        return {row: scripts[number] for row, number in rows.items() if number in scripts}

    def describe(self, cases: list[Case]) -> None:
        """Each case of the script gets its profile in bands."""
        scripts = {case.number: case for case in self.script.cases}
        for case in cases:
            if case.number in scripts:
                sampling.describe_case(
                    case=case, profile=scripts[case.number].profile, by=self.coordinator
                )

    # --- agency audits --------------------------------------------------------------------------

    def issue(self) -> None:
        """Every agency is sent every case."""
        with self.on(self.script.dates.issued):
            returns.issue(audit=self.audit, by=self.coordinator)
        self.step()

    def return_all(self) -> None:
        """Every agency answers for every case as the script says, day by day."""
        for _day, answer in self.answers():
            answer()

    def answers(self, *, without: tuple[int, str] | None = None) -> list[Event]:
        """The answer of every agency for every case, with its day; `without` one cell of the
        grid, which has a story of its own."""
        events = [
            (self._day(case.number, code), partial(self.answer, case, code, cell, return_))
            for case, code, cell, return_ in self.cells()
            if (case.number, code) != without
        ]
        return sorted(events, key=itemgetter(0))

    def cells(self) -> Iterator[tuple[CaseScript, str, Cell, AgencyReturn]]:
        """Each cell of the grid with its return."""
        rows = self.audit.returns.counted().select_related("case__audit", "agency__partnership")
        found = {(row.case.number, row.agency.code): row for row in rows}
        for case in self.script.cases:
            for code, cell in case.cells.items():
                yield case, code, cell, found[case.number, code]

    def answer(self, case: CaseScript, code: str, cell: Cell, return_: AgencyReturn) -> None:
        """One agency answers for one case."""
        with self.on(self._day(case.number, code)):
            if cell.own == NIL:
                self.say_nil(case, code, return_)
            elif cell.own != NOT_RETURNED:
                self.audit_work(case, code, return_, self.troupe.of("auditor", code))
        self.step()

    def _day(self, number: int, code: str) -> date:
        """When an agency answers: spread between issue and due date."""
        span = max((self.script.dates.returned - self.script.dates.issued).days, 1)
        spread = (number * 5 + self.script.agencies.index(code) * 3) % span
        return self.script.dates.issued + timedelta(days=1 + spread)

    def say_nil(self, case: CaseScript, code: str, return_: AgencyReturn) -> None:
        """The agency looked and has nothing to audit."""
        returns.say_nil(
            return_=return_,
            kind=self.script.nil_kinds.get((case.number, code), "not_known"),
            looked_for=["child", "siblings", "adults"],
            looked_by="Records officer",
            looked_on=clock.today(),
            by=self.troupe.of("lead", code),
        )

    def audit_work(self, case: CaseScript, code: str, return_: AgencyReturn, auditor: User) -> None:
        """Involved: the auditor declares independence, answers the tool and submits."""
        lead = self.troupe.of("lead", code)
        returns.say_involved(
            return_=return_,
            involvement=AgencyReturn.Involvement.INVOLVED,
            auditor=auditor,
            by=lead,
        )
        self.write_and_submit(case, code, return_, auditor)

    def write_and_submit(
        self, case: CaseScript, code: str, return_: AgencyReturn, auditor: User
    ) -> None:
        """The auditor declares independence, answers, submits; the lead signs off where asked."""
        agency = self.troupe.agencies[code]
        bands = {"status": case.stratum}
        asked = [question for question in self.questions if question.is_for(agency, bands)]
        said = answers(
            asked,
            case.cells[code].own,
            scale=list(self.grades),
            salt=case.number * 11 + self.script.agencies.index(code),
            not_told=(case.number, code) in self.script.not_told,
        )
        returns.declare(return_=return_, independent=True, by=auditor)
        returns.save_answers(return_=return_, answers=said, by=auditor)
        returns.submit(return_=return_, by=auditor)
        if agency.signs_off:
            returns.sign_off(return_=return_, by=self.troupe.of("lead", code))

    def record_missing(self) -> None:
        """What has not come is recorded as not returned, with the reason."""
        with self.on(self.script.dates.convened):
            for _case, _code, cell, return_ in self.cells():
                if cell.own == NOT_RETURNED:
                    returns.record_not_returned(
                        return_=return_,
                        reason="No answer after three reminders; the panel goes ahead without it.",
                        by=self.coordinator,
                    )
