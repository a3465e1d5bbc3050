"""The candidate themes, the QPPA's views of them, and the choice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from macfa.audits import rules
from macfa.audits.flow import ThemeViewFlow
from macfa.audits.models import Audit, Theme, ThemeRank, ThemeView
from workflows import clock, tasks
from workflows.errors import NotYet
from workflows.lifecycle import act

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from macfa.people.models import User


def propose_theme(
    *,
    audit: Audit,
    title: str,
    sources: Sequence[str],
    evidence: str,
    by: User,
    from_audit: Audit | None = None,
    expects: int | None = None,
    token: str | None = None,
) -> Theme:
    """Put a candidate theme beside the others, with where it comes from and why now (R5)."""
    with act(audit, by=by, expects=expects, token=token) as (doing, audit):
        rules.check_plans_theme(audit, by)
        rules.check_comes_from(audit, from_audit)
        if audit.themes.filter(title=title).exists():
            raise NotYet(f"“{title}” is already one of the candidate themes.")
        theme = Theme.objects.create(
            audit=audit,
            title=title,
            sources=list(sources),
            evidence=evidence,
            from_audit=from_audit,
        )
        doing.note("theme_proposed", facts={"number": theme.number}, text=title)
    return theme


def ask_for_views(
    *, audit: Audit, by: User, expects: int | None = None, token: str | None = None
) -> list[ThemeView]:
    """Ask every QPPA member to comment on the candidate themes and rank them."""
    with act(audit, by=by, expects=expects, token=token) as (doing, audit):
        rules.check_asks_for_views(audit, by)
        people = rules.not_asked(audit)
        if not people:
            raise NotYet("There is no QPPA member who has not been asked already.")
        doing.note("views_asked", facts={"count": len(people)})
        views = [ThemeView(audit=audit, person=person) for person in people]
        tasks.begin_many(views, "view_asked", ThemeViewFlow.asked, by=by)
    return views


def give_view(
    *,
    view: ThemeView,
    comment: str,
    ranks: Mapping[Theme, int],
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> ThemeView:
    """A QPPA member comments on the candidate themes and ranks them, 1 first.

    They may change it until the theme is chosen: a candidate may have been added since.
    """
    with act(view, by=by, expects=expects, token=token) as (doing, view):
        rules.check_gives_view(view, by)
        rules.check_ranks(view, ranks)
        rules.check_view(ranks, comment)
        first = view.given_at is None
        doing.change(comment=comment, given_at=clock.now())
        view.ranks.all().delete()
        ThemeRank.objects.bulk_create(
            ThemeRank(view=view, theme=theme, rank=rank) for theme, rank in ranks.items()
        )
        doing.note("view_given" if first else "view_changed")
        if first:
            tasks.finish(doing, ThemeViewFlow.give_view)
    return view


def choose_theme(
    *,
    audit: Audit,
    theme: Theme,
    reason: str,
    decided_by: str,
    by: User,
    without_views_because: str = "",
    expects: int | None = None,
    token: str | None = None,
) -> Audit:
    """Record which theme was chosen, why, and who decided (whoever types).

    The QPPA's ranking is an optional step: choosing while a view is still awaited skips it, with
    `without_views_because`, and withdraws the tasks of those who have not answered.
    """
    with act(audit, by=by, expects=expects, token=token) as (doing, audit):
        rules.check_plans_theme(audit, by)
        rules.check_candidates(audit, [theme])
        awaited = list(audit.views_awaited.select_related("person"))
        rules.check_views_in(awaited, without_views_because)
        doing.change(theme=theme, theme_reason=reason, theme_decided_by=decided_by)
        text = f"{theme.title}. Decided by {decided_by}: {reason}"
        doing.note("theme_chosen", facts={"number": theme.number}, text=text)
        if awaited:
            step = "Views of every QPPA member"
            doing.note("step_skipped", facts={"step": step}, text=without_views_because)
            _close_views(awaited, by)
    return audit


def _close_views(awaited: Iterable[ThemeView], by: User) -> None:
    """Nobody is asked for a view any more once the theme is chosen."""
    for view in awaited:
        with act(view, by=by) as (doing, _view):
            tasks.withdraw(doing, why="The theme has been chosen.")
