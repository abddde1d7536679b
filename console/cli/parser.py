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
        status = program.command("status", "ask:status", "store", "json", "ca", example="building-console status --json")
        status.add_argument("--why", metavar="POINT", default="", help=tr("cli.option.why"))
        status.add_argument("--values", metavar="EQUIPMENT", default="", help=tr("cli.option.values"))
        history = program.command(
            "history", "ask:history", "store", "since", "ca",
            example="building-console history T1-L1.current_floor --since 2026-11-21 --bucket 1m --format csv",
        )  # fmt: skip
        history.add_argument("point", metavar="POINT", nargs="+")
        history.add_argument("--bucket", metavar="1m", default="", help=tr("cli.option.bucket"))
        history.add_argument("--format", choices=("csv", "json", "xlsx", "parquet"), default="", help=tr("cli.option.format_file"))
        history.add_argument("--out", metavar="FILE", default="", help=tr("cli.option.out_history"))
        for name in ("alarms", "faults", "orders"):
            listing = program.command(
                name, f"ask:{name}", "store", "json", "since", "equipment", "ca", example=f"building-console {name} --json"
            )
            listing.add_argument("--history", action="store_true", help=tr("cli.option.history"))
        _set_up(program)
        importing = program.command(
            "import", "ask:import_", "store", "account", "ca", example="building-console import site.yaml --account chen"
        )
        importing.add_argument("file", metavar="FILE")
        importing.add_argument("--preview", action="store_true", help=tr("cli.option.preview"))
        exporting = program.command("export", "ask:export", "store", "ca", example="building-console export --out site.yaml")
        exporting.add_argument("--out", metavar="FILE", default="", help=tr("cli.option.out"))
        exporting.add_argument("--points", metavar="FILE", default="", help=tr("pointlist.option.points"))
        for several in (_point_lists, _ledger, _bench_over_the_link, _reports, _safekeeping):
            several(program)
        verify = program.command("verify", "safekeeping:verify", "store", "json", example="building-console verify --store DIR")
        verify.add_argument("--repair-from", metavar="BACKUP", default="", help=tr("cli.option.repair_from"))
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


def _set_up(program: _Program) -> None:
    example = "building-console set-up --account chen"
    first = program.command("set-up", "ask:set_up", "store", "account", key="set_up", example=example)
    first.add_argument("--display", metavar="NAME", default="", help=tr("cli.option.display"))


def _point_lists(program: _Program) -> None:
    listing = program.command(
        "import-points", "pointlists:import_points", "store", "account", "ca", key="import_points",
        example="building-console import-points list.xlsx --preview",
    )  # fmt: skip
    listing.add_argument("files", metavar="FILE", nargs="*")
    listing.add_argument("--preview", action="store_true", help=tr("cli.option.preview"))
    listing.add_argument("--config", metavar="FILE", default="", help=tr("pointlist.option.config"))
    listing.add_argument("--out", metavar="FILE", default="", help=tr("pointlist.option.out"))
    listing.add_argument("--template", metavar="FILE", default="", help=tr("pointlist.option.template"))
    listing.add_argument("--mapping", metavar="FILE", default="", help=tr("pointlist.option.mapping"))
    listing.add_argument(
        "--addresses", choices=("auto", "zero", "one", "modicon"), default="auto", help=tr("pointlist.option.addresses")
    )
    listing.add_argument("--order", choices=("ABCD", "CDAB", "BADC", "DCBA"), default="ABCD", help=tr("pointlist.option.order"))
    listing.add_argument("--host", default="", help=tr("pointlist.option.host"))
    listing.add_argument("--location", default="", help=tr("pointlist.option.location"))
    listing.add_argument("--leave-out", action="store_true", help=tr("pointlist.option.leave_out"))


def _ledger(program: _Program) -> None:
    """The equipment ledger from and to tables."""
    ledger = program.command(
        "ledger", "ledger:ledger", "store", "account", "ca",
        example="building-console ledger import ledger.xlsx --preview",
    )  # fmt: skip
    ledger.add_argument("what", choices=("import", "export", "undo"), help=tr("cli.ledger.what"))
    ledger.add_argument("of", metavar="FILE|LB-000001", nargs="?", default="", help=tr("cli.ledger.of"))
    ledger.add_argument("--preview", action="store_true", help=tr("cli.option.preview"))
    ledger.add_argument("--leave-out", action="store_true", help=tr("cli.ledger.leave_out"))
    ledger.add_argument("--reason", metavar="TEXT", default="", help=tr("cli.ledger.reason"))
    ledger.add_argument("--paper", choices=("ledger", "maintenance", "labels"), default="ledger", help=tr("cli.ledger.paper"))
    ledger.add_argument("--label", metavar="70x37", default="", help=tr("cli.ledger.label"))
    ledger.add_argument("--out", metavar="FILE", default="", help=tr("cli.option.out_history"))


def _reports(program: _Program) -> None:
    """Reports, ledgers, order sheets, archive packages."""
    from console.domain.maintenance.reports import PAPERS, SPANS

    report = program.command(
        "report", "report:report", "store", "account", "ca",
        example="building-console report report 2026-11 --out november.pdf",
    )  # fmt: skip
    report.add_argument("what", choices=(*PAPERS, "order", "package", "check", "remove"), help=tr("cli.report.what"))
    report.add_argument("of", metavar="2026-11|WO-000012|FILE", nargs="?", default="", help=tr("cli.report.of"))
    report.add_argument("--months", type=int, choices=SPANS, default=1, help=tr("cli.report.months"))
    report.add_argument("--reason", default="", help=tr("cli.report.reason"))
    report.add_argument("--unit", metavar="kW·h", default="", help=tr("cli.report.unit"))
    report.add_argument("--format", choices=("pdf", "xlsx", "csv"), default="", help=tr("cli.option.format_file"))
    report.add_argument("--out", metavar="FILE", default="", help=tr("cli.option.out_history"))


def _window(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--station", metavar="NAME", default="", help=tr("cli.option.station"))
    parser.add_argument("--theme", choices=("control", "office"), default=None, help=tr("cli.option.theme"))
    parser.add_argument("--offscreen", action="store_true", help=tr("cli.option.offscreen"))
    parser.add_argument("--pictures", metavar="DIR", default="", help=tr("cli.option.pictures"))
    parser.add_argument("--picture-every", type=float, default=30.0, metavar="SECONDS", help=tr("cli.option.picture_every"))


def _safekeeping(program: _Program) -> None:
    """Backup and restore: with the store's files alone."""
    backup = program.command(
        "backup", "safekeeping:backup", "store", "json", example="building-console backup --store DIR --to E:/backup --keep 14"
    )
    backup.add_argument("--to", metavar="DIR", required=True, help=tr("cli.option.backup_to"))
    backup.add_argument("--keep", type=int, default=0, metavar="N", help=tr("cli.option.keep"))
    restore = program.command(
        "restore", "safekeeping:restore", "store", "json", example="building-console restore E:/backup --store DIR"
    )
    restore.add_argument("source", metavar="FROM", help=tr("cli.option.restore_from"))


def _bench_over_the_link(program: _Program) -> None:
    """The commissioning bench's commands that ask a running collector."""
    wirelog = program.command(
        "wirelog", "bench:wirelog", "store", "account", "ca",
        example="building-console wirelog gw1 --account zhao --minutes 5 --out gw1.pcap",
    )  # fmt: skip
    wirelog.add_argument("connection", metavar="CONNECTION")
    wirelog.add_argument("--minutes", type=int, default=10, metavar="N", help=tr("cli.option.minutes"))
    wirelog.add_argument("--unit", type=int, default=-1, metavar="N", help=tr("cli.option.only_unit"))
    wirelog.add_argument("--fc", type=int, default=0, metavar="N", help=tr("cli.option.only_fc"))
    wirelog.add_argument("--errors", action="store_true", help=tr("cli.option.errors"))
    wirelog.add_argument("--out", metavar="FILE", default="", help=tr("cli.option.wire_out"))
    sheet = program.command("sheet", "bench:sheet", "store", "ca", example="building-console sheet M1 --out M1.html")
    sheet.add_argument("equipment", metavar="EQUIPMENT")
    sheet.add_argument("--out", metavar="FILE", default="", help=tr("cli.option.sheet_out"))
    tested = program.command(
        "tested", "bench:tested", "store", "account", "ca",
        example="building-console tested M1.voltage_l1 --value 230.1 --account zhao",
    )  # fmt: skip
    tested.add_argument("point", metavar="POINT")
    tested.add_argument("--result", choices=("pass", "fail", "note"), default="pass", help=tr("cli.option.result"))
    tested.add_argument("--value", metavar="TEXT", default="", help=tr("cli.option.device_value"))
    tested.add_argument("--instrument", metavar="TEXT", default="", help=tr("cli.option.instrument"))
    tested.add_argument("--note", metavar="TEXT", default="", help=tr("cli.option.note"))


def _bench_on_the_line(program: _Program) -> None:
    """The commissioning bench's commands that open a line themselves."""
    read = program.command(
        "read", "bench:read", "json", example="building-collector read 192.168.1.50:502 --unit 1 --fc 4 --address 0 --count 10"
    )
    read.add_argument("--count", type=int, default=1, metavar="N", help=tr("cli.option.count"))
    scan = program.command("scan", "bench:scan", "json", example="building-collector scan COM3 --units 1-32")
    scan.add_argument("--units", metavar="1-247", default="", help=tr("cli.option.units"))
    scan.add_argument("--addresses", metavar="0-199", default="", help=tr("cli.option.addresses"))
    scan.add_argument("--pause", type=int, default=100, metavar="MS", help=tr("cli.option.pause"))
    scan.add_argument("--span", type=int, default=0, metavar="N", help=tr("cli.option.span"))
    for parser in (read, scan):
        parser.add_argument("target", metavar="HOST:PORT|COM3", help=tr("cli.option.target"))
        parser.add_argument("--unit", type=int, default=1, metavar="N", help=tr("cli.option.unit"))
        parser.add_argument("--fc", type=int, choices=(1, 2, 3, 4), default=3, help=tr("cli.option.fc"))
        parser.add_argument("--address", type=int, default=0, metavar="N", help=tr("cli.option.address"))
        parser.add_argument("--timeout", type=int, default=1000, metavar="MS", help=tr("cli.option.timeout"))
        parser.add_argument("--rtu", action="store_true", help=tr("cli.option.rtu"))
        parser.add_argument("--baud", type=int, default=9600, help=tr("cli.option.baud"))
        parser.add_argument("--parity", choices=("N", "E", "O"), default="N", help=tr("cli.option.parity"))
        parser.add_argument("--stop-bits", type=int, choices=(1, 2), default=1, help=tr("cli.option.stop_bits"))


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
        _bench_on_the_line(program)
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
