"""Ports for servers that have to be told theirs before they start."""

import random
import socket

# below what Linux gives to outgoing connections, one of which would take a port between its choice and its use
ASIDE = range(20_000, 32_000)


def free_port():
    """A port of the loopback that nobody listens on."""
    for port in random.SystemRandom().sample(ASIDE, 100):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("a hundred ports are all in use")
