// The table of a series: htmx saves each row; this keeps what is not saved yet. A copy of it waits
// in this browser under the same name as the review's own form uses, so that either brings it back.
"use strict";
(function () {
  var table = document.querySelector("table.series");
  if (!table) return;
  var words = table.dataset, key = words.criterion, part = "criterion-" + key;
  var LONGEST = 600; // ms of typing without a pause until a change is sent all the same
  var AGAIN = 3000; // ms until a save that got no answer is sent again
  var rows = {};

  function field(form, name) { return form.elements[name + "-" + key]; }
  function values(form) {
    var found = {};
    ["points", "reason"].forEach(function (name) { found[name + "-" + key] = field(form, name).value; });
    return found;
  }
  function same(one, other) { return JSON.stringify(one) === JSON.stringify(other); }
  function status(form) { return document.getElementById("s-" + form.dataset.review); }
  function say(form, text) {
    var line = status(form);
    line.textContent = text;
    line.classList.add("bad");
  }
  function rowOf(element) {
    var form = element && element.closest && element.closest("form[data-review]");
    return form ? rows[form.dataset.review] : null;
  }
  function send(row) {
    window.clearTimeout(row.timer);
    window.htmx.trigger(row.form, "change");
  }
  function keep(row) {
    row.isDirty = true;
    row.copies.put(part, {
      values: values(row.form), version: Number(field(row.form, "version").value), sent: null, at: Date.now()
    });
  }
  function clean(row) {
    row.isDirty = row.isRenewed = false;
    row.copies.drop(part);
  }

  Array.prototype.forEach.call(table.querySelectorAll("form[data-review]"), function (form) {
    var row = { form: form, copies: window.reviewCopies(words.account, form.dataset.review), isDirty: false, isRenewed: false, sent: null, first: 0, timer: 0 };
    rows[form.dataset.review] = row;
    // What a window left behind goes to the platform with the version that it was made from: if
    // another text was saved since, both are shown.
    row.copies.orphans(function (found) {
      var left = found.filter(function (one) { return one.part === part; })[0];
      if (!left || row.isDirty) return;
      if (!same(left.copy.values, values(form))) {
        ["points", "reason"].forEach(function (name) {
          var text = left.copy.values[name + "-" + key];
          if (typeof text === "string") field(form, name).value = text;
        });
        field(form, "version").value = String(left.copy.version);
        keep(row);
        send(row);
      }
      row.copies.forget(left.key);
    });
  });

  // What an input method is composing is left alone until it is finished.
  document.addEventListener("input", function (event) {
    var row = rowOf(event.target);
    if (!row) return;
    if (event.isComposing) { event.stopPropagation(); return; }
    keep(row);
    if (!row.first) row.first = Date.now();
    if (Date.now() - row.first > LONGEST) send(row);
  }, true);
  document.addEventListener("compositionend", function (event) {
    if (rowOf(event.target)) event.target.dispatchEvent(new Event("input", { bubbles: true }));
  });
  // A line break in the field of the points must not leave the page.
  table.addEventListener("keydown", function (event) {
    if (event.key === "Enter" && event.target.matches(".given input")) { event.preventDefault(); send(rowOf(event.target)); }
  });

  document.addEventListener("htmx:beforeRequest", function (event) {
    var row = rowOf(event.target);
    if (!row) return;
    window.clearTimeout(row.timer);
    row.sent = values(row.form);
    row.first = 0;
  });
  document.addEventListener("htmx:afterRequest", function (event) {
    var row = rowOf(event.target), answer = event.detail.xhr;
    if (row && answer && answer.status === 200 && same(row.sent, values(row.form))) clean(row);
  });
  function later(row, text) {
    say(row.form, text);
    row.timer = window.setTimeout(function () { renew(row); }, AGAIN);
  }
  // Asks who is signed in before it sends again: the token of the forms changes with the session.
  function renew(row) {
    fetch(row.form.dataset.standing, { credentials: "same-origin", headers: { "HX-Request": "true" } })
      .then(function (answer) { if (!answer.ok) throw answer; return answer.json(); })
      .then(function (standing) {
        if (standing.account !== words.account) { later(row, words.stranger); return; }
        row.form.elements.csrf_token.value = standing.token;
        send(row);
      })
      .catch(function (answer) { later(row, answer && answer.status === 401 ? words.out : words.waits); });
  }
  ["htmx:sendError", "htmx:timeout"].forEach(function (name) {
    document.addEventListener(name, function (event) {
      var row = rowOf(event.target);
      if (row) later(row, words.waits);
    });
  });
  // A session that has ended must not take the page, and what stands on it, away.
  document.addEventListener("htmx:beforeOnLoad", function (event) {
    var row = rowOf(event.target), code = event.detail.xhr.status;
    if (!row || (code !== 400 && code !== 401 && code < 500)) return;
    event.preventDefault();
    if (code < 500 && !row.isRenewed) { row.isRenewed = true; renew(row); return; }
    later(row, words.waits);
  });

  table.addEventListener("click", function (event) {
    var chosen = event.target.closest("[data-theirs], [name=keep]"), row = rowOf(chosen);
    if (!row) return;
    var theirs = chosen.matches("[data-theirs]") ? chosen : null;
    if (!theirs) {
      // Not by the button itself: leaving the field has sent it already, without the choice.
      event.preventDefault();
      field(row.form, "version").value = chosen.value;
      keep(row);
      send(row);
      field(row.form, "reason").focus();
      return;
    }
    event.preventDefault();
    field(row.form, "points").value = theirs.dataset.points;
    field(row.form, "reason").value = theirs.dataset.reason;
    field(row.form, "version").value = theirs.dataset.version;
    clean(row);
    status(row.form).textContent = "";
    field(row.form, "points").focus();
  });

  window.addEventListener("beforeunload", function (event) {
    if (!Object.keys(rows).some(function (id) { return rows[id].isDirty; })) return;
    event.preventDefault();
    event.returnValue = "";
  });
  // j and k go to the next and the previous criterion; never while typing or composing.
  document.addEventListener("keydown", function (event) {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select")) return;
    var link = event.key === "j" ? "next" : event.key === "k" ? "prev" : "";
    link = link && document.querySelector(".steps a[rel=" + link + "]");
    if (link) link.click();
  });
})();
