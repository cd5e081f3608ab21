"""Who writes a review in the proof: windows, keys, input method, and what the page answers."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl
from uuid import UUID

from playwright.sync_api import Browser, BrowserContext, Page, Request, Response

from reviewapp.db.session import Database
from reviewapp.services import reviews
from tests import people, rows
from tests.e2e.conftest import Site

VETO = rows._LOADED["key-project"].vetoes[0].id
#: name of the input -> field of a state and its part
FIELDS = {
    "reason-outline": ("criterion-outline", "reason"),
    "reason-elements": ("criterion-elements", "reason"),
    "opinion": ("opinion", "opinion"),
    f"veto-{VETO}": (f"veto-{VETO}", "ground"),
}
_WATCH = """
    document.addEventListener("compositionstart", () => { window.isComposingHere = true; });
    document.addEventListener("compositionend", () => { window.isComposingHere = false; });
"""
CONTEXT = 8  # signs before a run, by which one "，" is not taken for another
PATIENCE = 45.0  # seconds until everything must be on the platform


class Lost(AssertionError):
    """A character that was typed or acknowledged is not where it must be."""


@dataclass
class Tally:
    """What happened in one run."""

    cuts: Counter[str] = field(default_factory=Counter)
    composing: int = 0
    texts: int = 0
    runs: int = 0
    characters: int = 0
    acknowledged: int = 0
    acknowledged_characters: int = 0
    conflicts: int = 0
    given_up: int = 0
    states: int = 0
    seconds: float = 0.0

    def __str__(self) -> str:
        kinds = ", ".join(f"{name} {count}" for name, count in sorted(self.cuts.items()))
        return (
            f"{sum(self.cuts.values())} cuts ({kinds}), {self.composing} of them while composing\n"
            f"{self.texts} texts typed in {self.runs} runs, {self.characters} characters; "
            f"{self.conflicts} conflicts, {self.given_up} runs given up in them\n"
            f"{self.acknowledged} acknowledgements of {self.acknowledged_characters} characters"
            f" compared with {self.states} kept states\n"
            f"lost: 0 characters, in {self.seconds:.0f} s"
        )


class Typist:
    """Writes one review, through whatever happens."""

    def __init__(self, site: Site, browser: Browser, seed: int) -> None:
        self.site, self.rng = site, random.Random(seed)
        self.database = Database(f"sqlite:///{site.data_dir / 'reviewapp.db'}")
        self.review_id = self._begin()
        self.browser = browser
        self.context: BrowserContext = browser.new_context(base_url=site.url, locale="zh-CN")
        self.context.set_default_timeout(20_000)
        self.context.add_init_script(_WATCH)
        self.spelled = ""
        self.tally = Tally()
        self.model = dict.fromkeys(FIELDS, "")
        self.contested: set[str] = set()
        self.typed: list[tuple[str, str]] = []
        self.run = ""  # what was typed since the last break
        self.dropped: list[tuple[str, str]] = []
        self.acked: list[tuple[str, str]] = []
        self.errors: list[str] = []
        self.page = self.open_window()
        self.sign_in(self.page)
        self.page.goto(self.address)
        self.page.locator(f"#f-claim-{VETO}").check()

    @property
    def address(self) -> str:
        return f"{self.site.url}/reviews/{self.review_id}"

    def _begin(self) -> UUID:
        with self.database.transaction() as session:
            cast = people.enter(session)
            report = rows.report(session, rows.round_(session, phase="rating"))
            work = rows.assignment(session, report, cast.chen.expert_id)
            return reviews.open_review(session, work.id, actor=cast.chen, now=people.NOW).id

    # --- windows --------------------------------------------------------------------------

    def open_window(self) -> Page:
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("response", self._answered)
        return page

    def _answered(self, answer: Response) -> None:
        request: Request = answer.request
        if request.method != "POST" or answer.status != 200 or "/reviews/" not in request.url:
            return
        for name, text in parse_qsl(request.post_data or "", keep_blank_values=True):
            if name in FIELDS:
                self.acked.append((name, text))

    def sign_in(self, page: Page) -> None:
        if "/sign-in" not in page.url:
            page.goto("/sign-in")
        page.fill("[name=login]", "chen")
        page.fill("[name=password]", people.PASSWORD)
        page.click("main button[type=submit]")
        page.wait_for_url(lambda url: "/sign-in" not in url)

    def value(self, name: str, page: Page | None = None) -> str:
        return (page or self.page).locator(f"[name={name}]").input_value()

    def focus(self, name: str, page: Page | None = None) -> None:
        page = page or self.page
        page.locator(f"[name={name}]").focus()
        page.keyboard.press("Control+End")

    def until(self, true: Callable[[], bool], what: str, page: Page | None = None) -> None:
        ends = time.monotonic() + PATIENCE
        while not true():
            if time.monotonic() > ends:
                raise Lost(what)
            (page or self.page).wait_for_timeout(50)

    # --- keys -----------------------------------------------------------------------------

    def type_signs(self, name: str, signs: str) -> None:
        self.page.keyboard.insert_text(signs)
        self.wrote(name, signs)

    def wrote(self, name: str, signs: str) -> None:
        self.model[name] += signs
        self.run += signs

    def end_run(self, name: str, page: Page | None = None) -> None:
        """End a run: it must be kept as it stands now, with the signs before it."""
        run, self.run = self.run, ""
        if not run:
            return
        self.tally.runs += 1
        self.tally.characters += len(run)
        stands = self.value(name, page)
        # Another text may have come into a field that two windows write in.
        with_context = stands[-len(run) - CONTEXT :] if stands.endswith(run) else run
        self.typed.append((name, with_context))

    def is_composing(self) -> bool:
        return bool(self.page.evaluate("window.isComposingHere === true"))

    def spell(self, devtools: object, text: str) -> None:
        devtools.send(  # type: ignore[attr-defined]
            "Input.imeSetComposition",
            {"text": text, "selectionStart": len(text), "selectionEnd": len(text)},
        )
        self.page.wait_for_timeout(self.rng.choice((10, 80, 250)))

    def note_what_the_page_says(self) -> None:
        said: list[list[str]] = self.page.evaluate(
            """() => Array.from(document.querySelectorAll('[data-save]'))
                .filter(part => !part.dataset.unsaved
                    && document.getElementById('s-' + part.id).textContent.includes('已保存'))
                .flatMap(part => Array.from(part.querySelectorAll('textarea'))
                    .map(field => [field.name, field.value]))"""
        )
        self.acked += [(name, text) for name, text in said if name in FIELDS]

    def came_back(self, name: str) -> None:
        """Wait until what was typed stands in the field again, and go to its end."""
        if name in self.contested:
            self.page.wait_for_timeout(800)
            self.settle(self.page, sure=True)
            self.model[name] = self.value(name)
        else:
            wanted = (self.model[name], self.model[name] + self.spelled)
            self.until(lambda: self.value(name) in wanted, f"{name} lacks {wanted[0]!r}")
            self.page.wait_for_timeout(100)
            if self.value(name) != wanted[0]:
                self.model[name], self.spelled = wanted[1], ""
        self.focus(name)

    # --- two windows disagree -------------------------------------------------------------

    def settle(self, page: Page, *, sure: bool) -> None:
        """Choose mine or theirs wherever the page asks."""
        for _time in range(10):
            stale = page.locator(".saved .stale")
            if not stale.count() or not (sure or self.rng.random() < 0.5):
                return
            self.tally.conflicts += 1
            section = page.locator("[data-save]").filter(has=page.locator(".stale")).first
            name = str(section.locator("textarea").get_attribute("name"))
            if name not in self.contested:
                raise Lost(f"{name} asks which text is meant, and only one window wrote there")
            if self.rng.random() < 0.5:
                self.dropped.append((name, self.value(name, page)))
                section.locator("[data-drop]").click()
            else:
                section.locator("[data-keep]").click()
            page.wait_for_timeout(400)

    def is_settled(self, page: Page) -> bool:
        self.settle(page, sure=True)
        return page.locator("[data-unsaved]").count() == 0
