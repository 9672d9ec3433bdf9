import{a,b,c}from"./chunk-55VPIUHY.js";import"./room.js";export{a as copy,c as thank,b as write};
