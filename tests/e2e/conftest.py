"""A real site for real browsers: gunicorn, a worker, a data folder, Debian's Chromium."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.conftest import ROOT, missing

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
BIN = Path(sys.executable).parent


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@dataclass
class Site:
    """Web and worker of one installation as processes of their own."""

    data_dir: Path
    port: int
    environ: dict[str, str] = field(default_factory=dict)
    web: subprocess.Popen[bytes] | None = None
    worker: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def run(self, *arguments: str) -> str:
        """Run a `reviewapp` command on this installation."""
        done = subprocess.run(
            [BIN / "reviewapp", *arguments],
            env=self.environ,
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout

    def start_web(self) -> None:
        """Start gunicorn and wait until it answers."""
        self.web = self._start(
            "web",
            "gunicorn",
            *("--worker-class", "gthread", "--workers", "2", "--threads", "8"),
            *("--bind", f"127.0.0.1:{self.port}", "--no-control-socket", "reviewapp.wsgi:app"),
        )
        self.wait()

    def start_worker(self) -> None:
        """Start a worker."""
        self.worker = self._start("worker", "reviewapp", "worker")

    def _start(self, name: str, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        with (self.data_dir / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                [BIN / program, *arguments],
                env=self.environ,
                cwd=ROOT,
                start_new_session=True,
                stdout=subprocess.DEVNULL,
                stderr=log,
            )

    def wait(self) -> None:
        for _ in range(200):
            try:
                urllib.request.urlopen(f"{self.url}/health", timeout=2).close()
                return
            except OSError:
                time.sleep(0.1)
        raise AssertionError((self.data_dir / "web.log").read_text()[-3000:])

    def kill(self, name: str) -> None:
        """kill -9 the whole process group."""
        process: subprocess.Popen[bytes] | None = getattr(self, name)
        if process is not None and process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def stop(self) -> None:
        for name in ("web", "worker"):
            self.kill(name)


def make_site(data_dir: Path, **settings: str) -> Site:
    """Prepare an installation in a folder, not started yet."""
    data_dir.mkdir(parents=True, exist_ok=True)
    port = free_port()
    environ = {
        **{k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "SECRET_KEY"}},
        "DATA_DIR": str(data_dir),
        "PORT": str(port),
        "LEASE_SECONDS": "4",
        "SWEEP_SECONDS": "1",
        **settings,
    }
    site = Site(data_dir, port, environ)
    site.run("migrate")
    return site


@pytest.fixture(scope="session")
def demo_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demo as `make run` shows it."""
    site = make_site(tmp_path_factory.mktemp("demo"), DEMO="1")
    site.run("prepare", "--demo", "1")
    site.start_web()
    site.start_worker()
    yield site
    site.stop()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        missing("Chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Open a fresh browser window on a site; `js=False` switches JavaScript off."""
    contexts: list[BrowserContext] = []

    def make(site: Site, *, js: bool = True, **options: Any) -> Page:
        context = chromium.new_context(
            base_url=site.url,
            java_script_enabled=js,
            locale="zh-CN",
            **{"viewport": {"width": 1366, "height": 768}, **options},
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
        return page

    yield make
    for context in contexts:
        context.close()
