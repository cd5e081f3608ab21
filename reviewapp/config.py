"""Settings from the environment; a wrong one stops the start with one sentence that names it."""

from __future__ import annotations

import errno
import os
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

ROOT = Path(__file__).resolve().parent.parent


class SettingError(Exception):
    """A setting is missing or wrong; the text is for the person who starts the program."""


_STORES = ("file://", "/", "s3://")
_QUEUES = ("sqlite:///", "redis://", "rediss://", "postgresql://", "postgres://")


@dataclass(frozen=True)
class Config:
    """Everything that may differ between two installations."""

    data_dir: Path
    database_url: str
    secret_key: str
    storage_url: str
    queue_url: str
    bureau_name: str
    bureau_short: str
    rubrics_dir: Path
    templates_dir: Path
    fonts_dir: Path | None
    session_minutes: int
    max_upload_bytes: int
    max_archive_bytes: int
    max_archive_members: int
    max_pages: int
    drafts_per_day: int
    reads_scans: bool
    lease_seconds: int
    sweep_seconds: int
    mail_url: str
    secure_cookies: bool
    trusted_proxies: int
    is_demo: bool
    testing: bool = False

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Config:
        """Read the settings; see docs/operations.md for each.

        Raises SettingError naming the variable.
        """
        data_dir = Path(environ.get("DATA_DIR") or ROOT / "data").expanduser().resolve()
        return cls(
            data_dir=data_dir,
            database_url=_database_url(environ, data_dir),
            secret_key=_secret_key(environ, data_dir),
            storage_url=_address(environ, "STORAGE_URL", f"file://{data_dir / 'files'}", _STORES),
            queue_url=_address(environ, "QUEUE_URL", f"sqlite:///{data_dir / 'queue.db'}", _QUEUES),
            bureau_name=environ.get("BUREAU_NAME") or "蔡甸区财政局",
            bureau_short=environ.get("BUREAU_SHORT") or "蔡财",
            rubrics_dir=_directory(environ, "RUBRICS_DIR", ROOT / "rubrics"),
            templates_dir=_templates(environ),
            fonts_dir=_optional_directory(environ, "FONTS_DIR"),
            session_minutes=_number(environ, "SESSION_MINUTES", 60, 1, 24 * 60),
            max_upload_bytes=_number(environ, "MAX_UPLOAD_MB", 100, 1, 2000) * 1_000_000,
            max_archive_bytes=_number(environ, "MAX_ARCHIVE_MB", 2000, 1, 20_000) * 1_000_000,
            max_archive_members=_number(environ, "MAX_ARCHIVE_MEMBERS", 500, 1, 10_000),
            max_pages=_number(environ, "MAX_PAGES", 500, 1, 10_000),
            drafts_per_day=_number(environ, "DRAFTS_PER_DAY", 30, 0, 10_000),
            reads_scans=flag(environ, "OCR", True),
            lease_seconds=_number(environ, "LEASE_SECONDS", 60, 2, 3600),
            sweep_seconds=_number(environ, "SWEEP_SECONDS", 30, 1, 3600),
            mail_url=_mail(environ),
            secure_cookies=flag(environ, "SECURE_COOKIES", False),
            trusted_proxies=_number(environ, "TRUSTED_PROXIES", 0, 0, 10),
            is_demo=flag(environ, "DEMO", False),
        )


def prepare_data_dir(environ: Mapping[str, str] | None = None) -> Path:
    """Make the data folder with a secret key in it, once; what is there stays."""
    values = os.environ if environ is None else environ
    data_dir = Path(values.get("DATA_DIR") or ROOT / "data").expanduser().resolve()
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        key = data_dir / "secret-key"
        if not key.exists():
            # Exclusive creation: two first starts at once must not end with two keys.
            descriptor = os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as out:
                out.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    except OSError as error:
        raise SettingError(f"DATA_DIR: {data_dir} cannot be written ({error.strerror}).") from error
    return data_dir


def _secret_key(environ: Mapping[str, str], data_dir: Path) -> str:
    value = environ.get("SECRET_KEY", "")
    if value:
        if len(value) < 32:
            raise SettingError("SECRET_KEY must have at least 32 characters.")
        return value
    try:
        return (data_dir / "secret-key").read_text(encoding="ascii")
    except OSError:
        raise SettingError(
            f"SECRET_KEY is not set and {data_dir} holds no secret-key; `make run` makes one."
        ) from None


def _database_url(environ: Mapping[str, str], data_dir: Path) -> str:
    url = environ.get("DATABASE_URL") or f"sqlite:///{data_dir / 'reviewapp.db'}"
    if not url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://", "postgres://")):
        raise SettingError("DATABASE_URL must begin with sqlite:/// or postgresql://.")
    return url


def _address(environ: Mapping[str, str], name: str, default: str, schemes: tuple[str, ...]) -> str:
    url = environ.get(name) or default
    if not url.startswith(schemes):
        raise SettingError(f"{name} must begin with {' or '.join(schemes)}.")
    return url


def _mail(environ: Mapping[str, str]) -> str:
    """Return the mail server's address, empty for none: smtp[s]://user:word@host:port?from=…"""
    url = environ.get("MAIL_URL", "").strip()
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        whole = bool(parts.hostname) and "@" in "".join(parse_qs(parts.query).get("from", []))
        if parts.scheme not in {"smtp", "smtps"} or not whole or parts.port == 0:
            raise ValueError
    except ValueError:
        # Never the value itself: it may hold a password.
        raise SettingError(
            "MAIL_URL must be smtp://host?from=name@host, or smtps://, with user:word@ if asked for."
        ) from None
    return url


def _number(environ: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = environ.get(name, "").strip()
    if not text:
        return default
    if not text.isdecimal() or not low <= int(text) <= high:
        raise SettingError(f"{name} must be a whole number from {low} to {high}, not {text!r}.")
    return int(text)


def require_address(environ: Mapping[str, str]) -> None:
    """Raise SettingError where the web process could not listen on HOST and PORT."""
    host, port = environ.get("HOST") or "127.0.0.1", _number(environ, "PORT", 8000, 1, 65_535)
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise SettingError(
                    f"PORT {port} is taken, perhaps by an earlier start: stop that one, or use"
                    f" make run PORT={port % 65_535 + 1}."
                ) from error
            said = error.strerror or str(error)
            raise SettingError(f"HOST: {host} port {port} cannot be used ({said}).") from error


def flag(environ: Mapping[str, str], name: str, default: bool) -> bool:
    """Return a setting that is on or off. Raises SettingError for anything else."""
    text = environ.get(name, "").strip().lower()
    if not text:
        return default
    if text in {"1", "true", "yes", "on"}:
        return True
    if text in {"0", "false", "no", "off"}:
        return False
    raise SettingError(f"{name} must be 1 or 0, not {text!r}.")


def _directory(environ: Mapping[str, str], name: str, default: Path) -> Path:
    path = Path(environ.get(name) or default).expanduser().resolve()
    if not path.is_dir():
        raise SettingError(f"{name}: there is no folder {path}.")
    return path


def _templates(environ: Mapping[str, str]) -> Path:
    path = _directory(environ, "TEMPLATES_DIR", ROOT / "templates")
    if not (path / "layouts" / "base.html").is_file():
        raise SettingError(f"TEMPLATES_DIR: {path} holds no layouts/base.html.")
    return path


def _optional_directory(environ: Mapping[str, str], name: str) -> Path | None:
    return _directory(environ, name, ROOT) if environ.get(name) else None
