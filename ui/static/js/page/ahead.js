// What takes long to be made and needs nothing of the room. The page runs this
// while the room's modules are on their way.

import { time } from "./words.js";

time(0);
