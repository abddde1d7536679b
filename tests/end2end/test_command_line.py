"""The command line against the running demo estate: what it prints for machines parses, and what it says is so."""

from __future__ import annotations

import csv
import io
import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from console.cli import collector, console
from tests.helpers.looking import look

CONSOLE = (
    "run", "demo", "check", "schema", "status", "history", "alarms", "faults", "orders", "import", "export", "verify", "simulate",
    "inject", "set-up", "certificate", "screenshots",
)  # fmt: skip
COLLECTOR = ("run", "check", "plan", "install")


def command(*words: str, program: str = "console", stdin: str = "") -> subprocess.CompletedProcess[str]:
    """One command line, as the installed program would run it, from another folder."""
    code = f"import sys; from console.cli import {program}; sys.exit({program}(sys.argv[1:]))"
    root = str(Path(__file__).parents[2])
    return subprocess.run(
        [sys.executable, "-X", "utf8", "-c", f"import sys; sys.path.insert(0, {root!r}); {code}", "--lang", "en", *words],
        capture_output=True, timeout=60, check=False, encoding="utf-8", input=stdin,
    )  # fmt: skip


def output(*words: str, **more: Any) -> str:
    """What a command that must succeed prints."""
    ended = command(*words, **more)
    assert (ended.returncode, ended.stderr) == (0, ""), (words, ended.stdout[-2000:], ended.stderr)
    return ended.stdout


@dataclass
class Demo:
    """The demo estate, running without a window."""

    folder: Path
    control: int
    process: subprocess.Popen[str]

    @property
    def site(self) -> Path:
        """Its site file."""
        return self.folder / "site.yaml"

    def secret(self, account: str) -> str:
        """A person's PIN."""
        people = json.loads((self.folder / "accounts.json").read_text(encoding="utf-8"))
        return next(person["secret"] for person in people if person["account"] == account)

    def cause(self, fault: str, target: str) -> None:
        """Let the injector cause a fault."""
        with socket.create_connection(("127.0.0.1", self.control), 5) as line:
            line.sendall(json.dumps({"id": 1, "do": "cause", "fault": fault, "target": target}).encode() + b"\n")
            answers = line.makefile(encoding="utf-8")
            while (answer := json.loads(answers.readline())).get("id") != 1:
                pass
        assert answer["ok"], answer

    def asked(self, *words: str) -> Any:
        """The JSON document of a command."""
        return json.loads(output(*words, "--json", "--store", str(self.folder)))

    def until(self, met: Any, *words: str) -> Any:
        """Ask again until ``met``."""
        deadline = time.monotonic() + 20
        while not met(found := self.asked(*words)):
            assert time.monotonic() < deadline, found
            time.sleep(0.2)
        return found


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """``demo --no-window --calm``, and its orderly end."""
    folder = tmp_path_factory.mktemp("demo")
    words = ["--lang", "en", "demo", "--no-window", "--calm", "--store", str(folder)]
    with (folder / "errors.log").open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(
            [sys.executable, "-X", "utf8", "-m", "console.cli", *words], stdout=subprocess.PIPE, stderr=errors, encoding="utf-8"
        )
    assert process.stdout is not None
    control = 0
    for line in process.stdout:
        if found := re.search(r"inject --port (\d+)", line):
            control = int(found[1])
        if str(folder) in line:
            break
    assert control, (folder / "errors.log").read_text(encoding="utf-8")
    running = Demo(folder, control, process)
    try:
        running.until(lambda status: _connected(status["health"]), "status")
        running.cause("lift_fault", "T1-L1")
        running.until(lambda alarms: alarms, "alarms")
        yield running
    finally:
        process.terminate()
        rest, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "The demo has ended." in rest
    assert (folder / "errors.log").read_text(encoding="utf-8") == ""
    for log in ("collector.log", "devices.log"):
        assert "Traceback" not in (folder / log).read_text(encoding="utf-8"), log
    with pytest.raises(OSError, match=r"."), socket.create_connection(("127.0.0.1", control), 2):
        pass  # nothing of it is left running


def _connected(health: list[dict[str, Any]]) -> bool:
    lines = [line for line in health if line["kind"] == "connection"]
    return bool(lines) and all(line["state"] == "ok" for line in lines)


def test_status_tells_every_connection_and_what_is_read(demo: Demo) -> None:
    status = demo.asked("status")
    assert status["points"] > 2000
    assert status["site"]
    assert status["alarms_active"] >= 1
    assert status["faults_open"] >= 1
    estate = yaml.safe_load(demo.site.read_text(encoding="utf-8"))
    shown = {line["id"] for line in status["health"]}
    assert {f"connection:{each['id']}" for each in estate["connections"]} <= shown
    assert all(block["count"] > 0 for block in status["blocks"])
    spoken = output("status", "--store", str(demo.folder))
    assert str(status["points"]) in spoken.splitlines()[0]
    assert {line["state"] for line in status["health"]} <= {"starting", "ok", "degraded", "down"}


def test_status_shows_the_present_values_of_one_machine(demo: Demo) -> None:
    rows = json.loads(output("status", "--store", str(demo.folder), "--values", "T1-L1", "--json"))
    floor = next(row for row in rows if row["point"] == "T1-L1.current_floor")
    assert floor["quality"] == "good" and floor["time"] > 0
    assert "T1-L1.current_floor" in output("status", "--store", str(demo.folder), "--values", "T1-L1.current_floor")
    unknown = command("status", "--store", str(demo.folder), "--values", "T1-L99")
    assert unknown.returncode and "T1-L" in unknown.stderr


def test_alarms_faults_and_orders_of_one_event_name_each_other(demo: Demo) -> None:
    alarm = next(each for each in demo.asked("alarms") if each["equipment"] == "T1-L1")
    fault = next(each for each in demo.asked("faults") if each["equipment"] == "T1-L1")
    order = next(each for each in demo.asked("orders") if each["equipment"] == "T1-L1")
    assert alarm["fault"] == fault["id"]
    assert alarm["number"] in fault["alarms"]
    assert (fault["order"], order["fault"]) == (order["number"], fault["number"])
    running = {clock["clock"]: clock for clock in fault["clocks"]}
    assert running["respond"]["stopped_at"] is None
    assert 0 < running["respond"]["remaining"] <= running["respond"]["limit"]
    for listing in ("alarms", "faults", "orders"):
        past = demo.asked(listing, "--history", "--equipment", "T1-L1", "--since", "-1h")
        assert {each["equipment"] for each in past} == {"T1-L1"}
        assert demo.asked(listing, "--equipment", "no-such-thing") == []
    for listing, number in (("alarms", alarm["id"]), ("faults", fault["id"]), ("orders", order["id"])):
        assert number in output(listing, "--store", str(demo.folder))


def test_history_comes_as_csv_and_as_json_raw_and_in_buckets(demo: Demo) -> None:
    points = ("T1-L1.current_floor", "T1-L2.car_load")
    store = ("--store", str(demo.folder))
    raw = list(csv.DictReader(io.StringIO(output("history", *points, "--since", "-10m", *store))))
    assert {row["point"] for row in raw} == set(points)
    assert all(row["quality"] for row in raw)
    assert all(float(row["value"]) >= 0 for row in raw if row["quality"] == "good")
    lines = [json.loads(line) for line in output("history", *points, "--since", "-10m", "--format", "json", *store).splitlines()]
    told = {(line["point"], line["time"], line["value"]) for line in lines}
    assert {(row["point"], row["time"], float(row["value"])) for row in raw[5:] if row["quality"] == "good"} <= told
    buckets = list(csv.DictReader(io.StringIO(output("history", points[0], "--since", "-5m", "--bucket", "1m", *store))))
    assert 1 <= len(buckets) <= 6
    for row in buckets:
        assert float(row["min"]) <= float(row["mean"]) <= float(row["max"])
    values = [float(row["value"]) for row in raw if row["point"] == points[0] and row["quality"] == "good"]
    assert min(float(row["min"]) for row in buckets) <= min(values)


def test_a_range_that_ends_before_it_begins_is_refused_in_words(demo: Demo) -> None:
    words = ("--since", "2026-11-22", "--until", "2026-11-20", "--store", str(demo.folder))
    ended = command("history", "T1-L1.current_floor", *words)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert len(ended.stderr.splitlines()) == 1


def test_an_import_is_previewed_then_applied_in_a_persons_name_and_exported_again(demo: Demo, tmp_path: Path) -> None:
    store = ("--store", str(demo.folder))
    before = output("export", *store)
    assert before == demo.site.read_text(encoding="utf-8")
    revision = demo.asked("status")["configuration"]
    assert "Nothing would change" in output("import", str(demo.site), "--preview", *store)
    changed = tmp_path / "changed.yaml"
    added = "  - {id: T1-B9, name: {zh: 新机房, en: New plant room}, parent: T1, kind: room}\n"
    changed.write_text(before.replace("locations:\n", "locations:\n" + added, 1), encoding="utf-8")
    preview = output("import", str(changed), "--preview", *store)
    assert [line for line in preview.splitlines() if line.startswith("+")] != []
    assert "T1-B9" in preview
    assert demo.asked("status")["configuration"] == revision  # a preview changes nothing
    refused = command("import", str(changed), "--account", "wang", "--secret-stdin", *store, stdin=demo.secret("wang") + "\n")
    assert refused.returncode == 1  # an operator may not
    assert len(refused.stderr.strip().splitlines()) == 1
    chen, pin = ("--account", "chen", "--secret-stdin", *store), demo.secret("chen") + "\n"
    assert "T1-B9" in output("import", str(changed), *chen, stdin=pin)
    assert demo.asked("status")["configuration"] == revision + 1
    out = tmp_path / "out.yaml"
    output("export", "--out", str(out), *store)
    assert out.read_bytes() == changed.read_bytes()
    assert "no mistakes" in output("check", str(out))
    assert {place.id for place in look(demo.folder).snapshot.estate.locations} >= {"T1-B9"}
    output("import", str(demo.site), *chen, stdin=pin)
    assert output("export", *store) == before


def test_the_store_is_verified_while_it_is_written(demo: Demo) -> None:
    report = demo.asked("verify")
    assert report["ok"] is True
    assert report["entries"] > 0
    assert report["damage"] == []
    assert "sound" in output("verify", "--store", str(demo.folder))


def test_check_plan_and_schema_need_no_collector(demo: Demo, tmp_path: Path) -> None:
    document = json.loads(output("check", str(demo.site), "--json"))
    assert (document["ok"], document["mistakes"]) == (True, [])
    plan = json.loads(output("plan", str(demo.site), "--json", program="collector"))
    assert {"connection", "unit", "function", "address", "count", "points", "poll_ms", "duration_ms", "bytes"} == set(plan[0])
    assert not [read for read in plan if read["address"] < 0x6005 and read["address"] + read["count"] > 0x6000]
    schema = json.loads(output("schema"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    site = yaml.safe_load(demo.site.read_text(encoding="utf-8"))
    assert list(validator.iter_errors(json.loads(json.dumps(site, default=str)))) == []
    assert list(validator.iter_errors(site | {"conections": []}))
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(demo.site.read_text(encoding="utf-8") + "\nplants: []\n", encoding="utf-8")
    found = command("check", str(wrong), "--json")
    assert found.returncode == 2
    mistakes = json.loads(found.stdout)["mistakes"]
    assert [mistake["line"] for mistake in mistakes] == [len(wrong.read_text(encoding="utf-8").splitlines())]
    assert "plans" in mistakes[0]["text"]  # did you mean


def test_install_says_what_it_would_write_and_certificates_are_made(tmp_path: Path) -> None:
    said = output("install", "--dry-run", "--store", str(tmp_path / "estate"), program="collector")
    assert "console.engine" in said or "building-collector" in said
    assert str(tmp_path / "estate") in said
    output("certificate", "--store", str(tmp_path), "--name", "console.example")
    assert (tmp_path / "tls").is_dir()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("program", "words"),
    [(console, (word, "--help")) for word in CONSOLE]
    + [(collector, (word, "--help")) for word in COLLECTOR]
    + [(console, ("--help",)), (collector, ("--help",)), (console, ("--version",)), (collector, ("--version",))],
    ids=lambda each: each.__name__ if callable(each) else "-".join(each),
)
def test_every_command_explains_itself(program: Any, words: tuple[str, ...], language: str, capsys: Any) -> None:
    assert program(["--lang", language, *words]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert "cli." not in said.out  # every text is there
    assert len(said.out) > (100 if "--help" in words else 5)
