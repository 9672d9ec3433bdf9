import{e as m}from"../parts/chunk-XC756M3C.js";m(0);
