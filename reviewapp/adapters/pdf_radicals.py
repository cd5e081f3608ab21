"""Maps CJK radicals, which some producers write for whole characters, to those characters.

Chromium and other Skia-based producers write 金 as U+2FA6 and 长 as U+2ED3. NFKC would turn them
back, but also （ into ( and ① into 1, and it does not know most of the supplement; so the two
radical blocks alone are mapped, U+2E80 to U+2FDF.
"""

from __future__ import annotations

import re
import unicodedata

# Radicals supplement, without what has no character of its own in use.
_SUPPLEMENT = (
    "⺁厂⺂乛⺃乚⺄乙⺅亻⺆冂⺈刀⺉刂⺊卜⺋㔾⺌小⺎兀⺏尣⺐尢⺒巳⺓幺⺔彑⺕彐⺖忄⺗㣺⺘扌⺙攵⺛旡⺝月⺞歺⺟母⺠民⺡氵⺢氺⺣灬"
    "⺤爫⺥爫⺦丬⺧牛⺨犭⺩王⺪疋⺫目⺬示⺭礻⺮竹⺯糹⺰纟⺱罓⺲罒⺶羊⺹耂⺺肀⺻聿⺼月⺽臼⺾艹⺿艹⻀艹⻁虎⻂衤⻃覀⻄西⻅见⻆角⻈讠⻉贝"
    "⻊足⻋车⻌辶⻍辶⻎辶⻏阝⻐钅⻑長⻒镸⻓长⻔门⻕阜⻖阝⻗雨⻘青⻙韦⻚页⻛风⻜飞⻝食⻟飠⻠饣⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾"
    "⻫斉⻬齐⻭歯⻮齿⻯竜⻰龙⻱龜⻲亀⻳龟"
)


def _table() -> dict[int, str]:
    table = {
        ord(radical): character
        for radical, character in zip(_SUPPLEMENT[::2], _SUPPLEMENT[1::2], strict=True)
    }
    for code in range(0x2F00, 0x2FE0):
        character = unicodedata.normalize("NFKC", chr(code))
        if character != chr(code):
            table[code] = character
    return table


RADICALS = _table()
_RADICAL = re.compile("[\u2e80-\u2fdf]")


def plain(text: str) -> str:
    """Return `text` with every CJK radical replaced by the character that it stands for."""
    return text.translate(RADICALS) if _RADICAL.search(text) else text
