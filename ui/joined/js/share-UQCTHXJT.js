import{a,b,c}from"./chunk-LLKYIROU.js";import"./room.js";export{a as copy,c as thank,b as write};
