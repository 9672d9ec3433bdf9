"""python-socketio against the test server, as Debian packages it:

    python3 client.py URL TRANSPORTS

TRANSPORTS is polling, websocket or both of them with a comma, which upgrades.
"""

import queue
import sys

import socketio

url, transports = sys.argv[1], sys.argv[2].split(",")
PATIENCE = 10  # seconds for each answer


def connect(namespaces, auth=None, patience=PATIENCE):
    """Opens a connection and returns it with a queue of the events it gets."""
    client, events = socketio.Client(reconnection=False), queue.Queue()
    for namespace in namespaces:
        client.on("*", lambda event, *args: events.put((event, *args)), namespace=namespace)
    client.on("question", lambda *args: ("because",) + args)
    client.connect(url, transports=transports, namespaces=namespaces, auth=auth, wait_timeout=patience)
    return client, events


def want(got, expected):
    if got != expected:
        sys.exit("got %.300r, want %.300r" % (got, expected))


client, events = connect(["/"], {"token": "abc"})
want(events.get(timeout=PATIENCE), ("auth", {"token": "abc"}))
who = client.call("whoami", timeout=PATIENCE)
want(who["transport"], transports[-1])

want(client.call("message-with-ack", ("a", {"b": [1, None]}), timeout=PATIENCE), ("a", {"b": [1, None]}))
client.emit("ask-me", "why?")
want(events.get(timeout=PATIENCE), ("answer-was", "ok", "because", "why?"))

small, large = b"\x00\xff", bytes(70_000)
want(client.call("message-with-ack", {"list": [small, large], "again": small}, timeout=PATIENCE),
     {"list": [small, large], "again": small})

text = "x" * 999_900
want(client.call("message-with-ack", text, timeout=PATIENCE) == text, True)

n = 500
client.emit("push", (n, 10))
for i in range(n):
    client.emit("message", i)
pushed, echoed = [], []
while len(pushed) < n or len(echoed) < n:
    event, first, *_ = events.get(timeout=PATIENCE)
    {"pushed": pushed, "message-back": echoed}[event].append(first)
want(pushed, list(range(n)))
want(echoed, list(range(n)))
client.disconnect()

client, events = connect(["/", "/custom"])
want([events.get(timeout=PATIENCE)[0] for _ in range(2)], ["auth", "auth"])
want(client.call("message-with-ack", "x", namespace="/custom", timeout=PATIENCE), "x")
client.disconnect()

try:
    connect(["/denied"], patience=1)  # it waits that long, whatever the answer
    sys.exit("/denied let it in")
except socketio.exceptions.ConnectionError:
    pass

print("python-socketio over %s: fine" % sys.argv[2])
