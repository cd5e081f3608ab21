// What is typed and not yet acknowledged stays in this browser until the platform has it.
// Each copy remembers the version that it was made from: when something newer was saved
// elsewhere meanwhile, the platform refuses the copy and shows both texts.
"use strict";
(function () {
  var form = document.querySelector("form[data-review]");
  if (!form) return;

  // "Keep mine" saves what stands in the fields over the newer version, which was shown.
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-keep]");
    if (!button) return;
    var part = document.getElementById(button.dataset.keep);
    if (!part) return;
    versionOf(part).value = button.dataset.version;
    part.dispatchEvent(new Event("change", { bubbles: true }));
  });

  // A line break in one of the number fields must not submit the whole review.
  form.addEventListener("keydown", function (event) {
    if (event.key === "Enter" && event.target.matches(".points input")) event.preventDefault();
  });

  var prefix = "review:" + form.dataset.review + ":";
  var store;
  try { store = window.localStorage; store.getItem(prefix); } catch (error) { return; }

  function versionOf(part) { return document.getElementById("v-" + part.dataset.version); }
  function partOf(field) { return field.closest("[data-version]"); }
  function isKept(field) { return /^(points|reason|claim|veto|opinion)/.test(field.name) && field.type !== "hidden"; }
  function valueOf(field) { return field.type === "checkbox" ? (field.checked ? "1" : "") : field.value; }
  function fields() { return Array.prototype.filter.call(form.elements, isKept); }
  function drop(field) { store.removeItem(prefix + field.name); }
  function keep(field) {
    var copy = { text: valueOf(field), version: versionOf(partOf(field)).value };
    try { store.setItem(prefix + field.name, JSON.stringify(copy)); } catch (error) { /* full */ }
  }
  function copyOf(field) {
    try {
      var copy = JSON.parse(store.getItem(prefix + field.name));
      return copy && typeof copy.text === "string" ? copy : null;
    } catch (error) { return null; }
  }

  // Bring back what a lost connection or a closed window left unsaved, and send it.
  var unsaved = [];
  fields().forEach(function (field) {
    var copy = copyOf(field);
    if (!copy) return;
    if (copy.text === valueOf(field)) {
      // What a refused form shows again is not saved yet, so its copy stays.
      if (!form.dataset.refused) drop(field);
      return;
    }
    if (form.dataset.refused) return;
    if (field.type === "checkbox") field.checked = copy.text === "1";
    else field.value = copy.text;
    versionOf(partOf(field)).value = copy.version;
    if (unsaved.indexOf(partOf(field)) < 0) unsaved.push(partOf(field));
  });

  // What did not reach the platform is said beside the field and sent again until it does.
  function send() {
    unsaved.forEach(function (part) {
      if (part.dataset.sending) return;
      part.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
  function failed(event) {
    var part = event.detail.elt;
    if (!form.contains(part) || !part.dataset.version) return;
    if (event.type === "htmx:responseError" && event.detail.xhr.status < 500) return;
    if (unsaved.indexOf(part) < 0) unsaved.push(part);
    part.querySelector(".saved").textContent = form.dataset.waiting;
  }
  ["htmx:sendError", "htmx:timeout", "htmx:responseError"].forEach(function (name) {
    document.addEventListener(name, failed);
  });
  document.addEventListener("htmx:beforeRequest", function (event) {
    event.detail.elt.dataset.sending = "1";
  });
  document.addEventListener("htmx:afterRequest", function (event) {
    var part = event.detail.elt, status = event.detail.xhr ? event.detail.xhr.status : 0;
    delete part.dataset.sending;
    if (status > 0 && status < 500) unsaved = unsaved.filter(function (one) { return one !== part; });
  });
  window.addEventListener("online", send);
  window.setInterval(send, 2000);
  window.setTimeout(send, 600);

  // An answer that comes while the page is being left may be newer than the next page: its copy
  // stays, and what is stored already is no conflict.
  var isLeaving = false;
  window.addEventListener("beforeunload", function () { isLeaving = true; });

  form.addEventListener("input", function (event) {
    isLeaving = false;
    if (isKept(event.target)) keep(event.target);
  });

  // A save that was acknowledged needs no copy any more, unless typing went on meanwhile; the
  // copies that are left were made on top of it.
  document.addEventListener("htmx:afterRequest", function (event) {
    var part = event.detail.elt, sent = event.detail.requestConfig.parameters;
    // htmx calls a refusal successful where its answer is shown; its text is saved nowhere else.
    var isSaved = event.detail.successful && event.detail.xhr.status < 300;
    if (isLeaving || !isSaved || !form.contains(part) || !part.dataset.version) return;
    fields().forEach(function (field) {
      if (partOf(field).dataset.version !== part.dataset.version || !copyOf(field)) return;
      if (part.contains(field) && (sent[field.name] || "") === valueOf(field)) drop(field);
      else keep(field);
    });
  });

  // "Use the saved one" forgets the copies of that part and reads the page again.
  document.addEventListener("click", function (event) {
    var link = event.target.closest("[data-drop]");
    if (!link) return;
    event.preventDefault();
    fields().forEach(function (field) {
      if (partOf(field).id === link.dataset.drop) drop(field);
    });
    window.location.replace(link.href);
  });
})();
