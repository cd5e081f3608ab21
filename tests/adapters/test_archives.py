"""ZIPs as people pack them: names in old encodings, rubbish members, damaged ones."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from reviewapp.adapters.archives import (
    ArchiveRefused,
    MemberDamaged,
    directory_bytes,
    open_archive,
)


def packed(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def names(path: Path) -> list[tuple[str, bool]]:
    with open_archive(path, max_members=10, max_bytes=10_000) as archive:
        return [(member.name, member.is_unsafe) for member in archive.members]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_a_name_without_the_utf8_flag_is_read_as_it_was_meant(
    tmp_path: Path, encoding: str
) -> None:
    meant = "道路养护报告.pdf"
    raw = meant.encode(encoding)
    path = packed(tmp_path / "a.zip", {"x" * len(raw): b"1"})
    path.write_bytes(path.read_bytes().replace(b"x" * len(raw), raw))
    assert names(path) == [(meant, False)]


def test_rubbish_of_operating_systems_is_passed_over(tmp_path: Path) -> None:
    members = dict.fromkeys(["__MACOSX/._a.pdf", "b/.DS_Store", "b/Thumbs.db", "b/a.pdf"], b"1")
    assert names(packed(tmp_path / "a.zip", members)) == [("a.pdf", False)]


@pytest.mark.parametrize("name", ["../a.pdf", "/etc/a.pdf", "b\\..\\..\\a.pdf", "C:\\a.pdf"])
def test_a_name_that_leads_out_is_marked(tmp_path: Path, name: str) -> None:
    assert names(packed(tmp_path / "a.zip", {name: b"1"})) == [("a.pdf", True)]


def test_a_link_is_marked(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("a.pdf")
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(info, "/etc/passwd")
    assert names(tmp_path / "a.zip") == [("a.pdf", True)]


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({str(n): b"1" for n in range(11)}, "archive-too-many"),
        ({"a": bytes(20_000)}, "archive-too-large"),
    ],
)
def test_too_much_is_refused_before_anything_is_unpacked(
    tmp_path: Path, members: dict[str, bytes], code: str
) -> None:
    with pytest.raises(ArchiveRefused) as caught:
        names(packed(tmp_path / "a.zip", members))
    assert caught.value.code == code


def test_what_is_no_zip_or_needs_a_password_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(ArchiveRefused, match="archive-damaged"):
        names(tmp_path / "a.zip")
    path = packed(tmp_path / "b.zip", {"a": b"1"})
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    with pytest.raises(ArchiveRefused, match="archive-encrypted"):
        names(path)


def test_a_size_that_lies_cannot_smuggle_more_out(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", {"a": bytes(5000)})
    content = path.read_bytes()
    size = (5000).to_bytes(4, "little")
    path.write_bytes(content.replace(size, (50).to_bytes(4, "little")))
    got = io.BytesIO()
    with (
        open_archive(path, max_members=10, max_bytes=100) as archive,
        pytest.raises(MemberDamaged),
        archive.stream(archive.members[0]) as stream,
    ):
        got.write(stream.read())
    assert len(got.getvalue()) <= 50


@pytest.mark.parametrize("is_long", [False, True])
def test_a_list_of_a_million_members_is_refused_before_it_is_read(
    tmp_path: Path, is_long: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.zip"
    if is_long:
        monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 100)  # writes ZIP64 from there on
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(200):
            archive.writestr(f"{number}.pdf", b"")
    assert directory_bytes(path) == 200 * 46 + sum(len(f"{n}.pdf") for n in range(200))
    monkeypatch.setattr("reviewapp.adapters.archives.MAX_DIRECTORY_BYTES", 1000)

    def read_all(*_: object) -> None:
        raise AssertionError("the members were listed")

    monkeypatch.setattr(zipfile, "ZipFile", read_all)

    with pytest.raises(ArchiveRefused, match="archive-too-many"):
        names(path)
