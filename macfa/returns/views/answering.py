"""Writing an audit: a domain at a time, then a look at the whole, then one button."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect

from macfa.pages import person
from macfa.returns import rules, services
from macfa.returns.completeness import lacks, lacks_of
from macfa.returns.forms import DomainForm, SubmitForm
from macfa.returns.paper import grades_of, of_return, read_draft, sections
from macfa.returns.views.frame import lands_once, show, the_return
from macfa.tools.models import Question
from workflows.errors import Stale

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse, QueryDict

    from macfa.people.models import User
    from macfa.returns.models import AgencyReturn
    from macfa.returns.paper import Asked, Draft, Section

Item = dict[str, str]
#: What the button says that leads back instead of on.
BACK = "back"
SAVE_AGAIN = "Save again to put it in the place of what is saved now."


def task_list(return_: AgencyReturn, parts: Sequence[Section]) -> list[Item]:
    """The domains with how far each is, for the return's own page."""
    base = f"{return_.get_absolute_url()}domains/"
    return [{"title": part.name, "href": f"{base}{part.code}/", **_status(part)} for part in parts]


def _status(part: Section) -> Item:
    if not part.is_started:
        return {"tag": "Not started", "colour": "grey"}
    if any(lacks_of(part)):
        return {"tag": "In progress", "colour": "blue"}
    return {"tag": "Completed"}


# --- one domain ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """One domain of a draft, with the domains before and after it."""

    return_: AgencyReturn
    draft: Draft
    parts: list[Section]
    index: int

    @property
    def part(self) -> Section:
        """The domain itself."""
        return self.parts[self.index]

    @property
    def seen(self) -> str:
        """The fingerprint of what is saved in it."""
        return self.draft.fingerprint({self.part.code})

    @property
    def asked(self) -> list[Asked]:
        """The questions on its page: those asked, and those an answer on it may lead to."""
        keys = {each.key for each in self.part.asked}
        of_domain = (each for each in self.draft.asked if each.domain_code == self.part.code)
        return [each for each in of_domain if each.key in keys or self._may_follow(each, keys)]

    def _may_follow(self, asked: Asked, keys: set[str]) -> bool:
        key, _, value = asked.when.partition("=")
        known = self.return_.case.characteristics | {key: value}
        return key in keys and asked.is_for(self.return_.agency, known)

    def onward(self, go: str) -> str:
        """The next domain, the look at the whole after the last, or back to the list."""
        base = self.return_.get_absolute_url()
        if go == BACK:
            return base
        following = self.parts[self.index + 1 :]
        return f"{base}domains/{following[0].code}/" if following else f"{base}check/"


def _place(return_: AgencyReturn, draft: Draft, code: str) -> Place:
    parts = sections(of_return(draft.asked, return_))
    for index, part in enumerate(parts):
        if part.code == code:
            return Place(return_, draft, parts, index)
    raise Http404


@lands_once
def domain(request: HttpRequest, public_id: str, code: str) -> HttpResponse:
    """One domain's questions on a page."""
    return_ = the_return(request, public_id)
    user = person(request)
    rules.check_writes(return_, user)
    draft = read_draft(return_, user)
    if not draft.declared:
        return redirect(return_)
    place = _place(return_, draft, code)
    if request.method != "POST":
        return _domain_page(request, place, _form(place))
    form = _form(place, request.POST)
    good = form.is_valid()
    try:
        _save(place, form, user)
    except Stale as refused:
        form = _again(place, request.POST)
        form.add_error(None, f"{refused.sentence} {SAVE_AGAIN}")
        return _domain_page(request, place, form, status=409)
    if good:
        return redirect(place.onward(request.POST.get("go", "")))
    place = _place(return_, read_draft(return_, user), code)
    return _domain_page(request, place, _again(place, request.POST), rest_saved=True)


def _form(place: Place, data: QueryDict | None = None) -> DomainForm:
    asked = place.asked
    stored = Question.objects.in_bulk([each.question_id for each in asked])
    return DomainForm(
        data,
        questions=[stored[each.question_id] for each in asked],
        given={each.key: each.given for each in asked},
        grades=list(grades_of(place.return_.audit_id).values()),
        seen=place.seen,
    )


def _save(place: Place, form: DomainForm, user: User) -> None:
    """Save what is in order; an answer with an error holds nothing else up."""
    services.save_answers(return_=place.return_, answers=form.answers, seen=form.seen, by=user)


def _again(place: Place, typed: QueryDict) -> DomainForm:
    """The form as typed, on top of what is saved now: to save it again keeps what was typed."""
    data = typed.copy()
    data["seen_before"] = place.seen
    return _form(place, data)


def _domain_page(
    request: HttpRequest,
    place: Place,
    form: DomainForm,
    *,
    status: int = 200,
    rest_saved: bool = False,
) -> HttpResponse:
    saved = [each for each in place.asked if not each.given.is_empty] if status == 409 else []
    return show(
        request,
        "returns/domain.html",
        place.return_,
        status=status,
        form=form,
        part=place.part,
        number=place.index + 1,
        of=len(place.parts),
        saved=saved,
        rest_saved=rest_saved,
    )


# --- the whole -----------------------------------------------------------------------------------


@lands_once
def check(request: HttpRequest, public_id: str) -> HttpResponse:
    """The whole audit before it goes in, with what is missing; then one button."""
    return_ = the_return(request, public_id)
    user = person(request)
    rules.check_writes(return_, user)
    draft = read_draft(return_, user)
    if not draft.declared:
        return redirect(return_)
    asked = of_return(draft.asked, return_)
    missing = lacks(asked)
    query = return_.open_query
    posted = request.POST if request.method == "POST" and not missing else None
    form = SubmitForm(posted, query=query, version=return_.version)
    if form.is_valid():
        messages.success(request, _submit(return_, form, user))
        return redirect(return_)
    return show(
        request,
        "returns/check.html",
        return_,
        parts=sections(asked),
        missing=missing,
        query=query,
        signed_off_by=signs_off(return_, user) if return_.agency.signs_off else "",
        form=form,
    )


def signs_off(return_: AgencyReturn, auditor: User) -> str:
    """Who signs off what this auditor has written, as they are told."""
    if return_.leads.only_one == auditor:
        return "you, as the agency’s only lead,"
    if auditor in return_.leads.people:
        return "another lead of your agency"
    return "your agency lead"


def _submit(return_: AgencyReturn, form: SubmitForm, user: User) -> str:
    services.submit(
        return_=return_,
        answer_to_query=form.cleaned_data.get("answer", ""),
        by=user,
        expects=form.expects,
        token=form.token,
    )
    if return_.agency.signs_off:
        return f"{return_.reference} is with {signs_off(return_, user)} for sign-off."
    return f"{return_.reference} is submitted. Thank you."
