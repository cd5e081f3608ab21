"""The command `reviewapp`: each subcommand is a few lines over a service, imported when called."""

from __future__ import annotations

import argparse
import os
import secrets
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand and return the exit status."""
    parser = argparse.ArgumentParser(prog="reviewapp", description="Report rating platform")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_precheck(commands)
    for name, text, run, extend in _COMMANDS:
        sub = commands.add_parser(name, help=text, description=text)
        extend(sub)
        sub.set_defaults(run=run)
    arguments = parser.parse_args(argv)
    from reviewapp.config import SettingError
    from reviewapp.domain.errors import DomainError

    try:
        return int(arguments.run(arguments) or 0)
    except (SettingError, DomainError) as error:
        print(f"reviewapp: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _add_precheck(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from reviewapp import precheck_cli

    precheck_cli.add_parser(commands)


def _migrate(_arguments: argparse.Namespace) -> None:
    from reviewapp.config import Config, prepare_data_dir
    from reviewapp.db import migrate
    from reviewapp.db.session import Database

    prepare_data_dir()
    migrate.upgrade(Database(Config.from_env(os.environ).database_url))


def _worker(arguments: argparse.Namespace) -> None:
    import logging

    import reviewapp.tasks  # noqa: F401  (names the tasks)
    from reviewapp.adapters import rule_files
    from reviewapp.config import Config
    from reviewapp.db.session import Database
    from reviewapp.services.precheck_file import warm
    from reviewapp.worker import serve

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    config = Config.from_env(os.environ)
    Database(config.database_url).reach()
    rule_files.require(config.rubrics_dir)
    warm(rule_files.load(config.rubrics_dir / "precheck"))
    serve(config, threads=arguments.threads)


def _prepare(arguments: argparse.Namespace) -> None:
    """Make the data folder, migrate, and fill an empty database with the demo or a token."""
    from reviewapp.config import Config, flag, prepare_data_dir, require_address
    from reviewapp.db import migrate
    from reviewapp.db.queries.waiting import has_accounts
    from reviewapp.db.session import Database

    is_demo = flag({"DEMO": arguments.demo}, "DEMO", False)
    if arguments.listen:
        require_address(os.environ)
    prepare_data_dir()
    config = Config.from_env(os.environ)
    database = Database(config.database_url)
    migrate.upgrade(database)
    with database.read() as session:
        empty = not has_accounts(session)
    if empty and is_demo:
        from reviewapp.demo.build import build_demo

        build_demo(config)
    address = f"http://{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
    print(f"\n  {address}\n")
    if empty and not is_demo:
        _print_setup_token(config.data_dir, address)
    if is_demo:
        _print_sign_ins(database)


def _print_setup_token(data_dir: Path, address: str) -> None:
    path = data_dir / "setup-token"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(16), encoding="ascii")
    token = path.read_text(encoding="ascii").strip()
    print(f"  Set-up page: {address}/setup\n  Token: {token}\n")


def _print_sign_ins(database: Any) -> None:
    from reviewapp.demo.people import sign_ins

    with database.read() as session:
        known = sign_ins(session)
    for login, name, role, password in known:
        print(f"  {role:<14} {name:<6} {login:<12} {password}")
    print()


def _demo(arguments: argparse.Namespace) -> None:
    from reviewapp.config import Config, prepare_data_dir
    from reviewapp.db import migrate
    from reviewapp.db.session import Database
    from reviewapp.demo.build import build_stage

    prepare_data_dir()
    config = Config.from_env(os.environ)
    migrate.upgrade(Database(config.database_url))
    build_stage(config, stage=arguments.stage, seed=arguments.seed)


def _demo_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--stage",
        default="rating",
        choices=["intake", "rating", "settlement", "feedback", "published"],
    )
    parser.add_argument("--seed", type=int, default=1)


def _backup(arguments: argparse.Namespace) -> None:
    from reviewapp.config import Config
    from reviewapp.services import backup

    backup.backup(Config.from_env(os.environ), Path(arguments.folder))


def _restore(arguments: argparse.Namespace) -> None:
    from reviewapp.services import backup

    backup.restore(os.environ, Path(arguments.folder))


def _check(_arguments: argparse.Namespace) -> int:
    from reviewapp.config import Config
    from reviewapp.services import invariants

    problems = invariants.check(Config.from_env(os.environ))
    for problem in problems:
        print(problem)
    print(f"{len(problems)} problems" if problems else "ok")
    return 1 if problems else 0


def _messages(_arguments: argparse.Namespace) -> None:
    from reviewapp.adapters.catalogue import compile_all

    for path in compile_all():
        print(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def _rubrics(_arguments: argparse.Namespace) -> int:
    from reviewapp.adapters import rubric_files
    from reviewapp.config import ROOT

    folder = Path(os.environ.get("RUBRICS_DIR") or ROOT / "rubrics")
    for rubric in rubric_files.load_all(folder):
        print(f"{rubric.slug} {rubric.version} {rubric.content_hash[:12]} {rubric.title}")
    return 0


def _rules(arguments: argparse.Namespace) -> int:
    """Read every data file as a process would at its start, and say what each folder holds."""
    from reviewapp.adapters import (
        intake_words,
        notice_wording,
        offline_form,
        reminder_wording,
        rubric_files,
        rule_files,
    )
    from reviewapp.config import ROOT

    folder = Path(arguments.folder or os.environ.get("RUBRICS_DIR") or ROOT / "rubrics")
    rules = rule_files.load(folder / "precheck")
    print(f"precheck {rules.content_hash[:12]} {len(rules.checks)} checks")
    for rubric in rubric_files.load_all(folder):
        print(f"rubric {rubric.slug} {rubric.version} {rubric.content_hash[:12]}")
    rubric_files.load_round_rules(folder / "round-rules.yaml")
    intake_words.load_words(folder / "intake.yaml")
    notice_wording.load_wording(folder / "notice" / notice_wording.DEFAULT_WORDING.name)
    notice_wording.load_problem_rule(folder / "notice" / notice_wording.DEFAULT_PROBLEMS.name)
    offline_form.load(folder)
    reminder_wording.load(folder)
    print("ok")
    return 0


def _rules_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("act", choices=["check"])
    parser.add_argument("folder", metavar="DIR", nargs="?")


def _none(_parser: argparse.ArgumentParser) -> None:
    return None


def _folder(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="DIR")


def _threads(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--threads", type=int, default=2)


def _prepare_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--demo", default="0", metavar="0|1")
    parser.add_argument("--listen", action="store_true", help="stop where PORT is not free")


def _headings(_arguments: argparse.Namespace) -> None:
    from reviewapp.adapters import nlp, rule_files

    rules = rule_files.load()
    for outline in rules.outlines.values():
        nlp.heading_reader(outline, rules.language.headings)


_COMMANDS: list[
    tuple[
        str, str, Callable[[argparse.Namespace], object], Callable[[argparse.ArgumentParser], None]
    ]
] = [
    ("migrate", "bring the database to the newest schema", _migrate, _none),
    (
        "prepare",
        "make the data folder, migrate, fill an empty database",
        _prepare,
        _prepare_options,
    ),
    ("worker", "run background work", _worker, _threads),
    ("demo", "add a demonstration round", _demo, _demo_options),
    ("backup", "copy database, files and key consistently", _backup, _folder),
    ("restore", "restore a backup into an empty place", _restore, _folder),
    ("check", "check stored data against its invariants", _check, _none),
    ("rubrics", "validate the rubric files and list them", _rubrics, _none),
    ("rules", "validate the data files: rules check [DIR]", _rules, _rules_options),
    ("headings", "learn to read headings (else done when first needed)", _headings, _none),
    ("messages", "compile the translations", _messages, _none),
]
