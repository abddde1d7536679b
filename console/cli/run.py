"""``building-console [run]``: the window, and a collector if none answers."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from console.cli.common import BAD_INPUT, FAILED, is_remote, say, store_argument
from console.cli.files import load_or_complain
from console.cli.processes import answers, last_words, start_collector
from console.domain.problems import Refused
from console.texts import language, tr


def run(arguments: argparse.Namespace) -> int:
    """``run``."""
    store = store_argument(arguments)
    if is_remote(store):
        return open_window(store, arguments)
    folder = Path(store)
    if arguments.config and load_or_complain(arguments.config) is None:
        return BAD_INPUT
    started = None
    if not answers(folder):
        words = ["--config", str(Path(arguments.config).absolute())] if arguments.config else []
        started = start_collector(folder, words, detached=True)

    def trouble() -> str:
        if started is None or started.poll() in (None, 0):
            return ""
        return tr("cli.run.collector_failed", reason=last_words(folder) or str(started.returncode))

    code = open_window(folder, arguments, trouble)
    if answers(folder):
        say(tr("cli.run.leaves", store=folder))
    return code


def has_display() -> bool:
    """False on a Linux machine without X11 or Wayland."""
    if os.environ.get("QT_QPA_PLATFORM"):
        return os.environ["QT_QPA_PLATFORM"] not in ("offscreen", "minimal")
    return sys.platform in ("win32", "darwin") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def choose_platform(offscreen: bool) -> None:
    """Tell Qt where to draw. A display that is named but does not answer (a closed ssh session) must not abort the program: Qt
    then takes the next one of the list."""
    if offscreen:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    elif sys.platform.startswith("linux") and not os.environ.get("QT_QPA_PLATFORM"):
        os.environ["QT_QPA_PLATFORM"] = "wayland;xcb;offscreen" if os.environ.get("WAYLAND_DISPLAY") else "xcb;offscreen"


def open_window(where: str | Path, arguments: argparse.Namespace, trouble: Callable[[], str] | None = None) -> int:
    """Run the console on a store folder or a remote collector until it is closed."""
    offscreen = arguments.offscreen or not has_display()
    choose_platform(offscreen)
    try:
        from console.ui.app import OffscreenOptions, platform
        from console.ui.app import run as run_window

        offscreen = offscreen or platform() == "offscreen"
    except ModuleNotFoundError as missing:
        if missing.name and missing.name.startswith("PySide6"):
            raise Refused("cli.no_qt") from None
        raise
    except ImportError as error:  # a system library of Qt's is missing
        packages = "libegl1 libgl1 libxkbcommon-x11-0 libxcb-cursor0 libdbus-1-3 libfontconfig1"
        raise Refused("cli.qt_library", reason=str(error), packages=packages) from None
    options = None
    if offscreen:
        pictures = Path(arguments.pictures) if arguments.pictures else Path(tempfile.mkdtemp(prefix="building-console-"))
        options = OffscreenOptions(folder=pictures, every=arguments.picture_every)
        say(tr("cli.run.no_display", seconds=arguments.picture_every, folder=pictures))
    try:
        return run_window(
            where,
            language=language(),
            theme=arguments.theme,
            offscreen=options,
            station=arguments.station,
            ca_file=getattr(arguments, "ca", ""),
            trouble=trouble,
        )
    except KeyboardInterrupt:
        return FAILED
