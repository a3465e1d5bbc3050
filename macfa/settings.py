"""Settings of the site, read from the environment (see docs/operating.md).

`PROFILE` says what the site is for: `demo` (invented people, no secrets), `test`, or
`production`, which refuses to start with anything unsafe.
"""

from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from macfa import environment
from macfa.environment import env

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

PROFILE = environment.profile()
PRODUCTION = PROFILE == "production"
DEMO_PASSWORD = env.str("DEMO_PASSWORD", default="fernhollow-demo")
SECRET_KEY = environment.secret_key(production=PRODUCTION)
# Keys that were in use before: what they signed is still known.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
FIELD_ENCRYPTION_KEYS = environment.encryption_keys(production=PRODUCTION)
DEBUG = env.bool("DEBUG", default=False)
if DEBUG and PRODUCTION:
    raise ImproperlyConfigured("DEBUG must be off in production.")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if PRODUCTION else ["127.0.0.1", "localhost"])
SOURCE_URL = env.str("SOURCE_URL", default="/source/")

INSTALLED_APPS = [
    "daphne",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "channels",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "viewflow",
    "viewflow.workflow",
    "notifications",
    "workflows",
    "macfa",
    "macfa.people",
    "macfa.tools",
    "macfa.audits",
    "macfa.sampling",
    "macfa.returns",
    "macfa.concerns",
    "macfa.moderation",
    "macfa.findings",
    "macfa.improvement",
    "macfa.packs",
    "macfa.retention",
    "macfa.overview",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "macfa.middleware.SessionGoesOn",
    "macfa.second_factor.SecondFactor",
    "macfa.access.middleware.ByLink",
    "macfa.middleware.SignedIn",
    "macfa.access.middleware.OnlyWhatIsNamed",
    "macfa.people.choosing.InPartnership",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "macfa.middleware.PrivatePages",
    "macfa.middleware.PlainRefusals",
]

ROOT_URLCONF = "macfa.urls"
ASGI_APPLICATION = "macfa.asgi.application"
FORM_RENDERER = "macfa.forms.GovukRenderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "notifications.views.inbox_context",
                "macfa.context.site",
            ],
        },
    },
]

# --- data -----------------------------------------------------------------------------------

DATABASES: dict[str, dict[str, Any]] = {
    "default": environment.database(default=VAR_DIR / "macfa.sqlite3")
}
_database = DATABASES["default"]
if _database["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE and WAL: with Django's defaults two of three double submits fail as "locked".
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
    _database["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
else:
    # Under ASGI persistent connections belong to threads and leak; the pool does not.
    _database["CONN_MAX_AGE"] = 0
    _database["OPTIONS"] = {
        "pool": {"min_size": 1, "max_size": 20, "timeout": 10},
        "options": "-c lock_timeout=15s",
        # What is asked again and again is planned once a connection (docs/adr/0011).
        "server_side_binding": True,
        "prepare_threshold": 2,
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MEDIA_ROOT = env.str("MEDIA_ROOT", default=str(VAR_DIR / "media"))
# Where every chain of the ledger ended each day: outside the database, to be copied elsewhere.
ANCHORS_DIR = env.str("ANCHORS_DIR", default=str(Path(MEDIA_ROOT).parent / "anchors"))

# Limits on tries at signing in are kept where every process sees them and no outage of Redis
# forgets them (docs/adr/0016).
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "shared_cache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}
REDIS_URL = environment.redis()
CHANNEL_LAYERS: dict[str, dict[str, Any]] = (
    {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {
                "hosts": [
                    {
                        "address": REDIS_URL,
                        "socket_timeout": 1,
                        "socket_connect_timeout": 0.5,
                    }
                ]
            },
        }
    }
    if REDIS_URL
    else {}  # one process tells its open pages itself (docs/adr/0015)
)
NOTIFICATIONS_HEARTBEAT_SECONDS = environment.number("NOTIFICATIONS_HEARTBEAT_SECONDS", 25.0)

# --- engine -----------------------------------------------------------------------------------

WORKFLOWS_TEAM_MODEL = "people.Team"
WORKFLOWS_TENANT_MODEL = "people.Partnership"
# What the engine asks about people: their teams, who is in a team, whose work they may give, and
# which work they may not have; and who of some people still serves.
WORKFLOWS_TEAMS = "macfa.people.rules.team_ids"
WORKFLOWS_PEOPLE = "macfa.people.rules.people_in"
WORKFLOWS_GIVES = "macfa.people.rules.gives"
WORKFLOWS_BARRED = "macfa.moderation.access.barred"
WORKFLOWS_SERVING = "macfa.people.rules.serving"
WORKFLOWS_AWAY = "macfa.people.away.away"
WORKFLOWS_STAND_IN = "macfa.people.away.stand_in"
WORKFLOWS_MOST_OPEN = "macfa.people.rules.most_open_tasks"
# What the threads of the ledger are called in its anchors, and who is sent those.
WORKFLOWS_THREADS = "macfa.overview.anchored.threads"
# Tests fail where an act locks records out of order; what is running does not.
WORKFLOWS_LOCKS_ARE_CHECKED = PROFILE == "test"
# Where `check_invariants` looks; each yields a sentence for a fault.
WORKFLOWS_INVARIANTS = [
    "workflows.invariants.faults",
    "workflows.reads.faults",
    "notifications.inbox.faults",
    "notifications.email.faults",
    "macfa.concerns.sweeps.faults",
    "macfa.overview.invariants.faults",
]
# What `manage.py worker` calls, round after round: each does what is due, in transactions of its
# own, and returns how many things that were.
SWEEPS = [
    "macfa.people.absences.forget_past",
    "macfa.people.services.invitations.expire",
    "macfa.people.services.roles.close_accounts",
    "macfa.people.services.reviews.ask_for_reviews",
    "macfa.people.sessions.forget_ended",
    "macfa.people.links.forget_old",
    "macfa.concerns.sweeps.realert",
    "macfa.returns.sweeps.remind_due",
    "macfa.improvement.sweeps.remind_due",
    "notifications.email.sweep",
    "workflows.anchors.sweep",
]
WORKER_WAIT_SECONDS = environment.number("WORKER_WAIT_SECONDS", 5.0)

# --- people and sign-in -----------------------------------------------------------------------

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["macfa.people.adapter.Backend"]
# Long, and none that people who guess try first; of which signs does not matter (OWASP ASVS 5.0).
_checks = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {
        "NAME": f"{_checks}.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": f"{_checks}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": f"{_checks}.CommonPasswordValidator"},
]
BREACHED_PASSWORDS = environment.breached_passwords()
if BREACHED_PASSWORDS:
    AUTH_PASSWORD_VALIDATORS.append({"NAME": "macfa.people.breached.NotBreached"})
if PROFILE == "test":
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Days for which the link of an invitation works.
INVITATION_DAYS = environment.number("INVITATION_DAYS", 14)
# Days for which the link in an e-mail works by which an occasional respondent signs in.
SIGN_IN_LINK_DAYS = environment.number("SIGN_IN_LINK_DAYS", 7)
# Days after which a lead, or the coordinator, is asked again to confirm who has access. The people
# of the demo have served for longer, and are not all asked as soon as it is looked at.
ACCESS_REVIEW_DAYS = environment.number("ACCESS_REVIEW_DAYS", 365 if PRODUCTION else 3650)
# Days for which backups are kept: a certificate of destruction says until when they may hold it.
BACKUP_DAYS = environment.number("BACKUP_DAYS", 35)
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_FORMS = {
    "login": "macfa.forms.sign_in.SignInForm",
    "reset_password": "macfa.forms.sign_in.ForgottenPasswordForm",
    "reset_password_from_key": "macfa.forms.sign_in.NewPasswordForm",
    "change_password": "macfa.forms.sign_in.ChangedPasswordForm",
    "reauthenticate": "macfa.forms.sign_in.PasswordAgainForm",
}
ACCOUNT_ADAPTER = "macfa.people.adapter.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
# Nobody signs up, so whoever has no account is sent nothing. The page says the same either way.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
# A whole office may come from one address; each account has limits of its own. Codes of a second
# step can be mistyped no more than 30 times a day: a million of them cannot be tried.
ACCOUNT_RATE_LIMITS = {
    "login": "100/m/ip",
    "login_failed": "100/m/ip,5/5m/key",
    "second_step_failed": "30/d/key",
    "address_code": "10/m/user",
    "link_page": "100/m/ip",
    "link_asked": "5/h/key",
}
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# Whoever signed in, or showed again who they are, within so many seconds may change how they sign
# in. Long enough to install an app on a telephone meanwhile.
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
# How many proxies of ours stand before the site: whose word for the caller's address counts.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=1 if PRODUCTION else 0)
ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/"
ACCOUNT_SESSION_REMEMBER = False
# Outside demo and tests everybody signs in with a second step, and sees nothing until they can.
MFA_REQUIRED = environment.second_factor_required(production=PRODUCTION)
MFA_ADAPTER = "macfa.people.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# A code counts half a minute longer on either side: clocks differ, and people type slowly. It
# counts once all the same.
MFA_TOTP_TOLERANCE = 1
MFA_TOTP_ISSUER = "Multi-agency audits"
MFA_RATE_LIMITS = {"webauthn_login": "60/m/ip"}
MFA_FORMS = {
    "authenticate": "macfa.forms.second_factor.CodeForm",
    "reauthenticate": "macfa.forms.second_factor.CodeAgainForm",
    "activate_totp": "macfa.forms.second_factor.AppForm",
    "deactivate_totp": "macfa.forms.second_factor.RemoveAppForm",
    "add_webauthn": "macfa.forms.second_factor.PasskeyForm",
    "edit_webauthn": "macfa.forms.second_factor.PasskeyNameForm",
    "login_webauthn": "macfa.forms.second_factor.PasskeySignInForm",
    "authenticate_webauthn": "macfa.forms.second_factor.PasskeyStepForm",
    "reauthenticate_webauthn": "macfa.forms.second_factor.PasskeyAgainForm",
}
# Organisations by which people who have an account here may sign in (docs/operating.md).
SOCIALACCOUNT_ADAPTER = "macfa.people.organisations.OrganisationAdapter"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": environment.organisations(production=PRODUCTION),
    }
}
CSRF_FAILURE_VIEW = "macfa.middleware.expired"
# A session ends 12 hours after signing in, and before that when nothing was opened or sent for as
# long as this (macfa/people/sessions.py). Its cookie goes when the browser is closed.
SESSION_ENGINE = "macfa.people.session_store"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_IDLE_SECONDS = 60 * environment.number("SESSION_IDLE_MINUTES", 30.0)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"

# --- e-mail -----------------------------------------------------------------------------------

EMAIL_CONFIG = environment.email(demo_folder=VAR_DIR / "mail" if PROFILE == "demo" else None)
vars().update(EMAIL_CONFIG)
# Shorter than the lease of an e-mail that is being sent.
EMAIL_TIMEOUT = 10
_host = next(iter(ALLOWED_HOSTS), "localhost").strip(".*") or "localhost"
SITE_URL = environment.site_url(f"https://{_host}" if PRODUCTION else "http://127.0.0.1:8000")
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default=f"no-reply@{_host}")
# What a person is told within so many seconds becomes one e-mail; a concern does not wait.
EMAIL_SETTLE_SECONDS = environment.number("EMAIL_SETTLE_SECONDS", 60.0)
# An e-mail that failed so often is parked, until somebody says that it be tried again.
EMAIL_TRIES = 8
# What an e-mail to this person says besides: the link of those who sign in by one.
NOTIFICATIONS_EMAIL_EXTRA = "macfa.people.links.for_email"

# --- browser's side ---------------------------------------------------------------------------

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "macfa" / "assets" / "dist"]
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
WHITENOISE_USE_FINDERS = not PRODUCTION
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
# An uploaded pool holds identities: it is never laid on disk, where it would lie unsealed.
FILE_UPLOAD_MAX_MEMORY_SIZE = DATA_UPLOAD_MAX_MEMORY_SIZE
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
if PRODUCTION:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if host != "*"]

LANGUAGE_CODE = "en-gb"
USE_TZ = True
TIME_ZONE = "Europe/London"
DATE_FORMAT = "j F Y"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    # While Redis is away channels_redis writes a traceback a second for each connection.
    "filters": {"once_an_outage": {"()": "notifications.outages.OnceAnOutage"}},
    "loggers": {
        "channels_redis.pubsub": {"filters": ["once_an_outage"]},
        # Each anchor of the ledger is in the log as well.
        "workflows.anchors": {"level": "INFO"},
    },
}
