// What is typed and not yet acknowledged stays in this browser until the platform has it.
"use strict";
(function () {
  var form = document.querySelector("form[data-review]");
  if (!form) return;
  var prefix = "review:" + form.dataset.review + ":";
  var store;
  try { store = window.localStorage; store.getItem(prefix); } catch (error) { return; }

  function kept(field) { return field.name && /^(points|reason|veto|opinion)/.test(field.name) && field.type !== "hidden"; }

  // Bring back what a lost connection or a closed window left unsaved, and send it.
  Array.prototype.forEach.call(form.elements, function (field) {
    if (!kept(field)) return;
    var text = store.getItem(prefix + field.name);
    if (text === null) return;
    // What a refused form shows again is not saved yet, so its copy stays.
    if (text === field.value) { if (!form.dataset.refused) store.removeItem(prefix + field.name); return; }
    field.value = text;
    window.setTimeout(function () { field.dispatchEvent(new Event("change", { bubbles: true })); }, 600);
  });

  form.addEventListener("input", function (event) {
    if (kept(event.target)) store.setItem(prefix + event.target.name, event.target.value);
  });

  // A save that was acknowledged needs no copy any more, unless typing went on meanwhile.
  document.addEventListener("htmx:afterRequest", function (event) {
    if (!event.detail.successful || !form.contains(event.detail.elt)) return;
    Array.prototype.forEach.call(event.detail.elt.querySelectorAll("input, textarea"), function (field) {
      var sent = event.detail.requestConfig.parameters;
      if (kept(field) && sent[field.name] === field.value) store.removeItem(prefix + field.name);
    });
  });

  // "Keep mine" saves what stands in the fields over the newer version.
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-keep]");
    if (!button) return;
    var part = document.getElementById(button.dataset.keep);
    if (part) part.dispatchEvent(new Event("change", { bubbles: true }));
  });
  // A line break in one of the number fields must not submit the whole review.
  form.addEventListener("keydown", function (event) {
    if (event.key === "Enter" && event.target.matches(".points input")) event.preventDefault();
  });
})();
