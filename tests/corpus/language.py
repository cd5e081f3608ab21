"""Reports that are made for the checks of what a report says: flaws and near misses of them."""

from __future__ import annotations

from typing import Any

from tests.corpus.compose import Composer
from tests.corpus.model import Flaw, Spec
from tests.corpus.numbering import STYLES
from tests.corpus.words import HALVES

_WORDS = "flaws-language"
_OWN = ("cited-annex", "no-consultation", "wrong-name")
_BLOCKS = {"decision": "决策", "process": "过程", "output": "产出", "benefit": "效益"}
_FLAWS: tuple[tuple[str, ...], ...] = (
    ("annex-missing", "block-mislabelled", "signature-missing", "benefit-weight-low"),
    ("consultation-missing", "name-inconsistent", "problem-without-advice"),
    (),
    ("annex-missing", "name-inconsistent", "problem-without-advice"),
    ("consultation-missing", "block-mislabelled", "signature-missing"),
    (),
)
_LAYOUTS = ("plain", "summary-first", "merged-advice", "plain")


def specs(producers: list[str], count: int = 24) -> list[Spec]:
    """Return the reports in a fixed order; every flaw meets both halves and most producers."""
    found = []
    for index in range(count):
        flaws = _FLAWS[index % len(_FLAWS)]
        turn = index // len(_FLAWS)
        department = "block-mislabelled" not in flaws and (index + turn) % 3 == 0
        found.append(
            Spec(
                id=f"l{index:03}",
                kind="department" if department else "key-project",
                half=HALVES[(index + turn) % 2],
                producer=producers[(index + turn) % len(producers)],
                numbering=STYLES[(index + 2 * turn) % len(STYLES)],
                layout=_LAYOUTS[(index // 2 + turn) % len(_LAYOUTS)],
                table="merged",
                flaws=flaws,
                seed=900 + index,
            )
        )
    for index, half in enumerate(HALVES):  # only Typst's fonts need their Unicode map
        flaws = ("text-layer-garbled",)
        found.append(
            Spec(
                *(f"l9{index}0", "key-project", half, "typst", STYLES[index], "plain", "merged"),
                flaws=flaws,
                seed=990 + index,
            )
        )
    return found


class LanguageComposer(Composer):
    """Writes the same report with its own words for these flaws, and near misses in every one."""

    def say(self, *keys: str, name: str = "sentences", **values: Any) -> str:
        if keys[0] in _OWN or (keys[0] == "process_work" and self.random.random() < 0.8):
            name = _WORDS
        return super().say(*keys, name=name, **values)

    def _near(self, key: str, **values: Any) -> None:
        self.para(self.say(key, name=_WORDS, **values))

    def _method(self) -> None:
        super()._method()
        self._near("cited-annex-near")

    def _process(self) -> None:
        super()._process()
        self._near("consultation-near")

    def _conclusion(self) -> None:
        super()._conclusion()
        self._near("name-near")

    def _dimension(self, section: str) -> None:
        own = _BLOCKS[section]
        names = list(_BLOCKS.values())
        other = names[(names.index(own) + self.random.choice([1, 2, 3])) % len(names)]
        self._dimension_line(own)
        if self.has("block-mislabelled") and section == self._mislabelled():
            self.para(self.plant("block-mislabelled", self.say("block", name=_WORDS, other=other)))
        else:
            self.para(self.say(section))
            self._near("block-near", own=own, other=other)
        if section == "benefit":
            self._survey()

    def _mislabelled(self) -> str:
        return list(_BLOCKS)[self.spec.seed // 2 % len(_BLOCKS)]

    def _problem_pool(self) -> list[Any]:
        return self.words.all(_WORDS, "problems") + self.words.all("sentences", "problems")

    def _signatures(self) -> None:
        labels = {name: self.words.one(_WORDS, name) for name in ("lead", "seal")}
        self._near("signature-near")
        kept = [True, True]
        if self.has("signature-missing"):
            kept = self.random.choice([[False, False], [True, False], [False, True]])
            missing = [
                name for name, there in zip(("主评人", "公章"), kept, strict=True) if not there
            ]
            self.flaws.append(Flaw("signature-missing", None, "、".join(missing)))
        if kept[0]:
            self.para(f"{labels['lead']}：")
        if kept[1]:
            self.para(f"{labels['seal']}：")
