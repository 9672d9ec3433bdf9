"""python-socketio against the test server, as Debian packages it:

    python3 client.py URL TRANSPORTS

TRANSPORTS is polling, websocket or both of them with a comma, which upgrades.
It is the client on asyncio: the other one handles each packet in a thread of
its own, so it keeps no order and mixes attachments up, whatever the server.
"""

import asyncio
import sys
import urllib.request

import socketio

url, transports = sys.argv[1], sys.argv[2].split(",")
PATIENCE = 10  # seconds for each answer


async def connect(namespaces, auth=None, patience=PATIENCE, **options):
    """Opens a connection and returns it with a queue of the events it gets."""
    client = socketio.AsyncClient(**({"reconnection": False} | options))
    events = asyncio.Queue()
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


def cut(phase):
    """Has the server's side break a connection in a phase; returns the one that it still waits for."""
    with urllib.request.urlopen(url + "/cut" + ("?phase=" + phase if phase else "")) as answer:
        return answer.read().decode()


async def echo(client, events, echoes, n, back=None):
    """Sends numbers until so many have come back, and the client is if it was away."""
    sent = 100 * len(echoes)
    while len(echoes) < n or not (back is None or back.is_set()):
        sent += 1
        if sent > 2000:
            sys.exit("%d echoes and no more" % len(echoes))
        try:
            await client.emit("message", sent)
            while True:
                event, first = await asyncio.wait_for(events.get(), 0.2)
                if event == "message-back":
                    echoes.append(first)
                    break
        except (asyncio.TimeoutError, socketio.exceptions.BadNamespaceError):
            await asyncio.sleep(0.01)  # it is away


async def drops():
    """Breaks connections, and wants each client to come back by itself."""
    # On polling the library takes a close packet for a farewell and stays away,
    # and after a POST that failed it sends no more until a ping goes unanswered.
    for phase in {"polling": ["poll"], "websocket": ["drop", "frames"]}[transports[-1]]:
        client, events = await connect(["/"], reconnection=True, reconnection_delay=0.01, randomization_factor=0)
        want((await next_of(events))[0], "auth")
        back = asyncio.Event()
        client.on("connect", back.set)
        echoes = []
        await echo(client, events, echoes, 10)
        if phase == "drop":
            await client.emit("drop")
        else:
            cut(phase)
        if phase == "poll":
            # One more message brings the next poll, and none is on its way when
            # that one breaks.
            await client.emit("message", 11)
            await asyncio.wait_for(back.wait(), PATIENCE)
        await echo(client, events, echoes, 30, back)
        want(cut(""), "")
        want(echoes, sorted(set(echoes)))  # none doubled, none out of order
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

    await drops()

    try:
        await connect(["/denied"], patience=1)  # it waits that long, whatever the answer
    except socketio.exceptions.ConnectionError:
        return
    sys.exit("/denied let it in")


asyncio.run(main())
print("python-socketio over %s: fine" % sys.argv[2])
