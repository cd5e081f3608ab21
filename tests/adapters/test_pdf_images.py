"""Pictures of pages and the folder that keeps them."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest
from PIL import Image

from reviewapp.adapters import child
from reviewapp.adapters.child import ChildRefused
from reviewapp.adapters.page_images import MAX_SIDE, PageImages, render
from tests.adapters import pdf_builders as build


def size(image: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(image)) as opened:
        assert opened.format == "WEBP"
        return opened.size


def test_pages_are_drawn_at_the_asked_resolution(tmp_path: Path) -> None:
    path = build.with_text(tmp_path / "a.pdf", [build.prose()] * 3)
    images = render(path, [1, 3, 9], dpi=72)
    assert sorted(images) == [1, 3]
    assert size(images[1]) == pytest.approx((595, 842), abs=1)


def test_a_huge_page_is_drawn_small(tmp_path: Path) -> None:
    images = render(build.huge_page(tmp_path / "a.pdf"), [1])
    assert max(size(images[1])) <= MAX_SIDE


def test_a_turned_page_is_drawn_turned(tmp_path: Path) -> None:
    width, height = size(render(build.turned(tmp_path / "a.pdf", 90), [1])[1])
    assert width > height


def test_chinese_text_is_drawn_where_the_system_has_no_chinese_font(tmp_path: Path) -> None:
    path = build.with_text(tmp_path / "a.pdf", [[(72, 100, 40, "绩效评价报告")]])

    def darkness(fonts: list[str]) -> int:
        arguments = {"pages": [1], "dpi": 40, "max_side": 900, "fonts": fonts}
        data = child.run("reviewapp.adapters.pdf_child:render", path, arguments)
        with Image.open(io.BytesIO(data[8:])) as image:
            return sum(image.convert("L").histogram()[:128])

    bundled = darkness([str(files("pylopdf_fonts_zh_cn"))])
    assert bundled > 100
    assert bundled != darkness([str(tmp_path)])


def test_a_locked_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ChildRefused):
        render(build.encrypted(tmp_path / "a.pdf", owner="o", user="u"), [1])


def test_the_folder_draws_the_next_pages_too_and_needs_the_file_no_more(tmp_path: Path) -> None:
    path = build.with_text(tmp_path / "a.pdf", [build.prose()] * 6)
    images = PageImages(tmp_path / "kept")
    first = images.get("ab12", path, 2, dpi=50)
    path.unlink()
    assert images.get("ab12", path, 2, dpi=50) == first
    assert images.get("ab12", path, 5, dpi=50)
    with pytest.raises(child.ChildDied, match="No such file"):
        images.get("ab12", path, 1, dpi=50)


def test_a_page_that_is_not_there_is_a_key_error(tmp_path: Path) -> None:
    path = build.with_text(tmp_path / "a.pdf", [build.prose()])
    with pytest.raises(KeyError):
        PageImages(tmp_path / "kept").get("ab12", path, 7)


def test_readers_at_once_see_whole_pictures(tmp_path: Path) -> None:
    path = build.with_text(tmp_path / "a.pdf", [build.prose()] * 2)
    images = PageImages(tmp_path / "kept")
    found: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: found.append(images.get("ab12", path, 1, dpi=50)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(found) == 4
    assert {size(image) for image in found} == {size(found[0])}
    assert not list((tmp_path / "kept").rglob("*.part"))


def test_a_name_that_is_no_hash_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="sha256"):
        PageImages(tmp_path).get("../x", tmp_path / "a.pdf", 1)


@pytest.mark.parametrize(
    "build_bomb",
    [
        build.flate_bomb,
        build.recursive_form,
        lambda path: build.many_paths(path, 4_000_000),
    ],
    ids=["unpacks to 600 MB", "draws itself", "4 million lines"],
)
def test_drawing_is_limited_too(tmp_path: Path, build_bomb: Callable[[Path], Path]) -> None:
    limits = child.Limits(memory=700_000_000, cpu_seconds=3, wall_seconds=5)
    bomb = build_bomb(tmp_path / "a.pdf")
    began = time.monotonic()
    with pytest.raises((child.ChildDied, child.ChildRefused)):
        render(bomb, [1], limits=limits)
    assert time.monotonic() - began < 8
    good = build.with_text(tmp_path / "b.pdf", [build.prose()])
    assert set(render(good, [1])) == {1}
