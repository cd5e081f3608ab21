"""House rules of the templates, read from their syntax trees."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from tests.conftest import ROOT

TEMPLATES = ROOT / "templates"
PAGES = sorted(TEMPLATES.rglob("*.html"))
ENVIRONMENT = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)


def _id(path: Path) -> str:
    return str(path.relative_to(TEMPLATES))


def _tree(path: Path) -> nodes.Template:
    return ENVIRONMENT.parse(path.read_text(encoding="utf-8"))


def _bound_outside_blocks(tree: nodes.Template) -> set[str]:
    names: set[str] = set()
    for node in tree.body:
        if isinstance(node, nodes.FromImport):
            names |= {n[1] if isinstance(n, tuple) else n for n in node.names}
        elif isinstance(node, nodes.Import):
            names.add(node.target)
        elif isinstance(node, nodes.Assign) and isinstance(node.target, nodes.Name):
            names.add(node.target.name)
    return names


def _loaded_in_blocks(tree: nodes.Template) -> Iterator[str]:
    for block in tree.find_all(nodes.Block):
        for name in block.find_all(nodes.Name):
            if name.ctx == "load":
                yield name.name


@pytest.mark.parametrize("path", PAGES, ids=_id)
def test_a_block_stands_alone(path: Path) -> None:
    """render_block never runs a template's top level: what a block needs is bound inside it."""
    tree = _tree(path)
    if tree.find(nodes.Extends):
        assert not _bound_outside_blocks(tree) & set(_loaded_in_blocks(tree))


@pytest.mark.parametrize("path", PAGES, ids=_id)
def test_nothing_is_inline_or_marked_safe(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\|\s*safe\b", text)
    assert not re.search(r"<[^>]*\sstyle=", text)
    assert not re.search(r"<style\b", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"\son[a-z]+=", text)
    assert not re.search(r"hx-on|hx-boost|js:", text)


@pytest.mark.parametrize("path", PAGES, ids=_id)
def test_every_form_works_without_javascript(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for form in re.findall(r"<form\b.*?</form>", text, flags=re.S):
        head = re.match(r"<form\b(?:[^>\"']|\"[^\"]*\"|'[^']*')*>", form)
        assert head
        assert "method=" in head.group(), head.group()
        assert "action=" in head.group(), head.group()
        if 'method="post"' in head.group():
            assert "csrf" in form, head.group()


@pytest.mark.parametrize("path", [p for p in PAGES if not p.name.startswith("_")], ids=_id)
def test_every_page_has_a_title(path: Path) -> None:
    tree = _tree(path)
    if not tree.find(nodes.Extends) or path.parent.name in {"layouts", "components"}:
        return
    assert "title" in {block.name for block in tree.find_all(nodes.Block)}


@pytest.mark.parametrize("path", PAGES, ids=_id)
def test_no_words_stand_outside_the_catalogue(path: Path) -> None:
    """Chinese belongs into the catalogue or into data, never into a template."""
    text = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.S)
    text = text.replace("中文", "")  # the name of the language in itself, on its switch
    assert not re.findall(r"[一-鿿]+", text)
