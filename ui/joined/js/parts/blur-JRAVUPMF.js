import{a,b,c,d}from"./chunk-BDKSN3YN.js";export{c as blurred,d as canvas,a as squares,b as unpack};
