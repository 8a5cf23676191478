(()=>{var e=document.getElementById("kelisim"),o=e.dataset;e.querySelector(".k-changed button").onclick=t=>{t.currentTarget.parentElement.remove()};})();
