"""A broker of our own that does nothing but send, for measuring how fast messages become samples.

``python -m tests.helpers.mqttflood COUNT TOPICS VALUES`` prints its port, serves one subscriber COUNT messages of JSON with
VALUES numbers on TOPICS topics (``flood/0`` …), and ends. It runs in its own process, so that it costs the measured one nothing.
"""

from __future__ import annotations

import json
import socket
import sys


def _packet(topic: str, payload: bytes) -> bytes:
    name = topic.encode()
    body = len(name).to_bytes(2, "big") + name + payload
    length, size = bytearray(), len(body)
    while True:
        size, digit = divmod(size, 128)
        length.append(digit | (128 if size else 0))
        if not size:
            return b"\x30" + bytes(length) + body


def main(count: int, topics: int, values: int) -> None:
    """Serve one subscriber."""
    packets = [
        _packet(f"flood/{i}", json.dumps({f"v{n}": round(200 + n * 1.1 + i / 7, 3) for n in range(values)}).encode())
        for i in range(topics)
    ]
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(1)
        print(server.getsockname()[1], flush=True)
        client, _ = server.accept()
        with client:
            client.recv(65536)
            client.sendall(b"\x20\x02\x00\x00")  # CONNACK
            asked = client.recv(65536)  # SUBSCRIBE: everything is granted with QoS 0
            client.sendall(b"\x90" + bytes([2 + topics]) + asked[2 + (asked[1] > 127) : 4 + (asked[1] > 127)] + bytes(topics))
            block = b"".join(packets)
            for _ in range(count // topics):
                client.sendall(block)
            client.settimeout(60)
            while client.recv(65536):
                pass


if __name__ == "__main__":
    main(*(int(each) for each in sys.argv[1:4]))
