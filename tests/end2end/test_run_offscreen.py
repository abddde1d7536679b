"""``building-console run`` where there is no display: status lines, pictures, and a collector that stays when it is closed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from console.cli.processes import answers
from console.link.tokens import read_link_file
from tests.helpers.looking import look, look_until
from tests.helpers.registers import block, on_pymodbustcp

SITE = """\
site: {{id: yard, name: {{zh: 小区, en: Yard}}}}
locations: [{{id: B1, name: B1}}]
connections: [{{id: gw, protocol: modbus-tcp, host: 127.0.0.1, port: {port}}}]
equipment:
  - id: P
    type: generic_modbus
    name: P
    location: B1
    connection: gw
    unit: 1
    points: [{{key: flow, name: F, address: 0, poll_ms: 200}}]
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Path]:
    """A store folder whose collector, if one was left running there, is ended."""
    folder = tmp_path / "store"
    yield folder
    found = read_link_file(folder)
    if found is not None:
        os.kill(found.pid, signal.SIGTERM)
        deadline = time.monotonic() + 15
        while answers(folder):
            assert time.monotonic() < deadline
            time.sleep(0.05)


def without_display() -> dict[str, str]:
    """The environment of a terminal without a desktop."""
    return {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}


def window(store: Path, pictures: Path, *words: str, display: str = "") -> subprocess.Popen[str]:
    """``run`` without a display, or with one that does not answer."""
    environment = without_display() | ({"DISPLAY": display} if display else {})
    options = ["--store", str(store), "--pictures", str(pictures), "--picture-every", "1", *words]
    command = [sys.executable, "-X", "utf8", "-m", "console.cli", "--lang", "en", "run", *options]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, encoding="utf-8", env=environment
    )


def end(process: subprocess.Popen[str]) -> tuple[str, str]:
    """Ctrl-C."""
    process.send_signal(signal.SIGINT)
    try:
        return process.communicate(timeout=20)
    finally:
        process.kill()


def pictures_of(folder: Path, count: int, seconds: float = 30.0) -> list[Path]:
    """The pictures, once there are so many."""
    deadline = time.monotonic() + seconds
    while len(found := sorted(folder.glob("*.png"))) < count:
        assert time.monotonic() < deadline, found
        time.sleep(0.1)
    return found


@pytest.mark.skipif(sys.platform == "win32", reason="Windows always has a display, and no SIGINT for one process")
def test_without_a_display_it_says_so_shows_pictures_and_leaves_the_collector_running(store: Path, tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    with on_pymodbustcp(block(1, 3, 0, 42)) as port:
        site = tmp_path / "site.yaml"
        site.write_text(SITE.format(port=port), encoding="utf-8")
        first = window(store, pictures, "--config", str(site))
        try:
            begun = time.monotonic()
            while not answers(store):
                assert time.monotonic() < begun + 30
                time.sleep(0.1)
            look_until(store, lambda seen: seen.usable("P.flow") == 42)
            # on a busy machine the window is connected some seconds after the collector answers
            last = pictures_of(pictures, len(list(pictures.glob("*.png"))) + 4)[-2]
        finally:
            said, wrong = end(first)
        assert (first.returncode, wrong) == (0, "")
        lines = said.splitlines()
        assert "no display" in lines[0]
        assert str(pictures) in lines[0]
        assert any(line.startswith("live: points 2,") for line in lines[1:]), said
        assert str(store) in lines[-1]  # it says that the collector goes on
        image = QImage(str(last))
        assert (image.width(), image.height()) == (1920, 1080)
        assert len({image.pixel(x, y) for x in range(0, 1920, 16) for y in range(0, 1080, 16)}) > 5  # something is on it

        before = look(store)  # still watched
        found = read_link_file(store)
        second = window(store, tmp_path / "again")
        try:
            pictures_of(tmp_path / "again", 1)
        finally:
            _, wrong = end(second)
        assert (second.returncode, wrong) == (0, "")
        assert read_link_file(store) == found  # the second window took the collector that was there
        assert look(store).snapshot.estate == before.snapshot.estate


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only X11 and Wayland displays are named by a variable")
def test_a_display_that_is_named_and_does_not_answer_is_no_display(store: Path, tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    process = window(store, pictures, display=":7654")
    try:
        pictures_of(pictures, 1)
    finally:
        said, wrong = end(process)
    assert process.returncode == 0, wrong
    assert "no display" in said
    command = [sys.executable, "-m", "console.cli", "--lang", "en", "inject", "--port", "1"]
    for display in ({}, {"DISPLAY": ":7654"}):
        ended = subprocess.run(
            command, env=without_display() | display, capture_output=True, timeout=30, check=False, encoding="utf-8"
        )
        assert ended.returncode == 1
        assert "no display" in ended.stderr.splitlines()[-1]
        assert "Traceback" not in ended.stderr
