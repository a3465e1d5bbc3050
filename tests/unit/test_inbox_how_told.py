"""How somebody is told: what is said at once, when e-mail comes and when none does."""

import pytest
from django.test import Client

from macfa.people.models import User
from notifications import inbox
from notifications.kinds import Kind
from notifications.models import HowEmail, Preference
from notifications.preferences import wishes_of
from tests.mail import told
from tests.realtime.people import person

pytestmark = pytest.mark.django_db

PAGE = "/notifications/how/"
CHOSEN: dict[str, object] = {
    "live": ["tasks"],
    "email_tasks": "now",
    "email_reminders": "digest",
    "email_news": "none",
    "daily_at": "16",
    "quiet_from": "18",
    "quiet_until": "9",
}


def signed_in(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


def choosing(user: User, **changes: object) -> str:
    """The page that answers, once somebody has chosen."""
    answer = signed_in(user).post(PAGE, {**CHOSEN, **changes}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_somebody_signed_out_is_asked_to_sign_in() -> None:
    assert Client().get(PAGE).headers["Location"].startswith("/accounts/login/")


def test_what_is_chosen_is_kept_and_shown_again() -> None:
    ann = person()
    assert "How you are told is saved." in choosing(ann)
    wishes = wishes_of([ann.pk])[ann.pk]
    assert [wishes.live(kind) for kind in Kind] == [True, False, True, False]
    assert wishes.email(Kind.REMINDERS) == HowEmail.DIGEST
    assert wishes.email(Kind.NEWS) == HowEmail.NONE
    assert (wishes.hours.daily_at, wishes.hours.quiet_from, wishes.hours.quiet_until) == (16, 18, 9)
    page = signed_in(ann).get(PAGE).content.decode()
    assert '<option value="16" selected>16:00</option>' in page
    assert page.count(" checked") == 4


def test_what_one_person_chooses_changes_nothing_for_another() -> None:
    ann, bob = person("Ann"), person("Bob")
    choosing(ann)
    assert not Preference.objects.exclude(recipient=ann.pk).exists()
    assert wishes_of([bob.pk])[bob.pk].live(Kind.NEWS)
    assert 'value="16" selected' not in signed_in(bob).get(PAGE).content.decode()


def test_the_page_says_that_a_concern_heeds_none_of_it() -> None:
    ann = person()
    assert "Urgent concerns about a child are always said at once" in (
        signed_in(ann).get(PAGE).content.decode()
    )
    choosing(ann, live=[], email_tasks="none")
    wishes = wishes_of([ann.pk])[ann.pk]
    assert wishes.live(Kind.CONCERNS)
    assert wishes.email(Kind.CONCERNS) == HowEmail.NOW


@pytest.mark.parametrize("without", [{"quiet_from": "", "quiet_until": ""}])
def test_somebody_may_have_no_quiet_hours(without: dict[str, object]) -> None:
    ann = person()
    choosing(ann, **without)
    assert wishes_of([ann.pk])[ann.pk].hours.quiet_from is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"quiet_until": ""}, "Choose both hours, or “None” for both"),
        ({"quiet_until": "18"}, "The quiet hours must end at another hour"),
        ({"daily_at": "20"}, "Choose an hour outside the hours without e-mail"),
        ({"daily_at": "24"}, "Choose an hour from the list"),
        ({"daily_at": ""}, "Choose an hour from the list"),
        ({"email_tasks": "never"}, "Choose from the list"),
        ({"live": ["concerns"]}, "Choose from the list"),
    ],
)
def test_what_cannot_be_is_refused_in_words(changes: dict[str, object], said: str) -> None:
    page = choosing(person(), **changes)
    assert "There is a problem" in page
    assert said in page
    assert not Preference.objects.exists()


def test_what_is_not_said_at_once_is_in_the_inbox_and_counted_all_the_same() -> None:
    ann = person()
    choosing(ann)
    told(ann, "task.assigned")
    told(ann, "return.reminder")
    told(ann, "concern.raised")
    as_json = signed_in(ann).get("/notifications/after/0", headers={"Accept": "application/json"})
    assert [each["live"] for each in as_json.json()["notifications"]] == [True, False, True]
    assert inbox.unread_count(ann.pk) == 3
    assert signed_in(ann).get("/notifications/").content.decode().count("data-seq=") == 3
