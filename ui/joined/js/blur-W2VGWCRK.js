import{a,b,c,d}from"./chunk-O4BOVMD4.js";import"./room.js";export{c as blurred,d as canvas,a as squares,b as unpack};
