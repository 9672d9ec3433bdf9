// Enrolment: the first code, and the secret to copy.

import "./page/theme.js";
import { codeFields } from "./page/code.js";
import { copyButtons } from "./page/copy.js";
import { byId } from "./page/dom.js";
import { loadAtFirstTouch } from "./page/later.js";
import { waitForm } from "./page/wait.js";

const form = byId("enrol", HTMLFormElement);
const inputs = [byId("code", HTMLInputElement)];
codeFields(form, inputs);
waitForm(form, inputs);
copyButtons();
loadAtFirstTouch();
