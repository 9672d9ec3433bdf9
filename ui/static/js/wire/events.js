// The payloads of the socket's events, typed once. Nothing runs here and
// nothing loads this file: modules refer to the types in their JSDoc.

/** @typedef {{id: string, name: string}} Person */

/** @typedef {{name: string, width: number, height: number, blur?: string}} SentFile what send_message refers to */

/** @typedef {{name: string, url: string, width: number, height: number, size: number, blur?: string}} ReceivedFile */

/** @typedef {{error: {code: string, message: string}}} Refusal the ack of whatever was not done */

/**
 * What every entry of a room's log has.
 *
 * @typedef {object} Entry
 * @property {string} chat_id
 * @property {string} id sorts as text: the order of ids is the order of the room
 * @property {string} timestamp ISO 8601, UTC
 * @property {Person} sender
 * @property {string} [client_id] the sender's own name for it
 */

/**
 * @typedef {Entry & {kind?: undefined, message: string, file?: ReceivedFile, reply_to?: string}} Message
 * @typedef {Entry & {kind: "edit", target: string, message: string}} Edit
 * @typedef {Entry & {kind: "delete", target: string}} Deletion
 * @typedef {Entry & {kind: "reaction", target: string, emoji: string, on: boolean}} Reaction
 * @typedef {Entry & {kind: "title", title: string}} Titling
 * @typedef {Edit | Deletion | Reaction} Change of a message
 * @typedef {Message | Change | Titling} Logged what the log of a room is made of
 */

/** @typedef {{id: string, timestamp: string}} SendAck */

/**
 * A part of a room's log, in order.
 *
 * @typedef {object} Page
 * @property {Logged[]} messages
 * @property {boolean} older there are earlier ones
 * @property {string} [last] the id up to which everything is known with it
 * @property {boolean} [more] there are later ones
 * @property {boolean} [gap] some that came before it are kept no more
 */

/** @typedef {Required<Page> & {room: string, members: Person[], you: Person, title?: string}} JoinAck */

/** @typedef {{chat_id: string, sender: Person}} Typing */

/** @typedef {{chat_id: string, member: Person}} Membership */

/** @typedef {{reason: "logout" | "expired" | "rotated"}} SessionEnded */

/**
 * What the server sends.
 *
 * @typedef {object} ServerEvents
 * @property {(m: Message) => void} receive_message
 * @property {(e: Edit) => void} message_edited
 * @property {(d: Deletion) => void} message_deleted
 * @property {(r: Reaction) => void} message_reacted
 * @property {(t: Titling) => void} room_titled
 * @property {(t: Typing) => void} show_typing
 * @property {(t: Typing) => void} hide_typing
 * @property {(m: Membership) => void} member_joined
 * @property {(m: Membership) => void} member_left
 * @property {(m: Membership) => void} member_renamed
 * @property {(e: SessionEnded) => void} session_ended
 */

/** @typedef {{client_id: string}} Named each request that is to be stored once, however often it is made */

/**
 * What is stored when the page asks for it: the name of the event, and what
 * goes with it.
 *
 * @typedef {{event: "send_message", message: string, file?: SentFile, reply_to?: string}
 *   | {event: "edit_message", id: string, message: string}
 *   | {event: "delete_message", id: string}
 *   | {event: "react", id: string, emoji: string, on: boolean}
 *   | {event: "set_title", title: string}} Request
 */

/**
 * What the page sends.
 *
 * @typedef {object} ClientEvents
 * @property {(p: {chat_id: string, after?: string}, ack: (answer: JoinAck | Refusal) => void) => void} join
 * @property {(p: {chat_id: string, before?: string, after?: string, limit?: number}, ack: (answer: Page | Refusal) => void) => void} history
 * @property {(p: {chat_id: string}) => void} typing
 * @property {(p: {chat_id: string}) => void} stop_typing
 * @property {(p: Named & {chat_id: string}, ack: (answer: SendAck | Refusal) => void) => void} send_message
 * @property {(p: Named & {chat_id: string}, ack: (answer: SendAck | Refusal) => void) => void} edit_message
 * @property {(p: Named & {chat_id: string}, ack: (answer: SendAck | Refusal) => void) => void} delete_message
 * @property {(p: Named & {chat_id: string}, ack: (answer: SendAck | Refusal) => void) => void} react
 * @property {(p: Named & {chat_id: string}, ack: (answer: SendAck | Refusal) => void) => void} set_title
 */

export {};
