"""``building-collector``: run it, install it, and make its certificates."""

from __future__ import annotations

import argparse
from pathlib import Path

from console.cli.common import BAD_INPUT, OK, say, store_argument
from console.cli.files import load_or_complain
from console.domain.problems import Refused
from console.texts import tr


def run(arguments: argparse.Namespace) -> int:
    """``building-collector run``."""
    from console.engine.__main__ import main

    words = ["--store", store_argument(arguments), "--host", arguments.host, "--port", str(arguments.port)]
    if arguments.config:
        if load_or_complain(arguments.config) is None:
            return BAD_INPUT
        words += ["--config", arguments.config]
    if arguments.cert:
        words += ["--cert", arguments.cert, "--key", arguments.key]
    return main(words)


def install(arguments: argparse.Namespace) -> int:
    """``building-collector install``: writes the service's files and prints what to type."""
    from console.engine.install import plan

    steps = plan(Path(store_argument(arguments)))
    for path, content in steps.files.items():
        if arguments.dry_run:
            say(f"# {path}\n{content}")
            continue
        try:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            Path(path).write_text(content, encoding="utf-8", newline="\n")
        except OSError as error:
            raise Refused("cli.file.unwritable", file=str(path), reason=error.strerror or str(error)) from None
        say(tr("cli.install.written", file=path))
    say(tr("cli.install.next"))
    for command in steps.commands:
        say(f"    {command}")
    return OK


def certificate(arguments: argparse.Namespace) -> int:
    """``certificate``: an own CA and a server certificate beside the store."""
    from console.link.tls import make_certificates

    folder = Path(store_argument(arguments)) / "tls"
    made = make_certificates(folder, arguments.name or ["localhost", "127.0.0.1"])
    line = f"building-collector run --host 0.0.0.0 --port 8443 --cert {made.certificate} --key {made.key}"
    say(tr("cli.certificate.done", folder=folder, line=line))
    return OK
