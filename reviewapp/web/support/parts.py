"""The parts that views work with: settings, database, files, queue, clock."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

from flask import current_app

from reviewapp.adapters.queue import Queue
from reviewapp.adapters.storage import Storage
from reviewapp.config import Config
from reviewapp.db.session import Database

Result = TypeVar("Result")
#: official days and dates are those of Beijing, whatever the server's clock says
SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass
class Parts:
    """One installation's parts, made once by create_app."""

    config: Config
    database: Database
    storage: Storage
    queue: Queue
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)


def parts() -> Parts:
    """Return the parts of the app that answers this request."""
    return cast(Parts, current_app.extensions["reviewapp"])


def read() -> AbstractContextManager[Any]:
    """Open a session that only reads."""
    return parts().database.read()


def transaction() -> AbstractContextManager[Any]:
    """Open the one transaction of a POST; it commits at the end of the block."""
    return parts().database.transaction()


def together(act: Callable[[Any], Result]) -> Result:
    """Run a short act in a transaction that it may share with others'; for what comes often."""
    return parts().database.together(act)


def now() -> datetime:
    """Return the present moment in UTC."""
    return parts().clock()


def today() -> date:
    """Return today's date in Beijing."""
    return now().astimezone(SHANGHAI).date()
