"""What people and disks get wrong: one clear sentence, the right exit code, and never a traceback."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.domain.commands import SignOn
from console.domain.health import HealthState
from console.link.calls import Call
from console.store.months import MAIN
from console.texts import CHINESE, ENGLISH, sentence
from tests.helpers.looking import look, look_until, refusal
from tests.helpers.mosquitto import Mosquitto, free_port
from tests.helpers.people import write_people
from tests.helpers.processes import CollectorProcess
from tests.helpers.registers import block, on_pymodbustcp

GOOD = """\
site: {id: yard, name: Yard}
locations: [{id: B1, name: B1}]
"""

WRONG = """\
site: {id: yard, name: Yard, colour: red}
locations:
  - {id: B1, name: B1, parent: B9}
  - {id: B1, name: Twice}
connections:
  - {id: gw, protocol: modbus-tpc, host: 127.0.0.1}
equipment:
  - {id: L1, type: monarch_nice3001, name: L1, location: B1, connection: gw, unit: 1}
  - id: P1
    type: generic_modbus
    name: P1
    location: B1
    connection: gw2
    unit: 300
    points:
      - {key: a, name: A, address: 0, typ: u32}
      - {key: b, name: B, address: 70000}
    alarms:
      - {key: high, point: c, kind: high, limit: 1, priority: 9, text: t}
plans:
  - {equipment: P7, key: month, title: t, every: 30 d}
"""


def run(
    *words: str, module: str = "console.engine", stdin: str = "", before: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    """One of our programs, to its end."""
    command = [*before, sys.executable, "-X", "utf8", "-m", module, *words]
    return subprocess.run(command, capture_output=True, timeout=60, check=False, encoding="utf-8", input=stdin)


def one_sentence(ended: subprocess.CompletedProcess[str], *names: str) -> str:
    """Exit code 1, and one line on standard error that names what it is about."""
    assert "Traceback" not in ended.stderr + ended.stdout
    assert ended.returncode == 1, (ended.returncode, ended.stderr)
    lines = ended.stderr.strip().splitlines()
    assert len(lines) == 1, lines
    assert all(name in lines[0] for name in names), lines[0]
    assert lines[0].endswith(("。", "."))
    return lines[0]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site file without equipment."""
    file = tmp_path / "site.yaml"
    file.write_text(GOOD, encoding="utf-8")
    return file


@pytest.fixture
def running(tmp_path: Path, site: Path) -> Iterator[CollectorProcess]:
    """A collector that has people and nothing to watch."""
    process = CollectorProcess(tmp_path / "store", "--config", str(site), "--seed-accounts", str(write_people(tmp_path)))
    process.start()
    yield process
    process.stop()
    assert "Traceback" not in process.log()


@pytest.mark.parametrize(
    "program",
    [
        ("console.engine", "--store", "{store}", "--config", "{file}"),
        ("console.cli", "--lang", "en", "run", "--store", "{store}", "--config", "{file}"),
        ("console.cli", "--lang", "en", "check", "{file}"),
        ("console.cli", "--lang", "en", "simulate", "{file}"),
    ],
    ids=["collector", "run", "check", "simulate"],
)
def test_a_wrong_site_file_starts_nothing_and_lists_every_mistake(program: tuple[str, ...], tmp_path: Path) -> None:
    file, store = tmp_path / "site.yaml", tmp_path / "store"
    file.write_text(WRONG, encoding="utf-8")
    module, *words = (word.format(store=store, file=file) for word in program)
    ended = run(*words, module=module)
    assert ended.returncode == 2, ended.stderr
    said = ended.stdout + ended.stderr
    assert "Traceback" not in said
    told = {int(line.split(":")[1]): line for line in said.splitlines() if line.startswith(f"{file}:")}
    assert {1, 3, 4, 6, 8, 13, 14, 16, 17, 19, 21} <= set(told), said
    assert "modbus-tcp" in told[6]  # did you mean
    assert "monarch_nice3000" in told[8]
    assert "type" in told[16]
    if not any(store.glob("*.db")):
        return
    file.write_text(GOOD, encoding="utf-8")  # the collector alone looks into its store first: nothing may have come into it
    process = CollectorProcess(store, "--config", str(file))
    process.start()
    try:
        seen = look(store)
        assert (seen.snapshot.estate.site.id, seen.snapshot.estate.equipment, seen.snapshot.configuration) == ("yard", (), 1)
    finally:
        process.stop()


@pytest.mark.parametrize("content", [b"\xff\xfe\x00 not text", b"site: {id: yard", b"- a\n- b\n", b"", b"a: &x [*x]\n"])
def test_a_file_that_is_no_site_file_is_refused_in_words(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "site.yaml"
    file.write_bytes(content)
    ended = run("--store", str(tmp_path / "store"), "--config", str(file))
    assert ended.returncode in (1, 2)
    assert ended.stderr.strip()
    assert "Traceback" not in ended.stderr + ended.stdout


def test_a_taken_port_is_one_sentence(tmp_path: Path, site: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        one_sentence(run("--store", str(tmp_path / "store"), "--config", str(site), "--port", port), port)


def test_a_store_of_a_running_collector_is_one_sentence_and_it_runs_on(running: CollectorProcess) -> None:
    one_sentence(run("--store", str(running.folder)), str(running.folder))
    one_sentence(run("--lang", "en", "demo", "--no-window", "--store", str(running.folder), module="console.cli"))
    assert running.process is not None
    assert running.process.poll() is None


def test_a_store_that_a_newer_program_wrote_is_left_alone(running: CollectorProcess) -> None:
    running.stop()
    with sqlite3.connect(running.folder / MAIN) as store:
        store.execute("UPDATE meta SET value = '999' WHERE key = 'schema'")
    store.close()
    before = (running.folder / MAIN).read_bytes()
    one_sentence(run("--store", str(running.folder)), "999")
    assert (running.folder / MAIN).read_bytes() == before


def test_a_store_that_is_no_store_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / MAIN).write_bytes(b"this is a letter to my aunt\n" * 1000)
    one_sentence(run("--store", str(tmp_path)), str(tmp_path))
    file = tmp_path / "file"
    file.write_text("", encoding="utf-8")
    one_sentence(run("--store", str(file)), str(file))


def test_a_folder_that_may_not_be_written_is_one_sentence() -> None:
    folder = Path(tempfile.mkdtemp(prefix="read-only-"))
    try:
        folder.chmod(0o555)
        as_anybody = without_superpowers()
        one_sentence(run("--store", str(folder), before=as_anybody), str(folder))
        one_sentence(run("--store", str(folder / "deeper"), before=as_anybody), str(folder))
        assert not any(folder.iterdir())
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


def without_superpowers() -> tuple[str, ...]:
    """What is put before a command so that permissions count for it: the superuser may write everywhere."""
    if not hasattr(os, "geteuid"):
        pytest.skip("a folder's mode does not keep anybody from writing on this system")
    if os.geteuid() != 0:
        return ()
    less = "-dac_override,-dac_read_search,-fowner"
    command = (shutil.which("setpriv") or "setpriv", f"--bounding-set={less}", f"--inh-caps={less}")
    try:
        subprocess.run([*command, sys.executable, "-c", "pass"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this superuser cannot give up the right to write everywhere (setpriv)")
    return command


MQTT = """\
site: {{id: yard, name: Yard}}
locations: [{{id: B1, name: B1}}]
connections:
  - {{id: broker, protocol: mqtt, host: 127.0.0.1, port: {port}, username: console, secret: broker}}
  - {{id: gw, protocol: modbus-tcp, host: 127.0.0.1, port: {modbus}, timeout_ms: 200}}
equipment:
  - id: M
    type: generic_modbus
    name: M
    location: B1
    connection: broker
    points: [{{key: flow, name: F, topic: m/1, path: flow}}]
  - id: P
    type: generic_modbus
    name: P
    location: B1
    connection: gw
    unit: 1
    points: [{{key: flow, name: F, address: 0, poll_ms: 200}}]
"""


def test_a_broker_that_refuses_is_a_health_line_and_the_others_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUILDING_CONSOLE_SECRET_BROKER", "not the password")
    with Mosquitto("allow_anonymous false") as broker, on_pymodbustcp(block(1, 3, 0, 42)) as port:
        file = tmp_path / "site.yaml"
        file.write_text(MQTT.format(port=broker.port, modbus=port), encoding="utf-8")
        process = CollectorProcess(tmp_path / "store", "--config", str(file))
        process.start()
        try:
            down = look_until(
                process.folder,
                lambda seen: (line := seen.health.get("connection:broker")) and line.state is HealthState.DOWN and line,
            )
            assert down.problem is not None
            for language in (CHINESE, ENGLISH):
                said = sentence(down.problem, language)
                assert said
                assert down.problem.code not in said  # it is a sentence, not a key
            look_until(process.folder, lambda seen: seen.usable("P.flow") == 42)
            shown = run("--lang", "en", "status", "--store", str(process.folder), module="console.cli")
            assert shown.returncode == 0
            assert any(
                "connection:broker" in line and sentence(down.problem, ENGLISH) in line for line in shown.stdout.splitlines()
            )
        finally:
            process.stop()
        assert "Traceback" not in process.log()


def test_a_wrong_pin_is_one_sentence(running: CollectorProcess, site: Path) -> None:
    site.write_text(GOOD.replace("Yard", "Garden"), encoding="utf-8")
    words = ("import", str(site), "--store", str(running.folder), "--account", "li", "--secret-stdin")
    one_sentence(run("--lang", "en", *words, module="console.cli", stdin="000000\n"))
    assert refusal(lambda: sign_on(running.folder, "nobody", "112233")) == "refused.secret"
    ended = run("--lang", "en", *words, module="console.cli", stdin="445566\n")
    assert (ended.returncode, ended.stderr) == (0, "")


def sign_on(folder: Path, account: str, secret: str) -> None:
    with Call(folder) as call:
        call.ask(SignOn(account, secret))


@pytest.mark.parametrize(
    "words",
    [
        ("status", "--store", "{nowhere}"),
        ("alarms", "--json", "--store", "{nowhere}"),
        ("history", "P.flow", "--store", "{nowhere}"),
        ("import", "{site}", "--store", "{nowhere}", "--preview"),
        ("verify", "--store", "{nowhere}"),
        ("status", "--store", "ws://127.0.0.1:{closed}"),
        ("check", "{nowhere}/site.yaml"),
    ],
    ids=lambda words: words[0] + ("" if "ws" not in words[-1] else " remote"),
)
def test_asking_where_nobody_answers_is_one_sentence(words: tuple[str, ...], tmp_path: Path, site: Path) -> None:
    given = [word.format(nowhere=tmp_path / "nowhere", site=site, closed=free_port()) for word in words]
    one_sentence(run("--lang", "en", *given, module="console.cli"))


@pytest.mark.parametrize(
    "words", [("history", "RIG.flo"), ("history", "x", "--since", "yesterday"), ("history", "x", "--bucket", "1 moon")]
)
def test_a_question_about_nothing_is_one_sentence(words: tuple[str, ...], running: CollectorProcess) -> None:
    one_sentence(run("--lang", "en", *words, "--store", str(running.folder), module="console.cli"))


def test_words_that_are_no_command_are_exit_code_two(tmp_path: Path) -> None:
    for words in (("nonsense",), ("history",), ("history", "x", "--format", "xml"), ("demo", "--speed", "fast")):
        ended = run("--lang", "en", *words, module="console.cli")
        assert ended.returncode == 2, words
        assert "Traceback" not in ended.stderr
