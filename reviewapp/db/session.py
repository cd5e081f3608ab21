"""Database: reading sessions, writing transactions, and what runs once a transaction is through."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from reviewapp.config import SettingError
from reviewapp.domain.errors import N_, Conflict

AFTER_COMMIT = "after_commit"
Result = TypeVar("Result")
_MOST_TURNS = 32  # acts in one transaction, so that the first of them does not wait long


def after_commit(session: Session, act: Callable[[], None]) -> None:
    """Run `act` once the session's transaction is committed; never if it is rolled back."""
    session.info.setdefault(AFTER_COMMIT, []).append(act)


class Database:
    """One engine. Views open `read()` or one `transaction()`; services only get the session."""

    def __init__(self, url: str, *, echo: bool = False) -> None:
        self.url = _with_driver(url)
        self.is_sqlite = self.url.startswith("sqlite")
        options: dict[str, Any] = {"echo": echo}
        if not self.is_sqlite:
            options.update(pool_size=10, max_overflow=20, pool_pre_ping=True)
        self.engine = sa.create_engine(self.url, **options)
        self._waiting: deque[_Turn] = deque()
        self._lead = threading.Lock()
        if self.is_sqlite:
            _prepare_sqlite(self.engine)

    def reach(self) -> None:
        """Raise SettingError where the database cannot be opened."""
        try:
            self.engine.connect().close()
        except sa.exc.DBAPIError as error:
            said = str(error.orig).strip().splitlines()[0].rstrip(".")
            raise SettingError(f"DATABASE_URL: the database cannot be opened ({said}).") from error

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Yield a session that only reads; nothing that it did is kept."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Yield a session, commit at the end, then run what services left for after the commit.

        Raises Conflict where somebody else wrote the same thing at the same moment.
        """
        engine = self.engine.execution_options(write=True)
        with Session(engine, expire_on_commit=False) as session:
            try:
                with session.begin():
                    yield session
            except IntegrityError as error:
                raise _said(error) from error
            acts = session.info.pop(AFTER_COMMIT, [])
        for act in acts:
            act()

    def together(self, act: Callable[[Session], Result]) -> Result:
        """Run a short act in a transaction and return what it returns.

        On SQLite, acts that several threads want at the same moment share one transaction, each
        behind a savepoint of its own: a commit waits for the disk, and there is one writer only.
        The answer comes after the commit, as from `transaction`.
        """
        if not self.is_sqlite:
            with self.transaction() as session:
                return act(session)
        turn = _Turn(act)
        self._waiting.append(turn)
        with self._lead:
            while not turn.is_over:  # more than one transaction holds may wait before it
                self._take_turns()
        if turn.error is not None:
            raise turn.error
        return cast(Result, turn.value)

    def _take_turns(self) -> None:
        turns = [self._waiting.popleft() for _time in range(min(len(self._waiting), _MOST_TURNS))]
        try:
            with self.transaction() as session:
                for turn in turns:
                    try:
                        with session.begin_nested():
                            turn.value = turn.act(session)
                    except IntegrityError as error:
                        turn.error = _said(error)
                    except Exception as error:
                        turn.error = error
        except BaseException as error:  # the commit failed, so nothing of any of them is stored
            for turn in turns:
                turn.error = turn.error or error
        for turn in turns:
            turn.is_over = True


class _Turn:
    """One act that waits for its turn, then what came of it."""

    def __init__(self, act: Callable[[Session], Any]) -> None:
        self.act = act
        self.value: Any = None
        self.error: BaseException | None = None
        self.is_over = False


def _said(error: IntegrityError) -> Exception:
    """Return the error for people where there is such a row already, else the error itself."""
    if not _is_twin(error):
        return error
    return Conflict(N_("Somebody did the same at the same moment. Reload the page and look."))


def _is_twin(error: IntegrityError) -> bool:
    """Say whether a row was refused because there is such a one already."""
    # 23505 is unique_violation, PostgreSQL documentation, appendix A.
    code = getattr(error.orig, "sqlstate", "")
    return code == "23505" or str(error.orig).startswith("UNIQUE constraint failed")


def _with_driver(url: str) -> str:
    """Name psycopg 3 for the plain PostgreSQL addresses that platforms hand out."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def _prepare_sqlite(engine: Engine) -> None:
    """Give SQLite WAL, foreign keys, a long wait, and real BEGINs.

    Writers begin IMMEDIATE: a deferred transaction that reads and then writes fails at once when
    another writer was faster, whatever the time-out.
    """

    @sa.event.listens_for(engine, "connect")
    def set_pragmas(dbapi_connection: Any, _record: Any) -> None:
        dbapi_connection.isolation_level = None
        cursor = dbapi_connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=30000",
            # Without it INSERT OR REPLACE removes a frozen row and no trigger sees it.
            "recursive_triggers=ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        immediate = connection.get_execution_options().get("write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
