// Moving the files of one report by buttons, by Alt and the arrow keys, or by dragging; the numbers
// in the fields say the same order without this file.
"use strict";

(function () {
  var dragged = null;

  function rowOf(node) { return node && node.closest ? node.closest("[data-part]") : null; }

  function rows(list) { return Array.prototype.slice.call(list.querySelectorAll("[data-part]")); }

  function number(list) {
    rows(list).forEach(function (row, index) {
      row.querySelector("[data-place]").value = index + 1;
    });
  }

  function move(row, by) {
    var list = row.parentNode;
    var all = rows(list);
    var to = all.indexOf(row) + by;
    if (to < 0 || to >= all.length) return;
    list.insertBefore(row, by > 0 ? all[to].nextSibling : all[to]);
    number(list);
    mark(row);
  }

  function mark(row) {
    rows(row.parentNode).forEach(function (one) { one.classList.toggle("moved", one === row); });
  }

  function prepare(root) {
    Array.prototype.forEach.call(root.querySelectorAll("[data-moves]"), function (moves) {
      moves.hidden = false;
    });
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest && event.target.closest("[data-move]");
    if (!button) return;
    move(rowOf(button), Number(button.dataset.move));
    button.focus();
  });
  document.addEventListener("keydown", function (event) {
    var row = rowOf(event.target);
    if (!row || !event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    event.preventDefault();
    move(row, event.key === "ArrowUp" ? -1 : 1);
    event.target.focus();
  });
  // A typed number moves the row to its place at once.
  document.addEventListener("change", function (event) {
    if (!event.target.matches || !event.target.matches("[data-place]")) return;
    var row = rowOf(event.target);
    var list = row.parentNode;
    var wanted = Math.min(Math.max(Number(event.target.value) || 1, 1), rows(list).length) - 1;
    var others = rows(list).filter(function (one) { return one !== row; });
    list.insertBefore(row, others[wanted] || null);
    number(list);
    mark(row);
  });
  document.addEventListener("pointerdown", function (event) {
    var row = rowOf(event.target);
    if (row) row.draggable = !event.target.closest("input, select, button, a");
  });
  document.addEventListener("dragstart", function (event) {
    dragged = rowOf(event.target);
    if (dragged) event.dataTransfer.effectAllowed = "move";
  });
  document.addEventListener("dragover", function (event) {
    var row = rowOf(event.target);
    if (!dragged || !row || row.parentNode !== dragged.parentNode) return;
    event.preventDefault();
    var all = rows(row.parentNode);
    var down = all.indexOf(row) > all.indexOf(dragged);
    if (row !== dragged) row.parentNode.insertBefore(dragged, down ? row.nextSibling : row);
  });
  document.addEventListener("dragend", function () {
    if (!dragged) return;
    number(dragged.parentNode);
    mark(dragged);
    dragged = null;
  });

  document.addEventListener("DOMContentLoaded", function () { prepare(document); });
  document.addEventListener("htmx:load", function (event) { prepare(event.target); });
})();
