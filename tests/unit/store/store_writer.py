"""A program that writes as fast as it may and says what it was told is durable. The kill test starts it and kills it.

Arguments: folder, seed. Every sample's value is its serial number, and its time follows from it, so that a reader can tell
exactly which are there. Lines: ``E n`` (log entry n was acknowledged), ``R n`` (the first n samples of this run are recorded).
"""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

import numpy as np
from store_builders import T, raised

from console.domain.samples import Batch
from console.domain.times import SECOND
from console.store import Pace, open_store
from console.store.image import Commit

WIDTH = 50
PACE = Pace(flush_s=0.02, durable_s=0.1, alive_s=0.05, keep_last_s=0.15, seal_s=0.1, flush_samples=20_000)


def main(folder: Path, start: int) -> None:
    """Samples from serial ``start`` on."""
    store = open_store(folder, T, PACE)
    image = store.image()
    recorder = store.recorder(lambda: T)
    recorder.start()
    print("UP", flush=True)
    lock = threading.Lock()

    def say(line: str) -> None:
        with lock:
            print(line, flush=True)

    serial, sequence = start, image.sequence
    points, good = np.arange(1, WIDTH + 1, dtype=np.int32), np.zeros(WIDTH, np.uint8)
    while True:
        for _ in range(20):
            values = np.full(WIDTH, serial, np.int64)
            recorder.put(Batch(points, values, good, T + serial * SECOND, T + serial * SECOND))
            serial += 1
        sequence += 1
        number = sequence
        recorder.commit(Commit((raised(number),))).add_done_callback(lambda done, n=number: done.exception() or say(f"E {n}"))
        say(f"R {recorder.health().counters['recorded']}")
        time.sleep(0.002)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
