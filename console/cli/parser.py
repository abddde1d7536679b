"""The commands and their options; the work is done in the module that each names and is imported only then."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from importlib import import_module

from console.cli.common import BAD_INPUT, FAILED, choose_language, complain, use_utf8
from console.domain.problems import Refused
from console.texts import sentence, tr

Add = Callable[[argparse.ArgumentParser], None]


class _Help(argparse.RawDescriptionHelpFormatter):
    pass


def _options(parser: argparse.ArgumentParser, *names: str) -> None:
    """Options that several commands share, by name."""
    if "store" in names:
        parser.add_argument("--store", metavar="DIR|URL", help=tr("cli.option.store"))
    if "json" in names:
        parser.add_argument("--json", action="store_true", help=tr("cli.option.json"))
    if "since" in names:
        parser.add_argument("--since", metavar="TIME", default="", help=tr("cli.option.since"))
        parser.add_argument("--until", metavar="TIME", default="", help=tr("cli.option.until"))
    if "equipment" in names:
        parser.add_argument("--equipment", metavar="ID", default="", help=tr("cli.option.equipment"))
    if "account" in names:
        parser.add_argument("--account", metavar="NAME", default="", help=tr("cli.option.account"))
        parser.add_argument("--secret-stdin", action="store_true", help=tr("cli.option.secret_stdin"))
    if "ca" in names:
        parser.add_argument("--ca", metavar="FILE", default="", help=tr("cli.option.ca"))


class _Program:
    """One program's parser; ``command`` adds a command whose function is ``module:function``."""

    def __init__(self, name: str) -> None:
        self.parser = argparse.ArgumentParser(prog=name, description=tr(f"cli.program.{name}"), formatter_class=_Help)
        self.parser.add_argument("--lang", choices=("zh", "en"), help=tr("cli.option.lang"))
        self.parser.add_argument("--version", action="version", version=f"{name} {_version()}")
        self.commands = self.parser.add_subparsers(dest="command", metavar=tr("cli.command"))

    def command(self, name: str, function: str, *shared: str, key: str = "", example: str = "") -> argparse.ArgumentParser:
        key = key or name
        parser = self.commands.add_parser(
            name,
            help=tr(f"cli.{key}.help"),
            description=tr(f"cli.{key}.help"),
            epilog=tr("cli.example", line=example or f"{self.parser.prog} {name}"),
            formatter_class=_Help,
        )
        parser.set_defaults(function=function)
        _options(parser, *shared)
        return parser


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("building-console")
    except PackageNotFoundError:
        return "0"


def console_parser() -> Callable[[], argparse.ArgumentParser]:
    """``building-console``; made only after the language is known."""

    def make() -> argparse.ArgumentParser:
        program = _Program("building-console")
        run = program.command("run", "run:run", "store", "ca", example="building-console run --config site.yaml")
        run.add_argument("--config", metavar="FILE", help=tr("cli.option.config"))
        _window(run)
        demo = program.command("demo", "demo:demo", example="building-console demo --speed 20")
        demo.add_argument("--store", metavar="DIR", help=tr("cli.option.demo_store"))
        demo.add_argument("--speed", type=float, default=1.0, metavar="N", help=tr("cli.option.speed"))
        demo.add_argument("--seed", type=int, default=1, help=tr("cli.option.seed"))
        demo.add_argument("--calm", action="store_true", help=tr("cli.option.calm"))
        demo.add_argument("--no-window", action="store_true", help=tr("cli.option.no_window"))
        demo.add_argument("--no-injector", action="store_true", help=tr("cli.option.no_injector"))
        _window(demo)
        check = program.command("check", "files:check", "json", example="building-console check site.yaml")
        check.add_argument("file", metavar="FILE")
        program.command("schema", "files:schema", example="building-console schema > site.schema.json")
        program.command("status", "ask:status", "store", "json", "ca", example="building-console status --json")
        history = program.command(
            "history", "ask:history", "store", "since", "ca",
            example="building-console history T1-L1.current_floor --since 2026-11-21 --bucket 1m --format csv",
        )  # fmt: skip
        history.add_argument("point", metavar="POINT", nargs="+")
        history.add_argument("--bucket", metavar="1m", default="", help=tr("cli.option.bucket"))
        history.add_argument("--format", choices=("csv", "json"), default="csv", help=tr("cli.option.format"))
        for name in ("alarms", "faults", "orders"):
            listing = program.command(
                name, f"ask:{name}", "store", "json", "since", "equipment", "ca", example=f"building-console {name} --json"
            )
            listing.add_argument("--history", action="store_true", help=tr("cli.option.history"))
        importing = program.command(
            "import", "ask:import_", "store", "account", "ca", example="building-console import site.yaml --account chen"
        )
        importing.add_argument("file", metavar="FILE")
        importing.add_argument("--preview", action="store_true", help=tr("cli.option.preview"))
        exporting = program.command("export", "ask:export", "store", "ca", example="building-console export --out site.yaml")
        exporting.add_argument("--out", metavar="FILE", default="", help=tr("cli.option.out"))
        program.command("verify", "files:verify", "store", "json", example="building-console verify --store DIR")
        simulate = program.command("simulate", "demo:simulate", example="building-console simulate site.yaml")
        simulate.add_argument("file", metavar="FILE")
        simulate.add_argument("--clock", default="real", help=tr("cli.option.clock"))
        simulate.add_argument("--control", type=int, default=0, metavar="PORT", help=tr("cli.option.control"))
        simulate.add_argument("--seed", type=int, default=1, help=tr("cli.option.seed"))
        simulate.add_argument("--script", action="store_true", help=tr("cli.option.script"))
        simulate.add_argument("--broker", action="store_true", help=tr("cli.option.broker"))
        inject = program.command("inject", "demo:inject", example="building-console inject --port 15900")
        inject.add_argument("--port", type=int, required=True, help=tr("cli.option.control"))
        certificate = program.command(
            "certificate", "service:certificate", "store", example="building-console certificate --name console.example"
        )
        certificate.add_argument("--name", action="append", default=[], metavar="HOST", help=tr("cli.option.name"))
        pictures = program.command("screenshots", "pictures:screenshots", example="building-console screenshots docs/screenshots")
        pictures.add_argument("folder", metavar="DIR")
        return program.parser

    return make


def _window(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--station", metavar="NAME", default="", help=tr("cli.option.station"))
    parser.add_argument("--theme", choices=("control", "office"), default=None, help=tr("cli.option.theme"))
    parser.add_argument("--offscreen", action="store_true", help=tr("cli.option.offscreen"))
    parser.add_argument("--pictures", metavar="DIR", default="", help=tr("cli.option.pictures"))
    parser.add_argument("--picture-every", type=float, default=30.0, metavar="SECONDS", help=tr("cli.option.picture_every"))


def collector_parser() -> Callable[[], argparse.ArgumentParser]:
    """``building-collector``."""

    def make() -> argparse.ArgumentParser:
        program = _Program("building-collector")
        run = program.command("run", "service:run", "store", key="collect", example="building-collector run --config site.yaml")
        run.add_argument("--config", metavar="FILE", help=tr("cli.option.config"))
        run.add_argument("--host", default="127.0.0.1", help=tr("cli.option.host"))
        run.add_argument("--port", type=int, default=0, help=tr("cli.option.port"))
        run.add_argument("--cert", metavar="FILE", default="", help=tr("cli.option.cert"))
        run.add_argument("--key", metavar="FILE", default="", help=tr("cli.option.key"))
        check = program.command("check", "files:check", "json", example="building-collector check site.yaml")
        check.add_argument("file", metavar="FILE")
        plan = program.command("plan", "files:plan", "json", example="building-collector plan site.yaml")
        plan.add_argument("file", metavar="FILE")
        install = program.command("install", "service:install", "store", example="building-collector install --dry-run")
        install.add_argument("--dry-run", action="store_true", help=tr("cli.option.dry_run"))
        return program.parser

    return make


def execute(make: Callable[[], argparse.ArgumentParser], arguments: Sequence[str]) -> int:
    """Run one command line; a refusal becomes one sentence and exit code 1."""
    use_utf8()
    given = list(arguments)
    language, given = _take_language(given)
    choose_language(language)
    given = _join_negative_times(given)
    parser = make()
    if not given or (given[0].startswith("-") and given[0] not in ("-h", "--help", "--version")):
        given.insert(0, "run")
    try:
        parsed = parser.parse_args(given)
    except SystemExit as stop:
        return BAD_INPUT if stop.code else 0
    module, name = parsed.function.split(":")
    try:
        result = getattr(import_module(f"console.cli.{module}"), name)(parsed)
    except Refused as refusal:
        complain(sentence(refusal.problem))
        return FAILED
    except KeyboardInterrupt:
        return FAILED
    except BrokenPipeError:
        return FAILED
    return int(result)


def _join_negative_times(given: list[str]) -> list[str]:
    """``--since -1h``: argparse would take ``-1h`` for an option."""
    joined: list[str] = []
    for word in given:
        if joined and joined[-1] in ("--since", "--until") and word.startswith("-"):
            joined[-1] = f"{joined[-1]}={word}"
        else:
            joined.append(word)
    return joined


def _take_language(given: list[str]) -> tuple[str | None, list[str]]:
    """``--lang X`` may stand anywhere; it is needed before the parser speaks."""
    for place, word in enumerate(given):
        if word == "--lang" and place + 1 < len(given):
            return given[place + 1], given[:place] + given[place + 2 :]
        if word.startswith("--lang="):
            return word.partition("=")[2], given[:place] + given[place + 1 :]
    return None, given
