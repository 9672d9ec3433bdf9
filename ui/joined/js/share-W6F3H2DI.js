import{a,b,c}from"./chunk-U5PSDIGW.js";import"./room.js";export{a as copy,c as thank,b as write};
