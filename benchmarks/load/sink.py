"""`python -m benchmarks.load.sink`: takes what the senders of case o send, answers nothing, and prints its port first.

Belongs here: the cheapest peer that there can be. Never here: the protocol. With it beside the load, the senders cost
the machine what they cost it beside a gateway, and nobody else anything.
"""

import selectors
import socket
import sys

RECEIVE_BYTES = 65_536
CONNECTIONS_MAX = 2_048
CLOSING = "--close-on-first-bytes"  # so that a sender of logons goes on to its next one


def serve(closes: bool) -> None:
    """Until killed."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=1_024)
    print(listening.getsockname()[1], flush=True)
    listening.setblocking(False)
    waiting = selectors.DefaultSelector()
    waiting.register(listening, selectors.EVENT_READ)
    count = 0
    while True:
        for key, _ in waiting.select():
            peer = key.fileobj
            assert isinstance(peer, socket.socket)
            if peer is listening:
                connection, _ = listening.accept()
                count += 1
                if count > CONNECTIONS_MAX:
                    raise SystemExit("more connections than case o makes")
                waiting.register(connection, selectors.EVENT_READ)
                continue
            try:
                data = peer.recv(RECEIVE_BYTES)
            except OSError:
                data = b""
            if closes or not data:
                waiting.unregister(peer)
                peer.close()
                count -= 1


if __name__ == "__main__":
    serve(CLOSING in sys.argv)
