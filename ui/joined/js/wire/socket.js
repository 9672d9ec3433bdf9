import{a,b,c}from"../parts/chunk-I7WBG2EI.js";export{c as join,a as patience,b as socket};
