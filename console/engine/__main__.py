"""``python -m console.engine --store DIR …``: runs the collector until it is told to stop.

The heavy imports are inside :func:`main`: worker processes are started from this module and must not pay for them.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import ssl
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from console.domain.configuring import Mistake
    from console.domain.problems import Problem
    from console.engine.collector import Collector

OK, FAILED, BAD_INPUT = 0, 1, 2


def parser() -> argparse.ArgumentParser:
    """The options, for here and for ``building-collector run``."""
    from console.texts import tr  # noqa: PLC0415 - the catalogue is read when somebody asks

    made = argparse.ArgumentParser(prog="building-collector", description=tr("engine.help"))
    made.add_argument("--store", type=Path, required=True, metavar="DIR", help=tr("engine.help.store"))
    made.add_argument("--config", type=Path, metavar="FILE", help=tr("engine.help.config"))
    made.add_argument("--host", default="127.0.0.1", help=tr("engine.help.host"))
    made.add_argument("--port", type=int, default=0, help=tr("engine.help.port"))
    made.add_argument("--clock", default="real", help=tr("engine.help.clock"))
    made.add_argument("--seed-accounts", type=Path, metavar="FILE", help=tr("engine.help.seed"))
    made.add_argument("--cert", type=Path, metavar="FILE", help=tr("engine.help.cert"))
    made.add_argument("--key", type=Path, metavar="FILE", help=tr("engine.help.key"))
    made.add_argument("--ca", type=Path, metavar="FILE", help=tr("engine.help.ca"))
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """0 after an orderly stop; 1 with one clear sentence; 2 where the site file has mistakes (each is printed)."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    options = parser().parse_args(arguments)
    from console.domain.problems import Refused  # noqa: PLC0415 - see the module
    from console.engine.configuring import ConfigurationWrong  # noqa: PLC0415
    from console.store import StoreRefused  # noqa: PLC0415

    try:
        asyncio.run(_run(options))
    except (Refused, StoreRefused) as refused:
        _complain(refused.problem)
        return FAILED
    except ConfigurationWrong as wrong:
        for mistake in wrong.mistakes:
            _complain_of(mistake)
        return BAD_INPUT
    return OK


async def _run(options: argparse.Namespace) -> None:
    from console.engine.awake import kept_awake  # noqa: PLC0415 - see the module
    from console.engine.clocks import parse_clock  # noqa: PLC0415
    from console.engine.collector import Collector  # noqa: PLC0415
    from console.engine.people import read_seeds  # noqa: PLC0415

    collector = Collector(
        options.store,
        parse_clock(options.clock),
        host=options.host,
        port=options.port,
        site_text=_site_text(options.config),
        site_file=str(options.config or ""),
        seeds=read_seeds(options.seed_accounts) if options.seed_accounts else (),
        tls=_tls(options.cert, options.key),
        ca_file=str((options.ca or options.cert.with_name("ca.pem")).absolute()) if options.cert else "",
        ready=_say_ready,
    )
    _stop_on_signals(collector)
    with kept_awake():
        await collector.run()


def _stop_on_signals(collector: Collector) -> None:
    """Ctrl-C, a service manager's stop, Ctrl-Break on Windows: portable, so no handler of the loop's own."""
    loop = asyncio.get_running_loop()

    def stop(_number: int, _frame: Any) -> None:
        loop.call_soon_threadsafe(collector.stop)

    for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
        number = getattr(signal, name, None)
        if number is not None:
            signal.signal(number, stop)


def _site_text(file: Path | None) -> str | None:
    from console.domain.problems import Refused  # noqa: PLC0415 - see the module

    if file is None:
        return None
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused("engine.site_file", file=str(file), detail=f"UTF-8: {error.reason}") from error
    except OSError as error:
        raise Refused("engine.site_file", file=str(file), detail=error.strerror or str(error)) from error


def _tls(certificate: Path | None, key: Path | None) -> ssl.SSLContext | None:
    from console.domain.problems import Refused  # noqa: PLC0415 - see the module

    if certificate is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        raise Refused("engine.certificate", file=str(certificate), detail=str(error)) from error
    return context


def _say_ready(host: str, port: int) -> None:
    from console.texts import tr  # noqa: PLC0415 - see the module

    sys.stdout.write(tr("engine.ready", host=host, port=port) + "\n")
    sys.stdout.flush()


def _complain(problem: Problem) -> None:
    from console.texts import sentence  # noqa: PLC0415 - see the module

    sys.stderr.write(sentence(problem) + "\n")


def _complain_of(mistake: Mistake) -> None:
    from console.texts import sentence  # noqa: PLC0415 - see the module

    sys.stderr.write(f"{mistake.file}:{mistake.line}: {sentence(mistake.problem)}\n")


if __name__ == "__main__":
    sys.exit(main())
