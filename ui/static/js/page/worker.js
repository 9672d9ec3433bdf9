// Registers the service worker, where the browser allows one: over https or on
// this computer, and not in each private window.

const address = "/worker.js";

/**
 * The policy's one privilege is to make this address, and it can be made once.
 *
 * @type {{createPolicy: (name: string, rules: {createScriptURL: () => string}) => {createScriptURL: (wanted: string) => string}} | undefined}
 */
const types = /** @type {any} */ (globalThis).trustedTypes;
const script = types?.createPolicy("worker", { createScriptURL: () => address }).createScriptURL(address) ?? address;

const register = () => navigator.serviceWorker?.register(script).catch(() => {});

// What the page shows comes first. Without a worker all else works.
if (document.readyState === "complete") register();
else addEventListener("load", register);
