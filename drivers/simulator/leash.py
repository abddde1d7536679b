"""Runs mosquitto on a leash: when the simulator ends, however it ends, the broker ends with it.

Started as a script of its own (only the standard library): ``python leash.py PROGRAM PORT``. The simulator holds the other
end of its standard input: closing it (or dying) stops the broker in order, the line ``kill`` ends it as a crash does.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
from pathlib import Path


def main(program: str, port: int) -> int:
    """Run the broker on 127.0.0.1:``port`` until told to end; returns its exit code."""
    with tempfile.TemporaryDirectory(prefix="building-console-broker-") as folder:
        config = Path(folder) / "mosquitto.conf"
        lines = (f"listener {port} 127.0.0.1", "allow_anonymous true", "persistence false", "log_dest none", "")
        config.write_text("\n".join(lines), encoding="utf-8")
        silence = subprocess.DEVNULL
        broker = subprocess.Popen([program, "-c", str(config)], stdin=silence, stdout=silence, stderr=silence)
        threading.Thread(target=_hold, args=(broker,), daemon=True).start()
        return broker.wait()


def _hold(broker: subprocess.Popen[bytes]) -> None:
    word = sys.stdin.buffer.readline()
    if word.strip() == b"kill":
        broker.kill()
    else:
        broker.terminate()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
