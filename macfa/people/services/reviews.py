"""The yearly review of access is asked for, and answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from macfa.people import giving_roles, reviewing
from macfa.people.flow import AccessReviewFlow
from macfa.people.models import AccessReview, Agency, Partnership, ReviewedRole
from macfa.people.roles import Role
from macfa.people.rules import holders_of
from macfa.people.services.roles import end_in_act
from workflows import clock, tasks
from workflows.lifecycle import act, begin, beginning
from workflows.working_days import add_working_days

if TYPE_CHECKING:
    from collections.abc import Mapping

    from macfa.people.models import Membership, User
    from macfa.people.reviewing import Place
    from workflows.lifecycle import Act


def ask_for_reviews() -> int:
    """Ask for every review whose year is over. Says how many. Any number may run at once."""
    return sum(_ask(place) for place in reviewing.due())


def _ask(place: Place) -> bool:
    with beginning():
        # A second worker waits here, and finds it asked.
        partnership = Partnership.objects.select_for_update(no_key=True).get(pk=place[0])
        if place not in reviewing.due(partnership.pk):
            return False
        today = clock.today()
        review = AccessReview(
            partnership=partnership,
            agency=Agency.objects.get(pk=place[1]) if place[1] else None,
            asked_on=today,
            due=add_working_days(today, reviewing.ANSWERED_WITHIN),
        )
        begin(review, "asked", by=None)
        with act(review, by=None) as (doing, _review):
            tasks.start(doing, AccessReviewFlow.asked)
    return True


def answer_review(
    *,
    review: AccessReview,
    answers: Mapping[Membership, bool],
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> AccessReview:
    """Each role is kept or ends today. Administrators are asked to end what is theirs to give."""
    with act(review, by=by, expects=expects, token=token) as (doing, review):
        reviewing.check_answers(review, list(answers), by)
        for membership, keeps in answers.items():
            _answer(doing, review, membership, keeps=keeps)
        doing.change(done_on=clock.today(), done_by=by)
        doing.note("done")
        tasks.finish(doing, AccessReviewFlow.confirm, owned=False)
    return review


def _answer(doing: Act, review: AccessReview, membership: Membership, *, keeps: bool) -> None:
    by: User = doing.by  # type: ignore[assignment]  # a person answers, and no sweep
    facts = {"to_person": membership.person.public_id, "role": membership.team.name}
    ReviewedRole.objects.create(review=review, membership=membership, kept=keeps)
    if keeps:
        doing.note("kept", facts=facts)
    elif giving_roles.can_give_role(membership.team, by):
        end_in_act(membership, clock.today(), by)
        doing.note("ended", facts=facts)
    else:
        doing.note("should_end", facts=facts)
        _ask_administrators(doing, membership)


def _ask_administrators(doing: Act, membership: Membership) -> None:
    for each in holders_of(membership.team.partnership_id, Role.ADMIN):
        doing.tell(
            each.pk,
            event="account.should_end",
            event_key=f"should-end-{membership.pk}-{clock.today()}",
            text=f"By the yearly review a role should end: {membership.team.name}",
            url=f"/people/{membership.person.public_id}/",
        )
