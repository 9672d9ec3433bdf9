// The login: the fields, and the countdown while the server refuses to listen.

import "./page/theme.js";
import { codeFields } from "./page/code.js";
import { byId } from "./page/dom.js";
import { waitForm } from "./page/wait.js";

const form = byId("login", HTMLFormElement);
const inputs = [.../** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll("input.code"))];
codeFields(form, inputs);
waitForm(form, inputs);
