// Comforts of the report page; it works without this file.
"use strict";

(function () {
  function mark(list, name, chosen) {
    list.forEach(function (one) { one.classList.toggle(name, one === chosen); });
  }

  // Puts a page, and a box on it, in sight; false where that page has not been fetched.
  function show(link) {
    var page = document.getElementById("page-" + link.dataset.page);
    if (!page) return false;
    var box = link.dataset.box ? document.getElementById(link.dataset.box) : null;
    (box || page).scrollIntoView({ block: box ? "center" : "start" });
    mark(document.querySelectorAll(".viewer rect"), "on", box ? box.querySelector("rect") : null);
    return true;
  }

  // Fetches the viewer with that page; without htmx the address itself is gone to.
  function fetchPage(link) {
    if (!window.htmx) { window.location = link.href; return; }
    window.history.replaceState(null, "", link.href);
    window.htmx.ajax("GET", link.href, { target: "#viewer", select: "#viewer", swap: "outerHTML" })
      .then(function () { show(link); });
  }

  function choose(finding) {
    if (!finding) return;
    mark(document.querySelectorAll(".finding"), "current", finding);
    finding.focus({ preventScroll: true });
    finding.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("click", function (event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    var link = event.target.closest("a[data-page]");
    if (link) {
      if (link.closest(".finding")) choose(link.closest(".finding"));
      event.preventDefault();
      if (!show(link)) fetchPage(link);
      return;
    }
    var box = event.target.closest(".viewer svg a");
    if (!box) return;
    var finding = document.querySelector(box.getAttribute("href"));
    if (!finding) return;
    event.preventDefault();
    mark(document.querySelectorAll(".viewer rect"), "on", box.querySelector("rect"));
    choose(finding);
  });

  // Hovering over a finding lights its box.
  ["mouseover", "mouseout"].forEach(function (kind) {
    document.addEventListener(kind, function (event) {
      var finding = event.target.closest && event.target.closest(".finding");
      if (!finding || finding.contains(event.relatedTarget)) return;
      var box = document.getElementById("box-" + finding.id.slice("finding-".length));
      if (box) box.querySelector("rect").classList.toggle("lit", kind === "mouseover");
    });
  });

  // n and p go to the next and the previous finding; never while typing or composing.
  document.addEventListener("keydown", function (event) {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    if (event.key !== "n" && event.key !== "p") return;
    var all = Array.prototype.slice.call(document.querySelectorAll(".finding"));
    if (!all.length) return;
    var at = all.findIndex(function (one) { return one.classList.contains("current"); });
    var next = event.key === "n" ? Math.min(at + 1, all.length - 1) : Math.max(at - 1, 0);
    event.preventDefault();
    choose(all[next]);
    var link = all[next].querySelector("a.place");
    if (link && !show(link)) fetchPage(link);
  });

  // A finding that was asked for by the address is put in sight.
  document.addEventListener("DOMContentLoaded", function () {
    var chosen = document.querySelector(".finding.current");
    if (chosen) chosen.scrollIntoView({ block: "nearest" });
    var lit = document.querySelector(".viewer rect.on");
    if (lit) lit.scrollIntoView({ block: "center" });
  });
})();
