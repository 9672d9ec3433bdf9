// Enrolment: the first code, and the secret to copy.

import "./page/theme.js";
import { codeFields } from "./page/code.js";
import { byId } from "./page/dom.js";
import { copyButtons } from "./page/share.js";

codeFields(byId("enrol", HTMLFormElement), [byId("code", HTMLInputElement)]);
copyButtons();
