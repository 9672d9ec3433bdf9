// Enrolment: the first code, and the secret to copy.

import "./theme.js";
import { codeFields } from "./code.js";
import { byId } from "./dom.js";
import { copyButtons } from "./share.js";

codeFields(byId("enrol", HTMLFormElement), [byId("code", HTMLInputElement)]);
copyButtons();
