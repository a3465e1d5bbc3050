"""The coordinator's pages: issue the audit, see who owes what, remind, replace a case."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render

from macfa.audits.lifecycle import Stage
from macfa.audits.models import Audit
from macfa.audits.pages import way_to
from macfa.audits.rules import check_coordinates
from macfa.audits.school import in_school_holidays
from macfa.pages import person, visible
from macfa.people.models import Membership, Setting
from macfa.people.roles import Role
from macfa.returns import rules, services
from macfa.returns.forms import AddCaseForm, RemindAllForm, ReplaceForm, SettingsForm
from macfa.returns.outstanding import batches, owed
from macfa.returns.progress import figures, grid
from macfa.returns.views.frame import lands_once
from macfa.sampling.balance import Balance, balances
from macfa.sampling.models import Case
from macfa.sampling.rules import draw_in_use, reserves_left

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse

    from macfa.people.models import Agency
    from macfa.returns.models import Reminder


def _the_audit(request: HttpRequest, public_id: str) -> Audit:
    """The audit of a page, for its coordinator."""
    audit: Audit = visible(Audit.objects, person(request), public_id, "partnership")
    check_coordinates(audit, person(request))
    return audit


def _show(
    request: HttpRequest, template: str, audit: Audit, *above: tuple[str, str], **context: object
) -> HttpResponse:
    crumbs = [*way_to(audit), *above]
    return render(request, template, {"audit": audit, "crumbs": crumbs, **context})


def _settings_of(audit: Audit) -> list[Setting]:
    """The schools and practices of the audit's agencies."""
    settings = Setting.objects.filter(agency__audits=audit).select_related("agency")
    return list(settings.order_by("agency__position", "name"))


# --- issuing -------------------------------------------------------------------------------------


@lands_once
def issue_audit(request: HttpRequest, public_id: str) -> HttpResponse:
    """What goes out, to whom and by when; then one button."""
    audit = _the_audit(request, public_id)
    if audit.stage not in {Stage.THEME_SELECTION, Stage.CASE_SAMPLING}:
        return redirect("audit_returns", audit.public_id)
    cases = list(audit.cases.counted().select_related("draw__pool"))
    form = SettingsForm(
        request.POST if request.method == "POST" else None,
        cases=cases,
        settings=_settings_of(audit),
        version=audit.version,
    )
    if form.is_valid():
        returns = services.issue(
            audit=audit,
            settings=form.chosen,
            by=person(request),
            expects=form.expects,
            token=form.token,
        )
        messages.success(request, f"{audit.prefix} is issued: {len(returns)} returns asked for.")
        return redirect("audit_returns", audit.public_id)
    rules.check_issue(audit, cases, person(request))
    return _preview(request, audit, cases, form)


def _preview(
    request: HttpRequest, audit: Audit, cases: Sequence[Case], form: SettingsForm
) -> HttpResponse:
    agencies, due = list(audit.agencies.going_on()), services.first_due(audit)
    return _show(
        request,
        "returns/issue.html",
        audit,
        form=form,
        cases=cases,
        agencies=agencies,
        without_lead=_without_lead(agencies),
        count=len(cases) * len(agencies),
        due=due,
        holidays=in_school_holidays(audit, due),
        balances=_balances(cases),
        asks_settings=any(not field.is_hidden for field in form),
    )


def _without_lead(agencies: Sequence[Agency]) -> list[Agency]:
    """Agencies of which nobody would be told: their returns wait in an empty team's queue."""
    leads = Membership.objects.current().filter(
        team__role=Role.AGENCY_LEAD, team__agency__in=agencies
    )
    led = set(leads.values_list("team__agency", flat=True))
    return [agency for agency in agencies if agency.pk not in led]


def _balances(cases: Sequence[Case]) -> list[Balance]:
    """The sample beside the pool it was drawn from (R11)."""
    pool = cases[0].draw.pool
    rows = dict(pool.rows.values_list("row_id", "characteristics"))
    return balances(rows, [case.row_id for case in cases], pool.characteristics)


# --- who owes what -------------------------------------------------------------------------------


def audit_returns(request: HttpRequest, public_id: str) -> HttpResponse:
    """Cases beside agencies, the counts, and who has been chased."""
    audit = _the_audit(request, public_id)
    table = grid(audit)
    outstanding = [row for row in table.returns if row.is_outstanding]
    return _show(
        request,
        "returns/grid.html",
        audit,
        grid=table,
        figures=figures(table.returns),
        adds=rules.can_add_case(audit, person(request)),
        owed=owed(sorted(outstanding, key=lambda row: row.due), person(request)),
    )


@lands_once
def remind_all(request: HttpRequest, public_id: str) -> HttpResponse:
    """Who would be reminded, and of what, each to be ticked; then one button."""
    audit = _the_audit(request, public_id)
    user = person(request)
    rules.check_remind_all(audit, user)
    outstanding = audit.returns.outstanding().filter(case__paused_on=None).order_by("pk")
    found = batches(owed(outstanding, user))
    form = RemindAllForm(request.POST if request.method == "POST" else None, batches=found)
    if form.is_valid():
        sent = services.remind_all_outstanding(
            audit=audit, returns=form.chosen, again=form.again, by=user, token=form.token
        )
        _say_reminded(request, sent)
        return redirect("audit_returns", audit.public_id)
    above = ("Returns", f"{audit.get_absolute_url()}returns/")
    return _show(request, "returns/remind_all.html", audit, above, form=form)


def _say_reminded(request: HttpRequest, sent: Sequence[Reminder]) -> None:
    if not sent:
        messages.info(request, "Nobody was left to remind today.")
        return
    people = len({reminder.person_id for reminder in sent})
    of = len({reminder.agency_return_id for reminder in sent})
    who = "1 person was" if people == 1 else f"{people} people were"
    what = "1 return" if of == 1 else f"{of} returns"
    messages.success(request, f"{who} reminded of {what}.")


# --- a case more, and one in the place of another ------------------------------------------------


@lands_once
def add_case(request: HttpRequest, public_id: str) -> HttpResponse:
    """A case joins the audit after issue, from the reserve of a stratum."""
    user, audit = person(request), _the_audit(request, public_id)
    rules.check_add_case(audit, user)
    left = Counter(pick["stratum"] for pick in reserves_left(draw_in_use(audit)))
    form = AddCaseForm(
        request.POST if request.method == "POST" else None,
        strata=left,
        settings=_settings_of(audit),
        version=audit.version,
    )
    if form.is_valid():
        fresh = services.add_case(
            audit=audit,
            stratum=form.cleaned_data["stratum"],
            reason=form.cleaned_data["why"],
            approved_by=form.cleaned_data["approved_by"],
            settings=form.chosen,
            by=user,
            expects=form.expects,
            token=form.token,
        )
        messages.success(request, f"{fresh.label} is added and has gone to the agencies.")
        return redirect(fresh)
    above = ("Returns", f"{audit.get_absolute_url()}returns/")
    return _show(request, "returns/add_case.html", audit, above, form=form, left=left)


@lands_once
def replace_case(request: HttpRequest, public_id: str) -> HttpResponse:
    """Put the next reserve in the place of a case."""
    user = person(request)
    case: Case = visible(Case.objects, user, public_id, "audit__partnership")
    rules.check_replace(case, user)
    issued = case.audit.stage == Stage.AGENCY_AUDITS
    form = ReplaceForm(
        request.POST if request.method == "POST" else None,
        settings=_settings_of(case.audit) if issued else [],
        version=case.version,
    )
    if form.is_valid():
        fresh = services.replace_case(
            case=case,
            reason=form.cleaned_data["why"],
            settings=form.chosen,
            by=user,
            expects=form.expects,
            token=form.token,
        )
        messages.success(request, f"{case.label} is replaced by {fresh.label}.")
        return redirect(fresh)
    above = (case.label, case.get_absolute_url())
    return _show(
        request, "returns/replace.html", case.audit, above, form=form, case=case, issued=issued
    )
