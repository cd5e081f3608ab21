"""What happens to who writes: each kind of cut of the proof, while typing and composing."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from playwright.sync_api import Browser, Error

from reviewapp.db.models import Account
from tests.e2e.conftest import Site
from tests.e2e.rating_typist import FIELDS, Lost, Typist

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


class Interrupted(Typist):
    """A typist who is interrupted."""

    def __init__(self, site: Site, browser: Browser, seed: int) -> None:
        super().__init__(site, browser, seed)
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
        self.settle(self.page, sure=name in self.contested)
        start = self.value(name) if name in self.contested else self.model[name]
        self.model[name] = start
        self.focus(name)
        text = f"{self.tally.texts}、{self.rng.choice(PHRASES)}；"
        self.tally.texts += 1
        at = self.rng.randrange(1, len(text))
        for index, sign in enumerate(text):
            if index == at:
                self.end_run(name)
                if self.rng.random() < 0.4:
                    self._cut_while_composing(name, kind)
                else:
                    self.kinds[kind](name)
                self.end_run(name)
            self.type_signs(name, sign)
            if self.rng.random() < 0.1:  # a slip of the finger
                self.page.keyboard.insert_text("误")
                self.page.keyboard.press("Backspace")
            self.page.wait_for_timeout(self.rng.choice((0, 5, 20, 60)))
        self.end_run(name)
        if name not in self.contested:
            self.typed.append((name, self.model[name][len(start) :]))
        self.note_what_the_page_says()

    def _cut_while_composing(self, name: str, kind: str) -> None:
        """Spell a word, cut in the middle of it, choose its signs."""
        spelling, signs = self.rng.choice(SPELLINGS)
        devtools = self.context.new_cdp_session(self.page)
        self.tally.composing += 1
        page, stop = self.page, self.rng.randrange(1, len(spelling))
        for length in range(1, stop + 1):
            self.spell(devtools, spelling[:length])
        self.spelled = spelling[:stop]
        self.kinds[kind](name)
        left, self.spelled = self.spelled, ""
        is_sure = name not in self.contested
        if self.page is page and self.is_composing():
            if is_sure and self.value(name) != self.model[name] + left:
                raise Lost(f"composing {left!r} on {self.model[name]!r}: {self.value(name)!r}")
            for length in range(stop, len(spelling) + 1):
                self.spell(devtools, spelling[:length])
            devtools.send("Input.insertText", {"text": signs})
            self.wrote(name, signs)
        else:
            # With its window or its focus the composition ended; a browser may leave the letters.
            if not (is_sure and left and self.value(name) == self.model[name] + left):
                left = ""
            self.model[name] += left
            self.type_signs(name, signs)

    # --- cuts -----------------------------------------------------------------------------

    def _type_on(self, name: str) -> None:
        """Type a few characters more while something is cut."""
        if self.is_composing():
            return  # a composition is open; its characters come when it is chosen
        for sign in self.rng.choice(("，", "且", "另外", "")):
            self.type_signs(name, sign)
        self.end_run(name)

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
            other = self.open_window()
            other.goto("/sign-in")
            if "/sign-in" in other.url:
                self.sign_in(other)
            other.close()
            return
        self.sign_in(self.page)
        self.came_back(name)
        focused = self.page.evaluate("document.activeElement && document.activeElement.name")
        if focused != name:
            raise Lost(f"signing in again led to {focused}, not to {name}")

    def _close(self, name: str) -> None:
        self.page.close()
        self.page = self.open_window()
        self.page.goto(self.address)
        self.came_back(name)

    def _reload(self, name: str) -> None:
        self.page.reload()
        self.came_back(name)

    def _second(self, name: str) -> None:
        """Write in a second window, sometimes in the same field, and close one of the two."""
        other = self.open_window()
        other.goto(self.address)
        there = name if self.rng.random() < 0.3 else self.rng.choice(list(FIELDS))
        if there == name:
            self.contested.add(name)
        elif there not in self.contested:
            wanted = self.model[there]
            self.until(
                lambda: self.value(there, other) == wanted, f"{there} lacks {wanted!r}", other
            )
        self.settle(other, sure=False)
        self.focus(there, other)
        text = f"{self.tally.texts}、第二窗口：{self.rng.choice(PHRASES)}；"
        self.tally.texts += 1
        for sign in text:
            other.keyboard.insert_text(sign)
            other.wait_for_timeout(self.rng.choice((0, 10)))
        self.run = text
        self.end_run(there, other)
        if there != name:
            self.model[there] += text
        is_settled = there == name or self.rng.random() < 0.5
        if is_settled:
            self.settle(other, sure=True)
            self.until(lambda: self.is_settled(other), "the second window never settles", other)
        other.close()
        self.page.bring_to_front()
        if there != name and there not in self.contested:
            if not is_settled:
                # Its last keys lie in the browser: the next window that opens brings them.
                self.page.reload()
                self.came_back(name)
            wanted = self.model[there]
            self.until(lambda: self.value(there) == wanted, f"{there} lacks {wanted!r}")
        elif there == name:
            self.page.wait_for_timeout(100)
