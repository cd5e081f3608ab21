// Small comforts; every page works without this file.
"use strict";

// The size of the interface's type: a switch of three steps, kept in this browser.
(function () {
  var store = null, size = 1;
  try { store = window.localStorage; size = Number(store.getItem("type-size")) || 1; } catch (error) { /* private */ }
  function show() {
    document.documentElement.classList.toggle("type-2", size === 2);
    document.documentElement.classList.toggle("type-3", size === 3);
  }
  show();
  document.querySelectorAll("[data-type-size]").forEach(function (button) { button.hidden = false; });
  document.addEventListener("click", function (event) {
    if (!event.target.closest("[data-type-size]")) return;
    size = size % 3 + 1;
    try { if (store) store.setItem("type-size", String(size)); } catch (error) { /* full */ }
    show();
    window.dispatchEvent(new Event("resize"));
  });
})();

// "/" goes to the page's search field; never while typing or composing.
document.addEventListener("keydown", function (event) {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  if (event.key === "/") {
    var search = document.querySelector("input[type=search]");
    if (search) { event.preventDefault(); search.focus(); }
  }
});

// An open menu closes when one clicks elsewhere or presses Escape.
document.addEventListener("click", function (event) {
  document.querySelectorAll("details.menu[open]").forEach(function (menu) {
    if (!menu.contains(event.target)) menu.open = false;
  });
});
document.addEventListener("keydown", function (event) {
  if (event.key !== "Escape") return;
  document.querySelectorAll("details.menu[open]").forEach(function (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  });
});

// A button that copies the text of a field (one-time links, reminders).
document.querySelectorAll("[data-copies]").forEach(function (button) { button.hidden = false; });
document.addEventListener("click", function (event) {
  var button = event.target.closest("[data-copies]");
  if (!button) return;
  var field = document.getElementById(button.dataset.copies);
  field.select();
  if (navigator.clipboard) navigator.clipboard.writeText(field.value);
  else document.execCommand("copy");
  button.textContent = button.dataset.done;
});

// After a swap, the focus goes to what asks for it.
document.addEventListener("htmx:afterSwap", function (event) {
  var wanted = event.target.querySelector("[autofocus]");
  if (wanted) wanted.focus();
});

// A form that must not be sent twice.
document.addEventListener("submit", function (event) {
  var form = event.target;
  if (form.hasAttribute("data-once")) {
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
  }
});

// "All" ticks every box of its table.
document.addEventListener("change", function (event) {
  if (!event.target.matches("[data-ticks]")) return;
  document.querySelectorAll("input[name='" + event.target.dataset.ticks + "']").forEach(function (box) {
    box.checked = event.target.checked;
  });
});

// Signing out removes the copies of unsent text that reviews keep in this browser, those of other
// people as well; one's own only when one says so.
document.addEventListener("submit", function (event) {
  var form = event.target;
  if (!form.dataset.forgets) return;
  try {
    var copies = Object.keys(window.localStorage).filter(function (key) { return key.indexOf("unsaved/") === 0; });
    var own = copies.filter(function (key) { return key.split("/")[1] === form.dataset.forgets; });
    if (own.length && !window.confirm(form.dataset.question)) { event.preventDefault(); return; }
    copies.forEach(function (key) { window.localStorage.removeItem(key); });
    window.sessionStorage.clear();
  } catch (error) { /* a browser without a store keeps nothing */ }
});
