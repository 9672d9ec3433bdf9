"""What the checks of python-socketio have in common."""

import asyncio
import sys
import urllib.request

import socketio

url, suite, transports = sys.argv[1], sys.argv[2], sys.argv[3].split(",")
upgrades = len(transports) > 1
PATIENCE = 10  # seconds for each answer


async def connect(namespaces, auth=None, patience=PATIENCE, to=url, **options):
    """Opens a connection and returns it with a queue of the events it gets."""
    client = socketio.AsyncClient(**({"reconnection": False} | options))
    events = asyncio.Queue()
    for namespace in namespaces:
        client.on("*", lambda event, *args: events.put_nowait((event, *args)), namespace=namespace)
    client.on("question", lambda *args: ("because",) + args)
    await client.connect(to, transports=transports, namespaces=namespaces, auth=auth, wait_timeout=patience)
    return client, events


async def next_of(events):
    return await asyncio.wait_for(events.get(), PATIENCE)


def want(got, expected):
    if got != expected:
        raise AssertionError("got %.300r, want %.300r" % (got, expected))


def cut(phase="", to=url):
    """Has the server's side break a connection in a phase; returns the one that it still waits for."""
    with urllib.request.urlopen(to + "/cut" + ("?phase=" + phase if phase else "")) as answer:
        return answer.read().decode()
