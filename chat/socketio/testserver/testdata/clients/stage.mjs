// What all checks need to play their part, in Node and in a browser.

// once resolves with the arguments of the next event of that name.
export const once = (emitter, event) => new Promise((resolve) => emitter.once(event, (...args) => resolve(args)));

// heard is once without the offset, which is the last argument of every event
// that the server can send again.
export const heard = async (socket, event) => (await once(socket, event)).slice(0, -1);

// ask emits an event and resolves with the acknowledgement.
export const ask = (socket, ...args) => new Promise((resolve) => socket.emit(...args, (...reply) => resolve(reply)));

// pause lets everything else have its turn.
export const pause = (ms = 0) => new Promise((resolve) => setTimeout(resolve, ms));

// collect resolves with the first argument of each of n events.
export function collect(socket, event, n) {
  const got = [];
  return new Promise((resolve) => {
    socket.on(event, (first) => {
      got.push(first);
      if (got.length === n) resolve(got);
    });
  });
}

// A Stage is one client, over the transports that it may use.
export class Stage {
  #sockets = [];

  // Transports is polling, websocket or both of them with a comma, which
  // upgrades. A client that resends is one below which a request is sent again
  // that got no answer, as browsers do.
  constructor({ io, version, url, transports, resends }) {
    this.io = io;
    this.url = url;
    this.transports = transports;
    this.resends = resends;
    this.upgrades = transports === "polling,websocket";
    this.last = transports.split(",").at(-1);
    const [major, minor] = version.split(".").map(Number);
    this.since = (wanted, least) => major > wanted || (major === wanted && minor >= least);
  }

  // connect opens a connection of its own.
  connect(namespace = "/", options = {}) {
    const socket = this.io(this.url + namespace, {
      transports: this.transports.split(","),
      forceNew: true,
      reconnectionDelay: 10,
      reconnectionDelayMax: 20,
      timeout: 5000,
      ...options,
    });
    this.#sockets.push(socket);
    return socket;
  }

  // settled resolves when a connection uses the transport that it ends up with. A
  // connection may break before that, and the next one has another engine.
  async settled(socket) {
    while (!socket.connected || (this.upgrades && socket.io.engine.transport.name !== "websocket")) {
      await Promise.race([once(socket, "connect"), once(socket, "disconnect"), once(socket.io.engine, "upgrade")]);
    }
  }

  // tell has the server's side of the test do something, and resolves with what
  // that says.
  async tell(what) {
    return (await fetch(`${this.url}/${what}`)).text();
  }

  // run makes one check after the other. The first that fails ends it, with its
  // name.
  async run(checks) {
    for (const [what, body] of Object.entries(checks)) {
      let late;
      const tooLong = new Promise((_, reject) => { late = setTimeout(() => reject(new Error("it takes too long")), 60_000); });
      try {
        await Promise.race([body(), tooLong]);
      } catch (error) {
        throw new Error(`"${what}" failed: ${error.stack.slice(0, 2000)}`);
      }
      clearTimeout(late);
      for (const socket of this.#sockets.splice(0)) socket.disconnect();
    }
    return `${Object.keys(checks).length} checks`;
  }
}
