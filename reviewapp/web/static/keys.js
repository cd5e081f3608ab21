// The keys of the workspace. None acts while somebody types or an input method composes.
"use strict";
(function () {
  var workspace = window.workspace;
  if (!workspace) return;
  var KEYS = {
    j: ["step", 1], k: ["step", -1], g: ["section"], h: ["guidance"], p: ["points"], m: ["most"], r: ["reason"], v: ["vetoes"], i: ["opinion"],
    t: ["take"], d: ["deduct"], e: ["cite"], b: ["draw"],
    n: ["doubt", 1], N: ["doubt", -1], "[": ["page", -1], "]": ["page", 1],
    "+": ["larger"], "=": ["larger"], "-": ["smaller"], "0": ["fit"], c: ["margins"], x: ["table"],
    o: ["guide"], z: ["type"], f: ["frame"], S: ["submit"], "?": ["keys"]
  };
  workspace.keys = KEYS;

  document.addEventListener("keydown", function (event) {
    // Esc leaves a field for its criterion; while composing it belongs to the input method.
    if (event.key === "Escape" && !event.isComposing && event.keyCode !== 229) {
      if (document.querySelector("dialog[open]") || event.defaultPrevented) return;
      if (event.target.closest("input, textarea, select")) workspace.choose(workspace.present(), true);
      return;
    }
    // From the points on to the reason; the whole form would be sent and come back otherwise.
    if (event.key === "Enter" && !event.isComposing && event.keyCode !== 229 && event.target.matches(".criterion .points input")) {
      event.preventDefault();
      workspace.acts.reason();
      return;
    }
    if (document.querySelector("dialog[open]") || !workspace.isFree(event)) return;
    // A splitter and a button have their own use for some keys, none for letters.
    var wanted = KEYS[event.key];
    if (!wanted || !workspace.acts[wanted[0]]) return;
    event.preventDefault();
    workspace.act.apply(null, wanted);
  });

  function enter(field) { field.focus(); if (field.select) field.select(); }
  workspace.acts.points = function () { enter(workspace.present().querySelector(".points input")); };
  workspace.acts.reason = function () { workspace.present().querySelector(".fields textarea").focus(); };
  function reach(field) { if (field) { field.focus(); field.scrollIntoView({ block: "nearest" }); } }
  workspace.acts.vetoes = function () { reach(document.querySelector("#vetoes input[type=checkbox]")); };
  workspace.acts.opinion = function () { reach(document.getElementById("f-opinion")); };
  workspace.acts.most = function () {
    var part = workspace.present(), field = part.querySelector(".points input");
    if (field.disabled || field.closest("fieldset[disabled]")) return;
    field.value = part.dataset.most;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
    workspace.say(part.dataset.title + " " + field.value);
  };
  workspace.acts.submit = function () {
    var button = document.getElementById("submit");
    if (button) button.focus();
  };
  workspace.acts.section = function () {
    var links = workspace.all(".sections a", workspace.present());
    if (!links.length) { workspace.tell("noSections"); return; }
    var at = links.findIndex(function (one) { return one.classList.contains("current"); });
    workspace.go(Number(links[(at + 1) % links.length].dataset.page), links[(at + 1) % links.length]);
  };
  // The doubts that touch the present criterion come first; without any, all of them.
  workspace.acts.doubt = function (by) {
    var links = workspace.all(".hints a[data-finding]", workspace.present());
    if (!links.length) links = workspace.all(".doubts a[data-finding]");
    if (!links.length) { workspace.tell("noDoubts"); return; }
    var current = document.querySelector(".doubts .current");
    var at = links.findIndex(function (one) { return current && "finding-" + one.dataset.finding === current.id; });
    var next = at < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(Math.max(at + by, 0), links.length - 1);
    if (next === at) { workspace.tell(by > 0 ? "lastDoubt" : "firstDoubt"); return; }
    workspace.go(Number(links[next].dataset.page), links[next]);
    workspace.say(document.getElementById("finding-" + links[next].dataset.finding).dataset.label);
  };
  workspace.acts.type = function () {
    var button = document.querySelector("[data-type-size]");
    if (button) button.click();
  };
})();
