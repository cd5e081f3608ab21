"""rubrics/notice/*.yaml → Wording and ProblemRule; an error says file, key and what was expected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from reviewapp.domain.common_problems import ProblemRule
from reviewapp.domain.errors import N_, DomainError, Invalid
from reviewapp.domain.notice.wording import DefaultRequirement, Wording

DEFAULT_WORDING = Path(__file__).resolve().parents[2] / "rubrics" / "notice" / "wording.yaml"

DEFAULT_PROBLEMS = DEFAULT_WORDING.with_name("common-problems.yaml")


def load_problem_rule(path: Path = DEFAULT_PROBLEMS) -> ProblemRule:
    """Read when a problem is common, or raise Invalid with the file's name and what is wrong."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise _wrong(path, "", str(error)) from error
    names = ProblemRule.__dataclass_fields__
    if not isinstance(data, dict) or data.keys() - names.keys():
        raise _wrong(path, "", f"a mapping of {', '.join(names)} is expected")
    for key, value in data.items():
        if not isinstance(value, int) or isinstance(value, bool):
            raise _wrong(path, key, "a whole number is expected")
    try:
        return ProblemRule(**data)
    except DomainError as error:
        raise _wrong(path, "", str(error)) from error


def load_wording(path: Path = DEFAULT_WORDING) -> Wording:
    """Read a wording file, or raise Invalid with the file's name and the key that is wrong."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise _wrong(path, "", str(error)) from error
    if not isinstance(data, dict):
        raise _wrong(path, "", "a mapping is expected")
    try:
        return _wording(data, path)
    except DomainError as error:
        if error.values.get("file"):
            raise
        raise _wrong(path, error.field, str(error)) from error


def _wording(data: dict[str, Any], path: Path) -> Wording:
    slug, version = data.pop("slug", None), data.pop("version", None)
    if not isinstance(slug, str) or not isinstance(version, int):
        raise _wrong(path, "slug, version", "a text and a whole number are expected")
    named = data.pop("named", None)
    if not isinstance(named, dict):
        raise _wrong(path, "named", "a mapping is expected")
    section = data.get("requirements")
    default = section.pop("default", None) if isinstance(section, dict) else None
    if not isinstance(default, list):
        raise _wrong(path, "requirements.default", "a list is expected")
    return Wording(
        slug=slug,
        version=version,
        texts=dict(_flat(data, "", path)),
        requirements=tuple(_requirement(item, n, path) for n, item in enumerate(default, 1)),
        named=named,
    )


def _requirement(item: object, number: int, path: Path) -> DefaultRequirement:
    keys = {"heading", "text", "when"}
    if not isinstance(item, dict) or item.keys() != keys or not _all_text(item):
        raise _wrong(path, f"requirements.default.{number}", "heading, when and text are expected")
    return DefaultRequirement(heading=item["heading"], text=item["text"], when=item["when"])


def _all_text(item: Mapping[str, object]) -> bool:
    return all(isinstance(value, str) for value in item.values())


def _flat(data: Mapping[Any, Any], prefix: str, path: Path) -> Iterator[tuple[str, str]]:
    for key, value in data.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict):
            yield from _flat(value, f"{name}.", path)
        elif isinstance(value, str):
            yield name, value
        else:
            raise _wrong(path, name, "a text is expected")


def _wrong(path: Path, key: str, why: str) -> Invalid:
    return Invalid(
        N_("%(file)s, %(key)s: %(why)s"), field=key, file=path.name, key=key or "—", why=why
    )
