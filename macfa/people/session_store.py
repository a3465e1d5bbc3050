"""Sessions as Django keeps them in the database, whose cookie goes when the browser is closed."""

from django.conf import settings
from django.contrib.sessions.backends import db


class SessionStore(db.SessionStore):
    """The end of a session stands on its row alone."""

    def get_session_cookie_age(self) -> int:
        """How long one lasts that nobody puts off (macfa/people/sessions.py)."""
        return int(settings.SESSION_IDLE_SECONDS)

    def get_expire_at_browser_close(self) -> bool:
        """A cookie without a date of its own."""
        return True
