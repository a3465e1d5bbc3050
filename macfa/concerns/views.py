"""The pages of immediate concerns: raising one, the list, and what two people do about one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from macfa.concerns import pages, rules, services
from macfa.concerns.forms import ConcernFilter, ConfirmForm, NoteForm, RaiseForm, StaffMatterForm
from macfa.concerns.models import Concern, StaffMatter
from macfa.forms import ActForm
from macfa.forms.checking import answers, refused_beside
from macfa.pages import person, visible
from macfa.people.models import Partnership
from macfa.sampling.models import Case
from workflows import reads
from workflows.errors import NotAllowed
from workflows.ids import PUBLIC_ID
from workflows.models import Read

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from macfa.people.models import User


#: So many concerns stand on one page of the list.
PAGE = 50


def fetch(request: HttpRequest, public_id: str) -> Concern:
    """The concern at this address, if the person may see it."""
    related = ("agency", "raised_by", "acknowledged_by", "partnership")
    found: Concern = visible(Concern.objects, person(request), public_id, *related)
    return found


def home(user: User) -> Partnership:
    """The partnership somebody works in."""
    if user.reach.home is None:
        raise NotAllowed(
            "This is for people who work in a partnership. Call the front door or 999."
        )
    return Partnership.objects.get(pk=user.reach.home.id)


def concerns(request: HttpRequest) -> HttpResponse:
    """The concerns somebody may see in whichever partnership, open ones first: none may wait
    because its partnership is not the one they are in."""
    user = person(request)
    form = ConcernFilter(request.GET)
    show = form.cleaned_data.get("show", "") if form.is_valid() else ""
    page = Paginator(pages.listed(user, show), PAGE).get_page(request.GET.get("page"))
    several = len(user.reach.homes) > 1
    rows = [pages.row(one, several=several) for one in page]
    context = {"form": form, "show": show, "page": page, "rows": rows}
    return render(request, "concerns/concerns.html", context)


def _case_reference(request: HttpRequest) -> str:
    """The reference of the case whose page led here, if the person may see it. A concern about it
    is one of its partnership."""
    number = request.GET.get("case", "")
    if not PUBLIC_ID.fullmatch(number):
        return ""
    user = person(request)
    cases = Case.objects.visible_to(user).select_related("audit")
    case = cases.filter(public_id=number).first()
    if case is None:
        return ""
    user.reach.turn_to(case)
    return case.label


def raise_concern(request: HttpRequest) -> HttpResponse:
    """Record an immediate concern, with a case or without (R25)."""
    user = person(request)
    initial = {"case_reference": _case_reference(request)}
    partnership = home(user)
    form = RaiseForm(request.POST or None, initial=initial, partnership=partnership, person=user)
    if form.is_valid():
        with refused_beside(form):
            raised = services.raise_concern(
                partnership=partnership, **answers(form), by=user, token=form.token
            )
            messages.success(request, "The concern is recorded, and those it needs are told.")
            return redirect(raised)
    return render(request, "concerns/raise.html", {"form": form})


def concern(request: HttpRequest, public_id: str) -> HttpResponse:
    """One concern, with what was done about it."""
    found = fetch(request, public_id)
    return render(request, "concerns/concern.html", pages.of_concern(found, person(request)))


def _pressed(
    request: HttpRequest, public_id: str, service: Callable[..., Concern], said: str
) -> HttpResponse:
    """A button of a concern's page, which asks for nothing more."""
    found, form = fetch(request, public_id), ActForm(request.POST)
    token = form.token if form.is_valid() else None
    service(concern=found, by=person(request), token=token)
    messages.success(request, said)
    return redirect(found)


@require_POST
def acknowledge(request: HttpRequest, public_id: str) -> HttpResponse:
    """Say that one has read it."""
    said = "You have acknowledged the concern."
    return _pressed(request, public_id, services.acknowledge, said)


@require_POST
def ask_scrutineer(request: HttpRequest, public_id: str) -> HttpResponse:
    """Bring the independent scrutineer in."""
    said = "The independent scrutineer is told."
    return _pressed(request, public_id, services.ask_scrutineer, said)


def note(request: HttpRequest, public_id: str) -> HttpResponse:
    """Add to an open concern."""
    user = person(request)
    found = fetch(request, public_id)
    form = NoteForm(request.POST or None, version=found.version)
    if form.is_valid():
        services.add_note(concern=found, **answers(form), by=user, token=form.token)
        messages.success(request, "Your note is added.")
        return redirect(found)
    rules.check_note(found, user, "A note")
    context = {"concern": found, "form": form, "title": "Add a note", "button": "Add the note"}
    return render(request, "concerns/act.html", context)


def confirm(request: HttpRequest, public_id: str) -> HttpResponse:
    """Confirm what was done, as one of two people."""
    user = person(request)
    found = fetch(request, public_id)
    form = ConfirmForm(request.POST or None, version=found.version)
    if form.is_valid():
        services.confirm(
            concern=found, **answers(form), by=user, expects=form.expects, token=form.token
        )
        messages.success(request, "You have confirmed what was done.")
        return redirect(found)
    rules.check_confirm(found, user)
    context = {
        "concern": found,
        "form": form,
        "title": "Confirm what was done",
        "button": "Confirm what was done",
        "caution": "The coordinator and a second person each confirm. Neither can take it back.",
    }
    return render(request, "concerns/act.html", context)


def raise_staff_matter(request: HttpRequest) -> HttpResponse:
    """Record, apart from everything, what concerns the conduct of staff (R28)."""
    user = person(request)
    partnership = home(user)
    form = StaffMatterForm(request.POST or None)
    if form.is_valid():
        with refused_beside(form):
            matter = services.record_staff_matter(
                partnership=partnership, **answers(form), by=user, token=form.token
            )
            messages.success(request, "The matter is recorded.")
            return redirect(matter)
    named = bool(rules.staff_conduct_contacts(partnership))
    return render(request, "concerns/raise_staff_matter.html", {"form": form, "named": named})


def staff_matter(request: HttpRequest, public_id: str) -> HttpResponse:
    """A restricted matter, for whoever recorded it and the staff-conduct contacts."""
    matter = visible(StaffMatter.objects, person(request), public_id, "raised_by")
    reads.note(person(request), Read.How.STAFF_MATTER, matter)
    context = {"matter": matter, "rows": pages.of_staff_matter(matter)}
    return render(request, "concerns/staff_matter.html", context)
