// Types of the vendored file, for the checker only: they are the package's own.
export * from "socket.io-client";
