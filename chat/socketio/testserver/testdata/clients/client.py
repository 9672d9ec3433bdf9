"""python-socketio against the test server, as Debian packages it:

    python3 client.py URL TRANSPORTS

TRANSPORTS is polling, websocket or both of them with a comma, which upgrades.
It is the client on asyncio: the other one handles each packet in a thread of
its own, so it keeps no order and mixes attachments up, whatever the server.
"""

import asyncio
import sys

import socketio

url, transports = sys.argv[1], sys.argv[2].split(",")
PATIENCE = 10  # seconds for each answer


async def connect(namespaces, auth=None, patience=PATIENCE):
    """Opens a connection and returns it with a queue of the events it gets."""
    client, events = socketio.AsyncClient(reconnection=False), asyncio.Queue()
    for namespace in namespaces:
        client.on("*", lambda event, *args: events.put_nowait((event, *args)), namespace=namespace)
    client.on("question", lambda *args: ("because",) + args)
    await client.connect(url, transports=transports, namespaces=namespaces, auth=auth, wait_timeout=patience)
    return client, events


async def next_of(events):
    return await asyncio.wait_for(events.get(), PATIENCE)


def want(got, expected):
    if got != expected:
        sys.exit("got %.300r, want %.300r" % (got, expected))


async def main():
    client, events = await connect(["/"], {"token": "abc"})
    want(await next_of(events), ("auth", {"token": "abc"}))
    who = await client.call("whoami", timeout=PATIENCE)
    want(who["transport"], transports[-1])

    args = ("a", {"b": [1, None]})
    want(await client.call("message-with-ack", args, timeout=PATIENCE), args)
    await client.emit("ask-me", "why?")
    want(await next_of(events), ("answer-was", "ok", "because", "why?"))

    small, large = b"\x00\xff", bytes(70_000)
    nested = {"list": [small, large], "again": small}
    want(await client.call("message-with-ack", nested, timeout=PATIENCE), nested)

    text = "x" * 999_900
    want(await client.call("message-with-ack", text, timeout=PATIENCE) == text, True)

    n = 500
    await client.emit("push", (n, 10))
    for i in range(n):
        await client.emit("message", i)
    got = {"pushed": [], "message-back": []}
    while len(got["pushed"]) < n or len(got["message-back"]) < n:
        event, first, *_ = await next_of(events)
        got[event].append(first)
    want(got["pushed"], list(range(n)))
    want(got["message-back"], list(range(n)))
    await client.disconnect()

    client, events = await connect(["/", "/custom"])
    want([(await next_of(events))[0] for _ in range(2)], ["auth", "auth"])
    want(await client.call("message-with-ack", "x", namespace="/custom", timeout=PATIENCE), "x")
    await client.disconnect()

    try:
        await connect(["/denied"], patience=1)  # it waits that long, whatever the answer
    except socketio.exceptions.ConnectionError:
        return
    sys.exit("/denied let it in")


asyncio.run(main())
print("python-socketio over %s: fine" % sys.argv[2])
