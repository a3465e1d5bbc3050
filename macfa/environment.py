"""What the environment says to the settings, each fault told in one sentence that mends it."""

# mypy: allow-untyped-calls
# (the mapping of environ that reads files carries no types of its own)

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import environ
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from environ.fileaware_mapping import FileAwareMapping

SAMPLE_SECRET_KEY = "sample-key-for-a-demo-with-invented-people-only-0000000000"  # noqa: S105
SAMPLE_ENCRYPTION_KEY = "c2FtcGxlLWtleS1mb3ItYS1kZW1vLW9ubHktMDAwMDA="
MAKE_SECRET_KEY = "python -c 'import secrets; print(secrets.token_urlsafe(50))'"  # noqa: S105
MAKE_ENCRYPTION_KEY = (
    "python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"
)
#: As Django's own check of a deployment has it.
SHORTEST_SECRET_KEY, FEWEST_CHARACTERS = 50, 5
POSTGRESQL = ("postgres", "postgresql", "psql", "pgsql")


class FromFiles(FileAwareMapping):
    """The environment, in which `SECRET_KEY_FILE` may name the file that holds `SECRET_KEY`: so it
    is for every name, and secrets need not stand in the environment."""

    def __getitem__(self, key: str) -> str:
        try:
            return str(super().__getitem__(key)).rstrip("\r\n")
        except (OSError, UnicodeDecodeError):
            path = self.env[f"{key}_FILE"]
            raise ImproperlyConfigured(f"{key}_FILE is {path!r}: no file to be read.") from None


env = environ.Env()
# The stubs know of the process's own mapping alone.
env.ENVIRON = FromFiles(cache=False)  # type: ignore[assignment]


def profile() -> str:
    """What the site is for."""
    said = env.str("PROFILE", default="demo")
    if said not in {"demo", "test", "production"}:
        raise ImproperlyConfigured(f"PROFILE is {said!r}: use demo, test or production.")
    return str(said)


def secret_key(*, production: bool) -> str:
    """What signs sessions and forms; outside production a sample will do."""
    key = str(env.str("SECRET_KEY", default="" if production else SAMPLE_SECRET_KEY))
    if production and (fault := _fault_of_secret_key(key)):
        raise ImproperlyConfigured(f"SECRET_KEY {fault}. Make one with `{MAKE_SECRET_KEY}`.")
    return key


def _fault_of_secret_key(key: str) -> str:
    if not key:
        return "is not set"
    if key == SAMPLE_SECRET_KEY:
        return "is the sample, which anyone can read"
    if len(key) < SHORTEST_SECRET_KEY or len(set(key)) < FEWEST_CHARACTERS:
        return (
            f"is too easy to guess: it needs {SHORTEST_SECRET_KEY} characters, "
            f"{FEWEST_CHARACTERS} of them different"
        )
    return ""


def encryption_keys(*, production: bool) -> list[str]:
    """What seals the identity key: the first of them seals, and all of them open."""
    said = env.str("FIELD_ENCRYPTION_KEYS", default="" if production else SAMPLE_ENCRYPTION_KEY)
    keys = [key.strip() for key in said.split(",")]
    for place, key in enumerate(keys, 1):
        if fault := _fault_of_encryption_key(key, production=production):
            name = f"FIELD_ENCRYPTION_KEYS, key {place} of {len(keys)},"
            name = name if keys[1:] else "FIELD_ENCRYPTION_KEYS"
            raise ImproperlyConfigured(f"{name} {fault}. Make a key with `{MAKE_ENCRYPTION_KEY}`.")
    return keys


def _fault_of_encryption_key(key: str, *, production: bool) -> str:
    if not key:
        return "is not set"
    if production and key == SAMPLE_ENCRYPTION_KEY:
        return "is the sample, with which anyone can read who the children are"
    try:
        Fernet(key)
    except ValueError:
        return "is not a key: it needs 32 bytes in URL-safe base64, which are 44 characters"
    return ""


def second_factor_required(*, production: bool) -> bool:
    """Whether everybody needs a second step to sign in. Production never goes without."""
    required = bool(env.bool("MFA_REQUIRED", default=production))
    if production and not required:
        raise ImproperlyConfigured(
            "MFA_REQUIRED cannot be off in production: everybody signs in with a second step. "
            "Take the setting away."
        )
    return required


def organisations(*, production: bool) -> list[dict[str, Any]]:
    """The providers of OpenID Connect by which people sign in, each under a short name."""
    names = [name.strip().lower() for name in env.list("OIDC_PROVIDERS", default=[])]
    return [_organisation(name, production=production) for name in names if name]


def _organisation(name: str, *, production: bool) -> dict[str, Any]:
    if not re.fullmatch(r"[a-z][a-z0-9]{0,29}", name):
        raise ImproperlyConfigured(
            f"OIDC_PROVIDERS has {name!r}: use short names of letters and digits, such as council."
        )
    asked = {key: f"OIDC_{name.upper()}_{key}" for key in ("NAME", "URL", "CLIENT_ID")}
    said = {key: str(env.str(setting, default="")) for key, setting in asked.items()}
    for key, setting in asked.items():
        if not said[key]:
            raise ImproperlyConfigured(f"{setting} is not set, and OIDC_PROVIDERS names {name}.")
    if production and not said["URL"].startswith("https://"):
        raise ImproperlyConfigured(f"{asked['URL']} has to begin with https://.")
    mine = f"OIDC_{name.upper()}_"
    acr_values = env.list(f"{mine}ACR_VALUES", default=[])
    return {
        "provider_id": name,
        "name": said["NAME"],
        "client_id": said["CLIENT_ID"],
        "secret": str(env.str(f"{mine}CLIENT_SECRET", default="")),
        "settings": {
            "server_url": said["URL"].rstrip("/"),
            "verified_claim": str(env.str(f"{mine}VERIFIED_CLAIM", default="email_verified")),
            "second_factor": bool(env.bool(f"{mine}SECOND_FACTOR_TRUSTED", default=False)),
            "acr_values": acr_values,
            "auth_params": {"acr_values": " ".join(acr_values)} if acr_values else {},
        },
    }


#: A line of such a list: the SHA-1 of a password, or its beginning, and how often it was seen.
LISTED = re.compile(rb"[0-9A-F]{10,40}(:\d+)?\s*")


def breached_passwords() -> Path | None:
    """The list of passwords that were stolen somewhere, as its publisher sorts it, where there is
    one."""
    said = str(env.str("BREACHED_PASSWORDS", default=""))
    if not said:
        return None
    path = Path(said)
    try:
        with path.open("rb") as file:
            first = file.readline(100)
    except OSError:
        raise ImproperlyConfigured(
            f"BREACHED_PASSWORDS names {said}, which cannot be read. Name the file, or take the "
            "setting away."
        ) from None
    if not LISTED.fullmatch(first):
        raise ImproperlyConfigured(
            "BREACHED_PASSWORDS is not a list of SHA-1 hashes in capital letters, sorted, one a "
            "line: download the one that is ordered by hash."
        )
    return path


def number(name: str, default: float) -> float:
    """A number of seconds above nought."""
    said = env.str(name, default=str(default))
    try:
        value = float(said)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise ImproperlyConfigured(f"{name} is {said!r}: use a number above 0, such as {default}.")
    return value


def database(default: Path) -> dict[str, Any]:
    """Where the data lies: PostgreSQL, or a file of SQLite. No message shows the password."""
    url = str(env.str("DATABASE_URL", default="") or f"sqlite:///{default}")
    scheme = url.partition("://")[0]
    if "://" not in url or scheme not in {"sqlite", *POSTGRESQL}:
        raise _bad_database()
    try:
        found: dict[str, Any] = env.db_url_config(url)
    except ValueError:
        raise _bad_database() from None
    folder = Path(found["NAME"]).parent
    if scheme == "sqlite" and found["NAME"] != str(default) and not folder.is_dir():
        raise ImproperlyConfigured(
            f"The folder {folder}, in which DATABASE_URL wants its file, is not there. Make it."
        )
    return found


def _bad_database() -> ImproperlyConfigured:
    return ImproperlyConfigured(
        "DATABASE_URL is not the address of a database: use "
        "postgres://user:password@host:5432/name or sqlite:////folder/file.sqlite3."
    )


def redis() -> str:
    """Where Redis is; nothing where live hints stay in one process."""
    url = str(env.str("REDIS_URL", default=""))
    if url and not url.startswith(("redis://", "rediss://", "unix://")):
        raise ImproperlyConfigured(
            "REDIS_URL is not the address of a Redis: use redis://host:6379/0."
        )
    return url


def email(*, demo_folder: Path | None) -> dict[str, Any]:
    """How e-mail leaves; in a demo it goes no further than a folder."""
    default = f"filemail:///{demo_folder}" if demo_folder else "consolemail://"
    try:
        found: dict[str, Any] = env.email("EMAIL_URL", default=default)
    except (ValueError, ImproperlyConfigured):
        raise ImproperlyConfigured(
            "EMAIL_URL is not the address of a mail server: use "
            "smtp+tls://user:password@host:587 or consolemail://."
        ) from None
    return found


def site_url(default: str) -> str:
    """Where people find the site: the link in an e-mail."""
    url = str(env.str("SITE_URL", default=default)).rstrip("/")
    if not url.startswith(("http://", "https://")):
        raise ImproperlyConfigured(
            f"SITE_URL is {url!r}: use the address of the site, such as https://audits.example."
        )
    return url
