"""What the pages of a return have in common: the return, the way there, the bar above."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING, Concatenate, ParamSpec

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateformat import format as format_date

from macfa.audits.models import Audit
from macfa.audits.pages import MY_WORK, way_to
from macfa.audits.reminders import due_words
from macfa.pages import person, visible
from macfa.returns.forms import WhyForm
from macfa.returns.lifecycle import ReturnState
from macfa.returns.models import AgencyReturn
from macfa.returns.progress import COLOURS
from workflows import clock
from workflows.errors import AlreadyDone, Refused
from workflows.forms import as_token
from workflows.models import LedgerEntry

if TYPE_CHECKING:
    from macfa.people.models import User

P = ParamSpec("P")
RELATED = ("audit__tool_version", "setting", "auditor", "grade", "submitted_by")


View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def lands_once(view: View[P]) -> View[P]:
    """A form posted twice lands on the result of its first post, also where the page would
    refuse it by now, find fault with it (its choice is taken), or is closed to the person by
    what they posted (a conflict of interest)."""

    @wraps(view)
    def asked_once(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except (Refused, Http404) as refused:
            first = _first_post(request)
            if first is None:
                raise
            if isinstance(refused, Http404):
                return redirect("my_work")
            raise AlreadyDone(first.record_type, first.record) from refused
        first = _first_post(request) if response.status_code == HTTPStatus.OK else None
        if first is not None:
            raise AlreadyDone(first.record_type, first.record)
        return response

    return asked_once


def _first_post(request: HttpRequest) -> LedgerEntry | None:
    token = as_token(request.POST.get("token", ""))
    if not token:
        return None
    own = LedgerEntry.objects.filter(token=token, actor=person(request).public_id)
    return own.first()


def the_return(request: HttpRequest, public_id: str) -> AgencyReturn:
    """The return of a page, if the person may see it."""
    found: AgencyReturn = visible(AgencyReturn.objects, person(request), public_id, *RELATED)
    return found


def show(
    request: HttpRequest,
    template: str,
    return_: AgencyReturn,
    *,
    status: int = 200,
    **context: object,
) -> HttpResponse:
    """A page of a return, with the pages above it and what it is about."""
    here = {
        "return": return_,
        "identity": _identity(return_),
        "crumbs": _crumbs(request, return_),
        "due": due_words(return_.due),
    }
    return render(request, template, {**here, **context}, status=status)


def _crumbs(request: HttpRequest, return_: AgencyReturn) -> list[tuple[str, str]]:
    audit = return_.audit
    sees_audit = Audit.objects.visible_to(person(request)).filter(pk=audit.pk).exists()
    crumbs = way_to(audit) if sees_audit else [MY_WORK]
    if request.path != return_.get_absolute_url():
        crumbs.append((str(return_), return_.get_absolute_url()))
    return crumbs


def _identity(return_: AgencyReturn) -> dict[str, object]:
    """Case, agency, state, when it is due, and how long it takes."""
    facts = []
    if return_.is_outstanding:
        due = due_words(return_.due)
        facts.append(due[0].upper() + due[1:] if due.startswith("was") else _due(return_))
    version = return_.audit.tool_version
    if version and _is_to_be_written(return_):
        facts.append(f"About {version.minutes} minutes")
    if return_.late:
        facts.append("Late")
    return {
        "reference": return_.case.label,
        "name": return_.answers_for,
        "tag": return_.get_state_display(),
        "colour": COLOURS[ReturnState(return_.state)],
        "facts": facts,
        "overdue": return_.is_outstanding and return_.due < clock.today(),
    }


def _is_to_be_written(return_: AgencyReturn) -> bool:
    """Whether all the work is still to be done; not where it is sent back with a question."""
    drafting = return_.state == ReturnState.DRAFTING
    return return_.state == ReturnState.ISSUED or (drafting and not return_.submissions.exists())


def _due(return_: AgencyReturn) -> str:
    return f"Due {format_date(return_.due, 'j F Y')}"


@dataclass(frozen=True)
class WhyPage:
    """A page that asks for one reason before an act."""

    title: str
    label: str
    button: str
    done: str
    intro: str = ""
    hint: str = ""
    warning: bool = False


def ask_why(
    request: HttpRequest,
    return_: AgencyReturn,
    page: WhyPage,
    act: Callable[[WhyForm, User], AgencyReturn],
) -> HttpResponse:
    """Ask for the reason, act, and go back to the return."""
    form = WhyForm(
        request.POST if request.method == "POST" else None,
        label=page.label,
        hint=page.hint,
        version=return_.version,
    )
    if form.is_valid():
        act(form, person(request))
        messages.success(request, page.done.format(reference=return_.reference))
        return redirect(return_)
    return show(request, "returns/why.html", return_, page=page, form=form)
