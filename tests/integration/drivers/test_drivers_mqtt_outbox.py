"""The publishing session: bounded before a broker that takes nothing, and there again by itself."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable

from console.domain.problems import Problem
from drivers.mqtt.outbox import WINDOW, Outbox
from tests.helpers.estates import broker as broker_at
from tests.helpers.mosquitto import Mosquitto


class News:
    """What an outbox says."""

    def __init__(self, port: int) -> None:
        self.connects = 0
        self.problems: list[Problem] = []
        self.outbox = Outbox(broker_at(port), "bc/s/status", time.time_ns, self._connected, self.problems.append)

    def _connected(self) -> None:
        self.connects += 1

    def end(self) -> None:
        self.outbox.stop()
        until(lambda: not self.outbox.alive)


def until(met: Callable[[], object], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_broker_that_acknowledges_nothing_fills_a_window_and_no_more() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(1)
        taken: list[socket.socket] = []

        def serve() -> None:
            client, _ = server.accept()
            taken.append(client)
            client.recv(1000)
            client.sendall(b"\x20\x02\x00\x00")  # CONNACK, and not a word after it

        thread = threading.Thread(target=serve)
        thread.start()
        news = News(server.getsockname()[1])
        news.outbox.start()
        until(lambda: news.connects)
        given, start = 0, time.monotonic()
        while news.outbox.room:
            news.outbox.put(f"bc/s/values/{given}", b"x" * 1000, retain=True)
            given += 1
        assert time.monotonic() - start < 0.1
        assert given == WINDOW - 1  # the availability message is on its way too
        time.sleep(0.3)
        assert not news.outbox.room
        assert news.outbox.sent == 0
        thread.join()
        taken[0].close()
        news.end()


def test_a_broker_that_comes_back_is_told_again_that_we_are_there() -> None:
    with Mosquitto() as broker:
        news = News(broker.port)
        news.outbox.start()
        until(lambda: news.connects == 1 and news.outbox.sent == 1)
        broker.kill()
        until(lambda: news.problems)
        broker.start()
        back = time.monotonic()
        until(lambda: news.connects == 2 and news.outbox.sent == 2)
        assert time.monotonic() - back < 3
        for number in range(WINDOW - 1):
            assert news.outbox.room
            news.outbox.put(f"bc/s/values/{number}", b"{}", retain=False)
        until(lambda: news.outbox.sent == 2 + WINDOW - 1)
        news.end()
