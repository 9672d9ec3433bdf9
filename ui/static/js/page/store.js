// Holds one state and tells whoever listens that it changed.

/**
 * @template S, A
 * @typedef {object} Store
 * @property {() => S} get
 * @property {(action: A) => void} dispatch
 * @property {(listener: (state: S, before: S) => void, since?: S) => void} subscribe
 */

/**
 * Listeners run after each action that made a new state, in the order they
 * subscribed. An action dispatched by a listener waits until all have seen the
 * one before, so nobody sees states out of order. Who subscribes late may say since
 * when, and hears of all that changed meanwhile at once.
 *
 * @template S, A
 * @param {(state: S, action: A) => S} reduce
 * @param {S} state
 * @returns {Store<S, A>}
 */
export function createStore(reduce, state) {
  /** @type {((state: S, before: S) => void)[]} */
  const listeners = [];
  /** @type {A[]} */
  const waiting = [];
  let running = false;

  /** @param {A} action */
  function dispatch(action) {
    waiting.push(action);
    if (running) return;
    running = true;
    try {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const before = state;
        state = reduce(state, next);
        if (state !== before) for (const listener of listeners) listener(state, before);
      }
    } finally {
      running = false;
    }
  }

  /**
   * @param {(state: S, before: S) => void} listener
   * @param {S} [since]
   */
  function subscribe(listener, since = state) {
    listeners.push(listener);
    if (since !== state) listener(state, since);
  }

  return { get: () => state, dispatch, subscribe };
}
