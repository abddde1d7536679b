"""``demo``, ``simulate`` and ``inject``: the built-in estate on real sockets.

``demo`` starts three processes and ends them: the simulated devices with their MQTT broker, the collector on a store of its own,
and the console. Nothing in the collector or the console knows that it is a demo: the clock's rate, the devices and the seeded
accounts are the only differences (docs/architecture.md, "Time").
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from console.cli.common import BAD_INPUT, FAILED, OK, complain, say
from console.cli.files import load_or_complain
from console.cli.processes import answers, last_words, python_module, start, start_collector
from console.domain.estate import Estate
from console.domain.problems import Refused
from console.texts import CHINESE, ENGLISH, language, sentence, tr

PEOPLE = (
    ("wang", "王建国", ("operator",)),
    ("zhou", "周敏", ("supervisor",)),
    ("li", "李强", ("technician",)),
    ("zhao", "赵敏", ("technician",)),
    ("chen", "陈工", ("administrator", "supervisor")),
    ("sun", "孙立", ("auditor",)),
)
START_SECONDS = 30.0


def demo(arguments: argparse.Namespace) -> int:
    """``demo``."""
    folder = Path(arguments.store) if arguments.store else Path(tempfile.mkdtemp(prefix="building-console-demo-"))
    started: list[subprocess.Popen[bytes]] = []
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ended by a service or a script: still tidy up
    say(tr("cli.demo.starting"))
    try:
        return _demo(arguments, folder, started)
    except KeyboardInterrupt:
        return OK
    finally:
        for process in reversed(started):
            end(process)
        if not arguments.store:
            shutil.rmtree(folder, ignore_errors=True)
        say(tr("cli.demo.ended"))


def start_demo(
    folder: Path, started: list[subprocess.Popen[bytes]], *, calm: bool = False, speed: float = 1.0, seed: int = 1
) -> int:
    """Start the devices, the broker and the collector on a store of their own; returns the fault injector's port."""
    folder.mkdir(parents=True, exist_ok=True)
    if answers(folder):
        raise Refused("store.locked", path=str(folder))
    site, accounts = _write_site(folder)
    clock = "real" if speed == 1 else f"scaled:{speed:g}"
    words = [str(site), "--clock", clock, "--seed", str(seed), "--broker"]
    if not calm:
        words.append("--script")
    with (folder / "devices.log").open("wb") as log:
        devices = start(python_module("console.cli", ["--lang", language()[:2], "simulate", *words]), log=log, pipe=True)
    started.append(devices)
    control = _await_ready(devices, folder)
    collector = start_collector(folder, ["--config", str(site), "--clock", clock, "--seed-accounts", str(accounts)], detached=False)
    started.append(collector)
    _await_collector(collector, folder)
    _fill_registers(folder, accounts)
    return control


def _demo(arguments: argparse.Namespace, folder: Path, started: list[subprocess.Popen[bytes]]) -> int:
    control = start_demo(folder, started, calm=arguments.calm, speed=arguments.speed, seed=arguments.seed)
    people = json.loads((folder / "accounts.json").read_text(encoding="utf-8"))
    pins = "  ".join(f"{person['account']} {person['secret']}" for person in people)
    say(tr("cli.demo.accounts", accounts=pins))
    say(tr("cli.demo.injector", port=control))
    if arguments.no_window:
        say(tr("cli.demo.running", store=folder))
        while all(process.poll() is None for process in started):
            time.sleep(0.5)
        return FAILED
    from console.cli.run import has_display, open_window

    if has_display() and not arguments.offscreen and not arguments.no_injector:
        injector = ["--lang", language()[:2], "inject", "--port", str(control)]
        started.append(start(python_module("console.cli", injector)))
    return open_window(folder, arguments)


def _write_site(folder: Path) -> tuple[Path, Path]:
    """The demo's site file and its seeded accounts with PINs made just now; the PINs stand on the sign-on panel.

    A store that was used before has its site and its people in it: the files that they came from stay, and so do ports and PINs.
    """
    from config.demo import site_text

    site, accounts = folder / "site.yaml", folder / "accounts.json"
    if (folder / "main.db").is_file() and site.is_file() and accounts.is_file():
        return site, accounts
    people = [
        {"account": name, "display": display, "roles": list(roles), "secret": f"{secrets.randbelow(1_000_000):06d}", "phone": ""}
        for name, display, roles in PEOPLE
    ]
    pins = "  ".join(f"{person['account']} {person['secret']}" for person in people)
    base, broker = free_ports(24)
    hint = {lang: tr("cli.demo.hint", lang, accounts=pins) for lang in (CHINESE, ENGLISH)}
    site.write_text(site_text(base, broker, hint[CHINESE], hint[ENGLISH]), encoding="utf-8", newline="\n")
    accounts.write_text(json.dumps(people, ensure_ascii=False), encoding="utf-8")
    return site, accounts


def free_ports(count: int) -> tuple[int, int]:
    """The first of ``count`` free ports in a row, and one more free port after them."""
    for base in range(15020, 60000, count + 1):
        with contextlib.ExitStack() as held:
            try:
                for port in range(base, base + count + 1):
                    probe = held.enter_context(socket.socket())
                    probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return base, base + count
    raise Refused("cli.demo.failed", part="TCP", reason="no free ports")


def _fill_registers(folder: Path, accounts: Path) -> None:
    """The registers of a new demo estate, entered by its supervisor through the link as any person would."""
    from config.demo import registers
    from console.domain.commands import SaveRecords
    from console.link.calls import Call

    (supervisor,) = (person for person in json.loads(accounts.read_text(encoding="utf-8")) if person["account"] == "zhou")
    with Call(folder, account="zhou", secret=supervisor["secret"], watch=True) as call:
        snapshot = call.snapshot()
        if snapshot.records:
            return  # a store that was used before
        records = registers.records(snapshot.estate, snapshot.now)
        call.ask(SaveRecords(records, (0,) * len(records)))
        for act in registers.acts():
            call.ask(act)


def _await_ready(devices: subprocess.Popen[bytes], folder: Path) -> int:
    """The injector's port, from the line that ``simulate`` prints once it serves."""
    assert devices.stdout is not None
    for raw in devices.stdout:
        line = raw.decode("utf-8", "replace").strip()
        if line.startswith("{"):
            return int(json.loads(line)["control"])
    reason = (folder / "devices.log").read_text(encoding="utf-8", errors="replace").strip().splitlines()
    raise Refused("cli.demo.failed", part="simulate", reason=reason[-1] if reason else "?")


def _await_collector(collector: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and collector.poll() is None:
        if answers(folder):
            return
        time.sleep(0.05)
    raise Refused("cli.demo.failed", part="collector", reason=last_words(folder) or "?")


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process that we started, in order first."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)


# --- simulate


def simulate(arguments: argparse.Namespace) -> int:
    """``simulate FILE``: until Ctrl-C. Its first line that is JSON says that it serves, and on which port it takes faults."""
    estate = load_or_complain(arguments.file)
    if estate is None:
        return BAD_INPUT

    return asyncio.run(_simulate(estate, arguments))


async def _simulate(estate: Estate, arguments: argparse.Namespace) -> int:
    from console.engine.clocks import parse_clock
    from drivers.simulator.run import Running, SimulatorRefused
    from drivers.simulator.run import simulate as serve

    def ready(running: Running) -> None:
        say(json.dumps({"control": running.control_port}))
        connections, points = len(estate.connections), len(estate.points)
        say(tr("cli.simulate.ready", connections=connections, points=points, control=running.control_port))

    clock = parse_clock(arguments.clock)
    await clock.start()
    try:
        await serve(
            estate,
            clock,
            arguments.control,
            arguments.script,
            arguments.seed,
            with_broker=arguments.broker,
            ready=ready,
        )
    except SimulatorRefused as refused:
        complain(sentence(refused.problem))
        return FAILED
    finally:
        await clock.stop()
    return OK


def inject(arguments: argparse.Namespace) -> int:
    """``inject --port N``: the fault injector's own small window."""
    from console.cli.run import choose_platform, has_display

    wished = os.environ.get("QT_QPA_PLATFORM")
    choose_platform(offscreen=not has_display())
    from console.ui.app import platform
    from console.ui.injector.window import run

    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C simply ends it: it holds nothing
    if platform() == "offscreen" and not wished:
        raise Refused("cli.inject.no_display")

    return run(arguments.port, language())
