"""The pages of retention: the preview, periods, holds, a destruction, and subject access."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from macfa import exports
from macfa.audits.models import Audit
from macfa.forms.checking import answers, refused_beside
from macfa.pages import person, visible
from macfa.people.roles import Role
from macfa.people.rules import check_holds, holds, home_as
from macfa.retention import pages, rules, services, subject, table
from macfa.retention.classes import CLASS, DESTROYED, RecordClass
from macfa.retention.classes import periods as kept_for
from macfa.retention.due import standing_of
from macfa.retention.forms import (
    ConfirmForm,
    HoldForm,
    LiftForm,
    PeriodForm,
    ProposeForm,
    StopForm,
    SubjectForm,
)
from macfa.retention.models import Destruction, Hold
from workflows import timeline

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_safe
def retention(request: HttpRequest) -> HttpResponse:
    """What is due, what will be, what is held, and what was destroyed."""
    user = person(request)
    partnership = rules.oversees(user)
    coordinates = holds(user, Role.COORDINATOR, partnership)
    context = pages.preview(partnership, proposes=coordinates) | {"coordinates": coordinates}
    return render(request, "retention/retention.html", context)


@require_safe
def periods(request: HttpRequest) -> HttpResponse:
    """Each class in plain words, and for how long the partnership keeps it."""
    user = person(request)
    partnership = rules.oversees(user)
    sets = holds(user, Role.COORDINATOR, partnership)
    context = {
        "rows": pages.period_rows(partnership, sets=sets),
        "lines": pages.period_lines(partnership),
    }
    return render(request, "retention/periods.html", context)


def set_period(request: HttpRequest, kind: str) -> HttpResponse:
    """Choose for how many months a class is kept."""
    user = person(request)
    partnership = home_as(user, Role.COORDINATOR)
    chosen = _class(kind)
    months = kept_for(partnership)[chosen.kind]
    form = PeriodForm(request.POST or None, kind=chosen, initial={"months": months})
    if form.is_valid():
        with refused_beside(form, "months"):
            services.set_period(
                partnership=partnership, kind=chosen, **answers(form), by=user, token=form.token
            )
            messages.success(request, f"{chosen.label}: the period has been saved.")
            return redirect("retention_periods")
    return render(request, "retention/set_period.html", {"form": form, "kind": chosen})


def _class(kind: str) -> RecordClass:
    if kind not in CLASS:
        raise Http404
    return CLASS[kind]


def place_hold(request: HttpRequest) -> HttpResponse:
    """Hold an audit or a theme."""
    user = person(request)
    partnership = rules.oversees(user)
    form = HoldForm(request.POST or None, partnership=partnership)
    if form.is_valid():
        with refused_beside(form):
            hold = services.place_hold(
                partnership=partnership, **answers(form), by=user, token=form.token
            )
            messages.success(request, f"{hold} stands from now on.")
            return redirect(hold)
    return render(request, "retention/place_hold.html", {"form": form})


def hold(request: HttpRequest, public_id: str) -> HttpResponse:
    """A hold: why, since when, on what; and lifting it, for the scrutineer."""
    user = person(request)
    found = visible(Hold.objects, user, public_id, "audit", "placed_by", "lifted_by")
    form = LiftForm(request.POST or None, version=found.version)
    if request.method == "POST":
        rules.check_may_lift(found, user)
        if form.is_valid():
            with refused_beside(form, "reason"):
                services.lift_hold(
                    hold=found, **answers(form), by=user, expects=form.expects, token=form.token
                )
                messages.success(request, f"{found} is lifted.")
                return redirect(found)
    context = pages.held(found) | {
        "form": form if rules.can_lift(found, user) else None,
        "lines": timeline.lines(timeline.of_record(found)),
    }
    return render(request, "retention/hold.html", context)


def propose_destruction(request: HttpRequest, public_id: str, kind: str) -> HttpResponse:
    """What a class of an audit has, what stands in the way, and proposing to destroy it."""
    user = person(request)
    audit = visible(Audit.objects, user, public_id, "partnership", "theme")
    check_holds(user, Role.COORDINATOR, audit.partnership_id)
    chosen = _class(kind)
    if chosen not in DESTROYED:
        raise Http404
    seen = table.digest(chosen.kind, audit)
    form = ProposeForm(request.POST or None, initial={"seen": seen})
    if form.is_valid():
        proposed = services.propose(
            audit=audit, kind=chosen.kind, **answers(form), by=user, token=form.token
        )
        messages.success(request, "Proposed. The independent scrutineer is asked to confirm.")
        return redirect(proposed)
    context = {
        "audit": audit,
        "kind": chosen,
        "standing": standing_of(audit, chosen.kind),
        "can_propose": rules.can_propose(audit, chosen.kind, user),
        "form": form,
    }
    return render(request, "retention/propose.html", context)


def _destruction(request: HttpRequest, public_id: str) -> Destruction:
    related = ("audit__partnership", "audit__theme", "proposed_by", "ended_by")
    found: Destruction = visible(Destruction.objects, person(request), public_id, *related)
    return found


@require_safe
def destruction(request: HttpRequest, public_id: str) -> HttpResponse:
    """What is proposed; once it is confirmed, the certificate, for ever."""
    user = person(request)
    found = _destruction(request, public_id)
    context = {
        "destruction": found,
        "rows": pages.certificate(found),
        "lines": timeline.lines(timeline.of_record(found)),
        "can_confirm": rules.can_confirm(found, user),
        "can_stop": rules.can_stop(found, user),
    }
    return render(request, "retention/destruction.html", context)


def confirm_destruction(request: HttpRequest, public_id: str) -> HttpResponse:
    """See the counts again, and confirm as the second person."""
    user = person(request)
    found = _destruction(request, public_id)
    rules.check_may_confirm(found, user)
    rules.check_open(found)
    form = ConfirmForm(request.POST or None, version=found.version)
    if form.is_valid():
        with refused_beside(form):
            services.confirm(destruction=found, by=user, expects=form.expects, token=form.token)
            messages.success(request, "Destroyed. This is the certificate.")
            return redirect(found)
    context = {
        "destruction": found,
        "kind": CLASS[found.kind],
        "standing": standing_of(found.audit, found.kind),
        "changed": table.digest(found.kind, found.audit) != found.digest,
        "form": form,
    }
    return render(request, "retention/confirm.html", context)


def stop_destruction(request: HttpRequest, public_id: str) -> HttpResponse:
    """Say no, with a reason."""
    user = person(request)
    found = _destruction(request, public_id)
    rules.check_may_stop(found, user)
    form = StopForm(request.POST or None, version=found.version)
    if form.is_valid():
        with refused_beside(form, "why"):
            services.stop(
                destruction=found,
                **answers(form),
                by=user,
                expects=form.expects,
                token=form.token,
            )
            messages.success(request, "Nothing is destroyed.")
            return redirect(found)
    return render(request, "retention/stop.html", {"destruction": found, "form": form})


def subject_access(request: HttpRequest) -> HttpResponse:
    """Everything that is held about a case, as a file."""
    user = person(request)
    partnership = home_as(user, Role.COORDINATOR)
    form = SubjectForm(request.POST or None)
    if form.is_valid():
        with refused_beside(form):
            found = subject.hand_out(
                partnership=partnership, **answers(form), by=user, token=form.token
            )
            return exports.download(
                user, found.name, subject.HEADER, found.rows, thread=found.thread
            )
    return render(request, "retention/subject_access.html", {"form": form})
