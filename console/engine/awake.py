"""Keep the computer from sleeping while the collector watches. Best effort: a machine that forbids it is not our fault."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

# winbase.h: the system is needed until told otherwise; the screen may go dark
_ES_CONTINUOUS = 0x80000000
_ES_SYSTEM_REQUIRED = 0x00000001


@contextmanager
def kept_awake() -> Iterator[bool]:
    """While inside, the computer does not fall asleep by itself; False where that could not be arranged.

    Windows keeps the request per thread, so enter and leave on the same one (the main thread).
    """
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - exists with this call on Windows only

        kernel = ctypes.windll.kernel32
        arranged = bool(kernel.SetThreadExecutionState(_ES_CONTINUOUS | _ES_SYSTEM_REQUIRED))
        try:
            yield arranged
        finally:
            kernel.SetThreadExecutionState(_ES_CONTINUOUS)
        return
    holder = _inhibitor()
    try:
        yield holder is not None
    finally:
        if holder is not None:
            holder.terminate()
            holder.wait(5)


def _inhibitor() -> subprocess.Popen[bytes] | None:
    """A process that holds the inhibition and ends with us: both tools read from a pipe that closes when we die."""
    if sys.platform == "darwin":
        command = ["caffeinate", "-i", "cat"]
    else:
        command = [
            "systemd-inhibit", "--what=sleep:idle", "--who=building-collector", "--why=monitoring", "--mode=block", "cat",
        ]  # fmt: skip
    if shutil.which(command[0]) is None:
        return None
    try:
        holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except OSError:
        return None
    # where no session manager answers it ends at once: take note of that, so that no dead process lies about
    threading.Thread(target=holder.wait, name="awake", daemon=True).start()
    return holder
