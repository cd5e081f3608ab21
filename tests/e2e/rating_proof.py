"""Does a review lose a character? `python -m tests.e2e.rating_proof --cuts 200 --seed 1`.

A typist writes into a real site through a real browser. At random moments, also in the middle of
a pinyin composition, the network goes, web or worker are killed with -9, the session ends, the
window is reloaded or closed, or a second window writes too. At the end

- every text that the platform acknowledged, or that the page called saved, must be a kept state;
- every run of signs that was typed must be in a kept state, with the signs before it, or in a
  text that the typist gave up where two windows disagreed; a field in which only one window
  wrote must end exactly as it was typed, and never ask which text is meant;
- what was being composed must stand in the field after a cut that the page survives.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl
from uuid import UUID

import sqlalchemy as sa
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Error,
    Page,
    Request,
    Response,
    sync_playwright,
)

from reviewapp.adapters.catalogue import compile_all
from reviewapp.db.models import Account
from reviewapp.db.session import Database
from reviewapp.services import review_states, reviews
from tests import people, rows
from tests.e2e.conftest import CHROMIUM_FLAGS, Site, make_site

VETO = rows._LOADED["key-project"].vetoes[0].id
#: name of the input -> field of a state and its part
FIELDS = {
    "reason-outline": ("criterion-outline", "reason"),
    "reason-elements": ("criterion-elements", "reason"),
    "opinion": ("opinion", "opinion"),
    f"veto-{VETO}": (f"veto-{VETO}", "ground"),
}
PHRASES = (
    "绩效目标表述笼统",
    "未细化到年度",
    "指标权重合计不为100分",
    "缺少佐证材料",
    "问题与扣分不对应",
    "样本量不足30份",
    "建议可操作性不强",
    "结论与得分矛盾",
)
SPELLINGS = (("mubiao", "目标"), ("zhibiao", "指标"), ("koufen", "扣分"), ("jianyi", "建议"))
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
        self.kinds: dict[str, Callable[[str], None]] = {
            "network": self._network,
            "web": self._web,
            "worker": self._worker,
            "session": self._session,
            "window closed": self._close,
            "window reloaded": self._reload,
            "second window": self._second,
        }
        self.weights = (3, 3, 2, 2, 3, 3, 4)
        self.page = self._open()
        self._sign_in(self.page)
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

    def _open(self) -> Page:
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

    def _sign_in(self, page: Page) -> None:
        if "/sign-in" not in page.url:
            page.goto("/sign-in")
        page.fill("[name=login]", "chen")
        page.fill("[name=password]", people.PASSWORD)
        page.click("main button[type=submit]")
        page.wait_for_url(lambda url: "/sign-in" not in url)

    def _value(self, name: str, page: Page | None = None) -> str:
        return (page or self.page).locator(f"[name={name}]").input_value()

    def _focus(self, name: str, page: Page | None = None) -> None:
        page = page or self.page
        page.locator(f"[name={name}]").focus()
        page.keyboard.press("Control+End")

    def _until(self, true: Callable[[], bool], what: str, page: Page | None = None) -> None:
        ends = time.monotonic() + PATIENCE
        while not true():
            if time.monotonic() > ends:
                raise Lost(what)
            (page or self.page).wait_for_timeout(50)

    # --- typing ---------------------------------------------------------------------------

    def some_kinds(self, cuts: int) -> list[str]:
        """Choose what happens: each kind of cut once where there is room, in a random order."""
        kinds = list(self.kinds)[:cuts]
        kinds += self.rng.choices(list(self.kinds), self.weights, k=cuts - len(kinds))
        self.rng.shuffle(kinds)
        return kinds

    def type_with_a_cut(self, kind: str) -> None:
        """Type one text; somewhere in it the cut comes, perhaps while composing."""
        name = self.rng.choice(list(FIELDS))
        self.tally.cuts[kind] += 1
        self._settle(self.page, sure=name in self.contested)
        start = self._value(name) if name in self.contested else self.model[name]
        self.model[name] = start
        self._focus(name)
        text = f"{self.tally.texts}、{self.rng.choice(PHRASES)}；"
        self.tally.texts += 1
        at = self.rng.randrange(1, len(text))
        for index, sign in enumerate(text):
            if index == at:
                self._break(name)
                if self.rng.random() < 0.4:
                    self._cut_while_composing(name, kind)
                else:
                    self.kinds[kind](name)
                self._break(name)
            self._type(name, sign)
            if self.rng.random() < 0.1:  # a slip of the finger
                self.page.keyboard.insert_text("误")
                self.page.keyboard.press("Backspace")
            self.page.wait_for_timeout(self.rng.choice((0, 5, 20, 60)))
        self._break(name)
        if name not in self.contested:
            self.typed.append((name, self.model[name][len(start) :]))
        self._note_what_the_page_says()

    def _type(self, name: str, signs: str) -> None:
        self.page.keyboard.insert_text(signs)
        self._wrote(name, signs)

    def _wrote(self, name: str, signs: str) -> None:
        self.model[name] += signs
        self.run += signs

    def _break(self, name: str, page: Page | None = None) -> None:
        """End a run: it must be kept as it stands now, with the signs before it."""
        run, self.run = self.run, ""
        if not run:
            return
        self.tally.runs += 1
        self.tally.characters += len(run)
        stands = self._value(name, page)
        # Another text may have come into a field that two windows write in.
        with_context = stands[-len(run) - CONTEXT :] if stands.endswith(run) else run
        self.typed.append((name, with_context))

    def _cut_while_composing(self, name: str, kind: str) -> None:
        """Spell a word, cut in the middle of it, choose its signs."""
        spelling, signs = self.rng.choice(SPELLINGS)
        devtools = self.context.new_cdp_session(self.page)
        self.tally.composing += 1
        page, stop = self.page, self.rng.randrange(1, len(spelling))
        for length in range(1, stop + 1):
            self._spell(devtools, spelling[:length])
        self.spelled = spelling[:stop]
        self.kinds[kind](name)
        left, self.spelled = self.spelled, ""
        is_sure = name not in self.contested
        if self.page is page and self._is_composing():
            if is_sure and self._value(name) != self.model[name] + left:
                raise Lost(f"composing {left!r} on {self.model[name]!r}: {self._value(name)!r}")
            for length in range(stop, len(spelling) + 1):
                self._spell(devtools, spelling[:length])
            devtools.send("Input.insertText", {"text": signs})
            self._wrote(name, signs)
        else:
            # With its window or its focus the composition ended; a browser may leave the letters.
            if not (is_sure and left and self._value(name) == self.model[name] + left):
                left = ""
            self.model[name] += left
            self._type(name, signs)

    def _is_composing(self) -> bool:
        return bool(self.page.evaluate("window.isComposingHere === true"))

    def _spell(self, devtools: object, text: str) -> None:
        devtools.send(  # type: ignore[attr-defined]
            "Input.imeSetComposition",
            {"text": text, "selectionStart": len(text), "selectionEnd": len(text)},
        )
        self.page.wait_for_timeout(self.rng.choice((10, 80, 250)))

    def _note_what_the_page_says(self) -> None:
        said: list[list[str]] = self.page.evaluate(
            """() => Array.from(document.querySelectorAll('[data-save]'))
                .filter(part => !part.dataset.unsaved
                    && document.getElementById('s-' + part.id).textContent.includes('已保存'))
                .flatMap(part => Array.from(part.querySelectorAll('textarea'))
                    .map(field => [field.name, field.value]))"""
        )
        self.acked += [(name, text) for name, text in said if name in FIELDS]

    # --- cuts -----------------------------------------------------------------------------

    def _type_on(self, name: str) -> None:
        """Type a few characters more while something is cut."""
        if self._is_composing():
            return  # a composition is open; its characters come when it is chosen
        for sign in self.rng.choice(("，", "且", "另外", "")):
            self._type(name, sign)
        self._break(name)

    def _pause(self, longest: int = 900) -> None:
        self.page.wait_for_timeout(self.rng.randrange(longest))

    def _network(self, name: str) -> None:
        self.context.set_offline(True)
        self._type_on(name)
        self._pause(1500)
        self.context.set_offline(False)

    def _web(self, name: str) -> None:
        self.site.kill("web")
        self._type_on(name)
        self._pause()
        self.site.start_web()

    def _worker(self, name: str) -> None:
        self.site.kill("worker")
        self._type_on(name)
        self.site.start_worker()

    def _session(self, name: str) -> None:
        if self.rng.random() < 0.5:
            with self.database.transaction() as session:
                session.execute(sa.update(Account).values(session_epoch=Account.session_epoch + 1))
        else:
            self.context.clear_cookies()
        self._type_on(name)
        self._pause()
        part = self.page.locator("[data-save]").filter(has=self.page.locator(f"[name={name}]"))
        link = part.locator("a[data-sign-in]")
        try:
            if self.rng.random() < 0.5:
                link.click(timeout=4000)
        except Error:
            pass  # nothing was sent yet that found out, or the cookie came back on its way
        if "/sign-in" not in self.page.url:
            # In another window then, and this one goes on by itself.
            other = self._open()
            other.goto("/sign-in")
            if "/sign-in" in other.url:
                self._sign_in(other)
            other.close()
            return
        self._sign_in(self.page)
        self._came_back(name)
        focused = self.page.evaluate("document.activeElement && document.activeElement.name")
        if focused != name:
            raise Lost(f"signing in again led to {focused}, not to {name}")

    def _close(self, name: str) -> None:
        self.page.close()
        self.page = self._open()
        self.page.goto(self.address)
        self._came_back(name)

    def _reload(self, name: str) -> None:
        self.page.reload()
        self._came_back(name)

    def _came_back(self, name: str) -> None:
        """Wait until what was typed stands in the field again, and go to its end."""
        if name in self.contested:
            self.page.wait_for_timeout(800)
            self._settle(self.page, sure=True)
            self.model[name] = self._value(name)
        else:
            wanted = (self.model[name], self.model[name] + self.spelled)
            self._until(lambda: self._value(name) in wanted, f"{name} lacks {wanted[0]!r}")
            self.page.wait_for_timeout(100)
            if self._value(name) != wanted[0]:
                self.model[name], self.spelled = wanted[1], ""
        self._focus(name)

    def _second(self, name: str) -> None:
        """Write in a second window, sometimes in the same field, and close one of the two."""
        other = self._open()
        other.goto(self.address)
        there = name if self.rng.random() < 0.3 else self.rng.choice(list(FIELDS))
        if there == name:
            self.contested.add(name)
        elif there not in self.contested:
            wanted = self.model[there]
            self._until(
                lambda: self._value(there, other) == wanted, f"{there} lacks {wanted!r}", other
            )
        self._settle(other, sure=False)
        self._focus(there, other)
        text = f"{self.tally.texts}、第二窗口：{self.rng.choice(PHRASES)}；"
        self.tally.texts += 1
        for sign in text:
            other.keyboard.insert_text(sign)
            other.wait_for_timeout(self.rng.choice((0, 10)))
        self.run = text
        self._break(there, other)
        if there != name:
            self.model[there] += text
        is_settled = there == name or self.rng.random() < 0.5
        if is_settled:
            self._settle(other, sure=True)
            self._until(lambda: self._is_settled(other), "the second window never settles", other)
        other.close()
        self.page.bring_to_front()
        if there != name and there not in self.contested:
            if not is_settled:
                # Its last keys lie in the browser: the next window that opens brings them.
                self.page.reload()
                self._came_back(name)
            wanted = self.model[there]
            self._until(lambda: self._value(there) == wanted, f"{there} lacks {wanted!r}")
        elif there == name:
            self.page.wait_for_timeout(100)

    # --- two windows disagree -------------------------------------------------------------

    def _settle(self, page: Page, *, sure: bool) -> None:
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
                self.dropped.append((name, self._value(name, page)))
                section.locator("[data-drop]").click()
            else:
                section.locator("[data-keep]").click()
            page.wait_for_timeout(400)

    def _is_settled(self, page: Page) -> bool:
        self._settle(page, sure=True)
        return page.locator("[data-unsaved]").count() == 0

    # --- the end --------------------------------------------------------------------------

    def finish(self) -> Tally:
        """Let everything arrive and compare."""
        self._until(lambda: self._is_settled(self.page), "the page never settles")
        self.page.goto(self.address)
        self.page.wait_for_timeout(1000)
        self._until(lambda: self._is_settled(self.page), "the page never settles")
        left = self.page.evaluate(
            "Object.keys(localStorage).filter(key => key.startsWith('unsaved/')).length"
        )
        if left or self.errors:
            raise Lost(f"{left} copies are left; script errors: {self.errors}")
        with self.database.read() as session:
            kept = review_states.history(session, self.review_id)
        texts: dict[str, set[str]] = {
            name: {one.state.get(key, {}).get(part, "") for one in kept} | {""}
            for name, (key, part) in FIELDS.items()
        }
        missing = [(name, text) for name, text in self.acked if text not in texts[name]]
        if missing:
            raise Lost(f"acknowledged and not kept: {missing[:3]}")
        for name, text in self.typed:
            if any(text in one for one in texts[name]):
                continue
            if not any(field == name and text in one for field, one in self.dropped):
                raise Lost(f"typed into {name} and not kept: {text!r}")
            self.tally.given_up += 1
        for name, wanted in self.model.items():
            key, part = FIELDS[name]
            stands = kept[-1].state.get(key, {}).get(part, "")
            if name not in self.contested and stands != wanted:
                raise Lost(f"{name} should end {wanted[-40:]!r} and ends {stands[-40:]!r}")
        self.tally.acknowledged = len(self.acked)
        self.tally.acknowledged_characters = sum(len(text) for _name, text in self.acked)
        self.tally.states = len(kept)
        return self.tally


def prove(
    browser: Browser,
    folder: Path,
    *,
    cuts: int,
    seed: int,
    most_seconds: float = 3600,
) -> Tally:
    """Type through `cuts` cuts in a site in `folder`; fewer where the time is over before.

    Raises Lost where a character is missing.
    """
    site = make_site(folder)
    began = time.monotonic()
    try:
        site.start_web()
        site.start_worker()
        typist = Typist(site, browser, seed)
        for number, kind in enumerate(typist.some_kinds(cuts), start=1):
            if time.monotonic() - began > most_seconds:
                break
            try:
                typist.type_with_a_cut(kind)
            except Lost as lost:
                raise Lost(f"cut {number} ({kind}), seed {seed}: {lost}") from lost
        tally = typist.finish()
        typist.context.close()
    finally:
        site.stop()
    tally.seconds = time.monotonic() - began
    return tally


@contextmanager
def _chromium() -> Iterator[Browser]:
    import shutil

    with sync_playwright() as playwright:
        yield playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=CHROMIUM_FLAGS
        )


def main() -> int:
    """Run the proof and print what happened."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cuts", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--minutes", type=float, default=60, help="stop after so long")
    arguments = parser.parse_args()
    compile_all()
    print(f"seed {arguments.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="reviewapp-proof-") as folder, _chromium() as browser:
        try:
            tally = prove(
                browser,
                Path(folder) / "site",
                cuts=arguments.cuts,
                seed=arguments.seed,
                most_seconds=arguments.minutes * 60,
            )
        except Lost as lost:
            print(f"LOST: {lost}")
            return 1
    print(tally)
    return 0


if __name__ == "__main__":
    sys.exit(main())
