// Enrolment: the first code, and the secret to copy.

import "./page/theme.js";
import { codeFields } from "./page/code.js";
import { byId } from "./page/dom.js";
import { copyButtons } from "./page/share.js";
import { waitForm } from "./page/wait.js";

const form = byId("enrol", HTMLFormElement);
const inputs = [byId("code", HTMLInputElement)];
codeFields(form, inputs);
waitForm(form, inputs);
copyButtons();
