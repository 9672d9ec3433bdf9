import{a,b,c}from"./chunk-277UIIEM.js";import"./chunk-NFJHRAKR.js";import"./chunk-XC756M3C.js";export{a as copy,c as thank,b as write};
