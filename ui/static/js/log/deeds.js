// What becomes of a message when somebody uses its bar.

import { subjectOf } from "../compose/composer.js";
import { byId, sheet } from "../page/dom.js";
import { thank, write } from "../page/share.js";
import { say } from "../page/words.js";
import { standing } from "../state/fates.js";
import { newName } from "../state/entries.js";
import { createActions } from "./actions.js";
import { createRemoval } from "./remove.js";

/** @import {Subject} from "../compose/composer.js" */
/** @import {Store} from "../page/store.js" */
/** @import {Action, State} from "../state/state.js" */

/**
 * @param {Store<State, Action>} store
 * @param {(subject: Subject) => void} compose
 * @param {(id: string, emoji: string, on: boolean) => void} react
 */
export function createDeeds(store, compose, react) {
  const confirm = createRemoval();
  const me = () => store.get().me;
  store.subscribe(createActions(store.get, {
    react,
    reply: (said) => compose(subjectOf(said, me(), "reply")),
    edit: (said) => compose(subjectOf(said, me(), "edit")),
    async copy(said, button) {
      const worked = await write(standing(said, me()).text);
      thank(button, say(worked ? "app.copied" : "app.copy_failed"), worked);
    },
    async remove(said) {
      const { id, gist } = subjectOf(said, me(), "edit");
      await sheet("dialogs");
      if (!await confirm(gist)) return; // the focus is where it was
      store.dispatch({ type: "does", doing: { key: newName(), event: "delete_message", id } });
      byId("text", HTMLTextAreaElement).focus();
    },
  }));
}
