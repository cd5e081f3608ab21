"""The space between two sentences of a template: one in English, none in Chinese.

Chinese full-width punctuation brings its own space. Templates are written as English wants them;
this is the only place that knows better.
"""

from __future__ import annotations

import re

from flask import Flask
from jinja2.ext import Extension

from reviewapp.web.support.language import locale

#: an output of _() or ngettext() whose msgid ends a sentence, and what parts it from what follows
_SENTENCE = re.compile(
    r'(\{\{ (?:_\(|ngettext\("[^"]*", )"[^"]*[.!?:]"[^{}]*\) \}\})'
    r"((?:\s|\{%[^%]*%\})+)(?=\{\{|<a |<b>|<strong|<time)"
)
_SPACE = re.compile(r"(\{%[^%]*%\})|\s+")


class Sentences(Extension):
    """Puts `sentence_gap()` between a sentence and what follows it, in the same lines."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Return the template's source with the gaps in it."""
        return _SENTENCE.sub(lambda found: found[1] + _SPACE.sub(_gap, found[2]), source)


def sentence_gap() -> str:
    """Return what stands between two sentences in the reader's language."""
    return " " if locale() == "en" else ""


def init_sentences(app: Flask) -> None:
    """Make the templates know how sentences follow one another."""
    app.jinja_env.globals["sentence_gap"] = sentence_gap
    app.jinja_env.add_extension(Sentences)


def _gap(found: re.Match[str]) -> str:
    """Keep a tag; write a space as a call that spans as many lines, for the line of an error."""
    return found[1] or "{{ sentence_gap()" + "\n" * found[0].count("\n") + " }}"
