import{a,b,c,d,e}from"./chunk-VYDOGLDU.js";import"./chunk-TFGAUDFT.js";export{d as arrived,c as drop,b as get,a as put,e as sweep};
