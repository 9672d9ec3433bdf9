import{a,b,c,d,e}from"./chunk-L5FTEZC5.js";import"./chunk-JZ4WISWK.js";import"./room.js";export{d as arrived,c as drop,b as get,a as put,e as sweep};
