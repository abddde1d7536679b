"""Small site files for tests: a right one, and ways to break it."""

from __future__ import annotations

from textwrap import dedent

from config.loader import Loaded, load_text

SITE = """\
site: {id: s, name: {zh: 项目, en: Site}}
locations:
  - {id: T1, name: 1号楼}
connections:
  - {id: gw, protocol: modbus-tcp, host: 127.0.0.1, port: 1502}
  - {id: mq, protocol: mqtt, host: 127.0.0.1}
equipment:
"""
FIRST = 1 + SITE.count("\n")  # the line on which the equipment of `with_equipment` begins


def site(*equipment: str) -> str:
    """A right site with one line for each piece of equipment."""
    return SITE + "".join(f"  - {line}\n" for line in equipment)


def generic(body: str) -> str:
    """A generic Modbus device with ``body`` written beneath it, indented by four."""
    return (
        SITE
        + "  - id: D1\n    type: generic_modbus\n    name: 设备\n    location: T1\n    connection: gw\n    unit: 1\n"
        + indented(body)
    )


def indented(body: str) -> str:
    """``body`` four columns to the right."""
    return "".join(f"    {line}\n" for line in dedent(body).strip("\n").split("\n"))


def found(loaded: Loaded) -> list[tuple[int, str]]:
    """Line and code (without ``config.``) of every mistake."""
    return [(mistake.line, mistake.problem.code.removeprefix("config.")) for mistake in loaded.mistakes]


def codes(text: str) -> list[tuple[int, str]]:
    """Load ``text`` and list its mistakes."""
    return found(load_text(text, "site.yaml"))
