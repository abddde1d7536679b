"""The horn: repeats per priority until somebody acknowledges; F8 silences the sound only, and a new alarm sounds again.

Tones are made here, not loaded. A machine without audio falls back to the screen alone, without hanging: the device is opened on
a thread of its own and nobody waits for it.
"""

from __future__ import annotations

import math
import threading
from array import array
from collections.abc import Generator
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from console.ui.picture import Picture

RATE = 22_050  # samples a second
TEST_MS = 3_000  # two rounds of the gravest pattern
# priority: (frequencies of the pulses in Hz, seconds a pulse, seconds of pause after the group, loudness 0..1)
PATTERNS: dict[int, tuple[tuple[int, ...], float, float, float]] = {
    1: ((960, 770, 960, 770, 960), 0.16, 0.5, 0.9),
    2: ((880, 880, 660), 0.18, 2.0, 0.7),
    3: ((660,), 0.25, 8.0, 0.5),
    4: ((523,), 0.15, 20.0, 0.3),
}


def tone(priority: int) -> array[int]:
    """One round of a priority's pattern, pause included: 16-bit mono samples at :data:`RATE`."""
    frequencies, length, pause, loudness = PATTERNS[priority]
    samples: array[int] = array("h")
    count = round(length * RATE)
    for frequency in frequencies:
        for place in range(count):
            edge = min(1.0, place / 200, (count - place) / 200)  # no clicks
            samples.append(round(32_000 * loudness * edge * math.sin(2 * math.pi * frequency * place / RATE)))
        samples.extend([0] * round(0.05 * RATE))
    samples.extend([0] * round(pause * RATE))
    return samples


class Speaker(Protocol):
    """What makes the sound. ``works``: None while it was not tried, False without a sound device."""

    works: bool | None

    def play(self, priority: int) -> None:
        """Repeat this priority's pattern until told otherwise."""

    def quiet(self) -> None:
        """Stop at once."""


class Silent:
    """No sound (tests, offscreen)."""

    works: bool | None = None

    def play(self, priority: int) -> None:
        """Nothing."""

    def quiet(self) -> None:
        """Nothing."""


class Loudspeaker:
    """The machine's sound device through miniaudio, opened when it is first needed."""

    def __init__(self) -> None:
        self._wanted = 0
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self.works: bool | None = None  # None: not tried yet

    def play(self, priority: int) -> None:
        """See :class:`Speaker`."""
        self._want(priority)

    def quiet(self) -> None:
        """See :class:`Speaker`."""
        self._want(0)

    def _want(self, priority: int) -> None:
        with self._changed:
            self._wanted = priority
            self._changed.notify()
        if priority and self._thread is None:
            # a daemon: a sound back-end that hangs must not keep the program from ending
            self._thread = threading.Thread(target=self._sound, name="horn", daemon=True)
            self._thread.start()

    def _sound(self) -> None:
        import miniaudio  # noqa: PLC0415 - 10 ms that a quiet night never pays

        rounds = {priority: tone(priority) for priority in PATTERNS}

        def stream() -> Generator[bytes | array[int], int, None]:
            needed = yield b""
            playing, position = 0, 0
            while True:
                with self._changed:
                    wanted = self._wanted
                if wanted != playing:
                    playing, position = wanted, 0
                if not playing:
                    needed = yield array("h", bytes(2 * needed))
                    continue
                samples = rounds[playing]
                piece = samples[position : position + needed]
                position = (position + len(piece)) % len(samples)
                needed = yield piece

        try:
            with miniaudio.PlaybackDevice(output_format=miniaudio.SampleFormat.SIGNED16, nchannels=1, sample_rate=RATE) as device:
                source = stream()
                next(source)
                device.start(source)
                self.works = True
                while True:
                    with self._changed:
                        self._changed.wait()
        except miniaudio.MiniaudioError:
            self.works = False


class Horn(QObject):
    """Follows the picture: sounds for the gravest unacknowledged alarm that nobody has silenced."""

    silenced = Signal(bool)
    mute = Signal()  # once: this machine has no sound device
    tested = Signal(bool)  # a test is over; False: there is no sound device

    def __init__(self, picture: Picture, speaker: Speaker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._picture, self._speaker = picture, speaker
        self._heard: set[int] = set()  # alarms that sounded when F8 was pressed
        self.sounding = 0
        picture.alarms_changed.connect(self._listen)
        picture.replaced.connect(self._listen)
        self._looked = False
        picture.ticked.connect(self._look)
        self._test = QTimer(self)
        self._test.setSingleShot(True)
        self._test.setInterval(TEST_MS)
        self._test.timeout.connect(self._tested)

    def test(self) -> None:
        """Sound the gravest pattern for a moment (上班检查). An alarm takes the horn over, with its own sound."""
        self._test.start()
        if not self.sounding:
            self._speaker.play(min(PATTERNS))

    def _tested(self) -> None:
        if not self.sounding:
            self._speaker.quiet()
        self.tested.emit(self._speaker.works is not False)

    def silence(self) -> None:
        """F8: the sound stops, nothing is acknowledged."""
        if self._test.isActive():
            self._test.stop()
            self._tested()
        tally = self._picture.tally
        self._heard = set(tally.loudest(tally.asking))
        self._listen()
        self.silenced.emit(True)

    def _look(self) -> None:
        """Say once that nothing will be heard: the operator must know it before it matters."""
        if not self._looked and self._speaker.works is False:
            self._looked = True
            self.mute.emit()

    def _listen(self, _changed: object = None) -> None:
        alarms, tally = self._picture.alarms, self._picture.tally
        self._heard = {number for number in self._heard if number in alarms and alarms[number].asks}
        first = tally.loudest(len(self._heard) + 1)  # what is real sounds over a drill, with its own sound
        loud = next((alarms[number].priority for number in first if number not in self._heard), 0)
        if loud == self.sounding:
            return
        self.sounding = loud
        if loud:
            self._speaker.play(loud)
            self.silenced.emit(False)
        elif not self._test.isActive():
            self._speaker.quiet()
