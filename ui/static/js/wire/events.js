// The payloads of the socket's events, typed once. Nothing runs here and
// nothing loads this file: modules refer to the types in their JSDoc.

/** @typedef {{id: string, name: string}} Person */

/** @typedef {{name: string, width: number, height: number, blur?: string}} SentFile what send_message refers to */

/** @typedef {{name: string, url: string, width: number, height: number, size: number, blur?: string}} ReceivedFile */

/** @typedef {{error: {code: string, message: string}}} Refusal the ack of whatever was not done */

/** @typedef {{id: string, timestamp: string}} SendAck */

/** @typedef {{room: string, members: Person[], you: Person}} JoinAck */

/**
 * @typedef {object} Message what receive_message carries
 * @property {string} chat_id
 * @property {string} id a ULID: the order of ids is the order of the room
 * @property {string} timestamp ISO 8601, UTC
 * @property {string} message
 * @property {Person} sender
 * @property {ReceivedFile} [file]
 */

/** @typedef {{chat_id: string, sender: Person}} Typing */

/** @typedef {{chat_id: string, member: Person}} Membership */

/** @typedef {{reason: "logout" | "expired" | "rotated"}} SessionEnded */

/**
 * What the server sends.
 *
 * @typedef {object} ServerEvents
 * @property {(m: Message) => void} receive_message
 * @property {(t: Typing) => void} show_typing
 * @property {(t: Typing) => void} hide_typing
 * @property {(m: Membership) => void} member_joined
 * @property {(m: Membership) => void} member_left
 * @property {(m: Membership) => void} member_renamed
 * @property {(e: SessionEnded) => void} session_ended
 */

/**
 * What the page sends.
 *
 * @typedef {object} ClientEvents
 * @property {(p: {chat_id: string}, ack: (answer: JoinAck | Refusal) => void) => void} join
 * @property {(p: {chat_id: string}) => void} typing
 * @property {(p: {chat_id: string}) => void} stop_typing
 * @property {(p: {chat_id: string, message: string, file?: SentFile}, ack: (answer: SendAck | Refusal) => void) => void} send_message
 */

export {};
