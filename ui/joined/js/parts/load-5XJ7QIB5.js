import{c as a,d as b,e as c,f as d}from"./chunk-4MLCBXOG.js";import"./chunk-XC756M3C.js";export{a as NotShown,c as load,d as loadInline,b as megapixels};
