"""python-socketio against the test server, as Debian packages it:

    python3 client.py URL SUITE TRANSPORTS

SUITE is the URL of a server with the heartbeat of the official suites. TRANSPORTS
is polling, websocket or both of them with a comma, which upgrades.
It is the client on asyncio: the other one handles each packet in a thread of
its own, so it keeps no order and mixes attachments up, whatever the server.
"""

import asyncio
import sys

import socketio

from common import PATIENCE, connect, next_of, transports, want
from drops import drops


async def late():
    """Answers a question after the server has stopped to wait, which does no harm."""
    client, events = await connect(["/"])
    want((await next_of(events))[0], "auth")
    asked, told = asyncio.Event(), asyncio.Event()

    async def question(*args):
        asked.set()
        await told.wait()
        return "too late"

    client.on("question", question)
    await client.emit("ask-me")
    await asyncio.wait_for(asked.wait(), PATIENCE)
    want(await next_of(events), ("answer-was", "timeout"))
    told.set()
    for word in ("alive", "still alive"):  # the answer goes out behind the first
        want(await client.call("message-with-ack", word, timeout=PATIENCE), word)
    want(events.empty(), True)
    await client.disconnect()


async def repeated():
    """Has an attachment stand in several places. The library gives each one
    placeholder, so the packet is written by hand; what comes back is for it to read."""
    client, events = await connect(["/"])
    want((await next_of(events))[0], "auth")
    one, two = ('{"_placeholder":true,"num":%d}' % num for num in range(2))
    await client.eio.send('52-["message",%s,{"deep":[%s,%s]},%s]' % (two, one, two, two))
    for attachment in (b"\x01", b"\x02\x02"):
        await client.eio.send(attachment)
    want(await next_of(events), ("message-back", b"\x02\x02", {"deep": [b"\x01", b"\x02\x02"]}, b"\x02\x02"))
    await client.disconnect()


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

    want(await client.call("message-with-ack", timeout=PATIENCE), None)
    await client.emit("message", (small, nested, small))
    want(await next_of(events), ("message-back", small, nested, small))
    await client.emit("ask-me", nested)
    want(await next_of(events), ("answer-was", "ok", "because", nested))

    # What nobody handles gets no acknowledgement, and later ones still do.
    try:
        await client.call("nobody handles this", timeout=0.1)
        sys.exit("an acknowledgement out of nowhere")
    except socketio.exceptions.TimeoutError:
        want(await client.call("message-with-ack", 1, timeout=PATIENCE), 1)

    text = "x" * 999_900
    want(await client.call("message-with-ack", text, timeout=PATIENCE) == text, True)
    large = bytes(740_000 if transports[-1] == "polling" else 999_900)
    want(await client.call("message-with-ack", large, timeout=PATIENCE) == large, True)

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
    want(client.get_sid("/") != client.get_sid("/custom"), True)
    for namespace in ("/custom", "/"):
        want(await client.call("message-with-ack", "x", namespace=namespace, timeout=PATIENCE), "x")
    await client.disconnect()

    await late()
    await repeated()
    await drops()

    try:
        await connect(["/denied"], patience=1)  # it waits that long, whatever the answer
    except socketio.exceptions.ConnectionError:
        return
    sys.exit("/denied let it in")


asyncio.run(main())
print("python-socketio over %s: fine" % sys.argv[3])
