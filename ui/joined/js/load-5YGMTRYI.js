import{d as a,e as b,f as c,g as d}from"./chunk-E2EZGBAA.js";import"./room.js";export{a as NotShown,c as load,d as loadInline,b as megapixels};
