(()=>{var o=document.getElementById("kelisim"),t=o.dataset;try{sessionStorage.getItem("kelisim")===t.told&&(t.done="")}catch{}})();
