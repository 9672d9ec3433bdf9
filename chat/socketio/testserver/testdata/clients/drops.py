"""Connections of python-socketio that break, in every phase that there is.

When the library upgrades it does so before it sends or gets anything else, so
there is no traffic through its upgrade.
"""

import asyncio

import socketio

from common import PATIENCE, connect, cut, next_of, suite, transports, upgrades, url, want


async def echo(client, events, echoes, n, back=None):
    """Sends numbers until so many have come back, and the client is if it was away."""
    sent = 100 * len(echoes)
    while len(echoes) < n or not (back is None or back.is_set()):
        sent += 1
        if sent > 2000:
            raise AssertionError("%d echoes and no more" % len(echoes))
        try:
            await client.emit("message", sent)
            while True:
                event, first = await asyncio.wait_for(events.get(), 0.2)
                if event == "message-back":
                    echoes.append(first)
                    break
        except (asyncio.TimeoutError, socketio.exceptions.BadNamespaceError):
            await asyncio.sleep(0.01)  # it is away


async def while_open(phase):
    """Breaks a connection that is there, and wants the client to come back by itself."""
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
    want(cut(), "")
    want(echoes, sorted(set(echoes)))  # none doubled, none out of order
    await client.disconnect()


async def while_posting():
    """Breaks a POST, behind which the library sends no more: a ping goes
    unanswered, and when the server ends the session the library takes that for a
    farewell and stays away. So the heartbeat is that of the suites. (An answer that
    breaks off half way it does not notice, as it does not read it.)"""
    client, events = await connect(["/"], to=suite)
    want((await next_of(events))[0], "auth")
    gone = asyncio.Event()
    client.on("disconnect", gone.set)
    echoes = []
    await echo(client, events, echoes, 10)
    cut("post", suite)
    await client.emit("message", 11)
    await asyncio.wait_for(gone.wait(), PATIENCE)
    want(cut(to=suite), "")
    while not events.empty():
        event, first = events.get_nowait()
        if event == "message-back":
            echoes.append(first)  # only the answer was lost
    await client.connect(suite, transports=transports, namespaces=["/"], wait_timeout=PATIENCE)
    await echo(client, events, echoes, 30)
    want(echoes, sorted(set(echoes)))
    await client.disconnect()


async def while_opening(phase):
    """Breaks a connection that is about to be. One that fails is told; an upgrade
    that fails leaves the client on polling, with all that it had."""
    cut(phase)
    if phase == "handshake" or not upgrades:
        try:
            await connect(["/"])
            raise AssertionError("%s: connected, and that was broken" % phase)
        except socketio.exceptions.ConnectionError:
            pass
    client, events = await connect(["/"])
    want(cut(), "")
    want((await next_of(events))[0], "auth")
    stays = upgrades and phase in ("websocket", "probe")
    want((await client.call("whoami", timeout=PATIENCE))["transport"], "polling" if stays else transports[-1])
    echoes = []
    await echo(client, events, echoes, 20)
    want(echoes, sorted(set(echoes)))
    await client.disconnect()


async def while_switching():
    """Breaks the websocket that the client has just switched to, and the server has not."""
    cut("confirm")
    back = asyncio.Event()
    client = socketio.AsyncClient(reconnection=True, reconnection_delay=0.01, randomization_factor=0)
    events = asyncio.Queue()
    client.on("*", lambda event, *args: events.put_nowait((event, *args)))
    client.on("connect", back.set)
    await client.connect(url, transports=transports, namespaces=["/"], wait=False)
    await asyncio.wait_for(back.wait(), PATIENCE)
    want(cut(), "")
    echoes = []
    await echo(client, events, echoes, 20)
    want(echoes, sorted(set(echoes)))
    await client.disconnect()


async def drops():
    polling, websocket = transports[0] == "polling", transports[-1] == "websocket"
    for phase in (["handshake"] if polling else []) + (["websocket"] if websocket else []) + (["probe"] if upgrades else []):
        await while_opening(phase)
    for phase in ["drop", "frames"] if websocket else ["poll"]:
        await while_open(phase)
    if not websocket:
        await while_posting()
    if upgrades:
        await while_switching()
