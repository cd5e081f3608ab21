// Deductions in the words of the field: a line of the reason, the points less. What is written in
// the two fields is saved like any typing.
"use strict";
(function () {
  var workspace = window.workspace, form = document.getElementById("review");
  if (!workspace || !form) return;
  var wording = JSON.parse(form.dataset.wording);
  var patterns = wording.read.map(function (one) { return new RegExp(one); });

  // Points are reckoned in hundredths: decimals would drift.
  function hundredths(text) {
    var value = workspace.number(text);
    return value === null ? null : Math.round(value * 100);
  }
  function shown(points) { return String(points / 100); }
  function pointsOf(line) {
    for (var index = 0; index < patterns.length; index += 1) {
      var match = patterns[index].exec(line);
      if (match) return hundredths(match[1]) || 0;
    }
    return 0;
  }
  function linesOf(part) { return reasonOf(part).value.split("\n").map(function (one) { return one.trim(); }); }
  function reasonOf(part) { return part.querySelector(".fields textarea"); }
  function pointsField(part) { return part.querySelector(".points input"); }
  function isOpen(part) { return !part.closest("fieldset[disabled]"); }

  // The lines that take points off stand above the reason, each with a way to take it out.
  function show(part) {
    var list = part.querySelector(".deductions"), most = hundredths(part.dataset.most);
    var found = linesOf(part).map(function (line) { return [line, pointsOf(line)]; }).filter(function (one) { return one[1] > 0; });
    list.textContent = "";
    found.forEach(function (one) {
      var item = document.createElement("li"), text = document.createElement("span"), minus = document.createElement("b");
      text.textContent = one[0];
      minus.className = "minus";
      minus.textContent = "−" + shown(one[1]);
      item.appendChild(text);
      item.appendChild(minus);
      if (isOpen(part)) {
        var button = document.createElement("button");
        button.type = "button";
        button.className = "link";
        button.textContent = "×";
        button.setAttribute("aria-label", list.dataset.undo + ": " + one[0]);
        button.addEventListener("click", function () { takeOut(part, one[0], one[1]); });
        item.appendChild(button);
      }
      list.appendChild(item);
    });
    var differs = part.querySelector(".differs"), given = hundredths(pointsField(part).value);
    var left = Math.max(0, most - found.reduce(function (sum, one) { return sum + one[1]; }, 0));
    differs.hidden = !found.length || given === null || given === left;
    differs.textContent = differs.dataset.words.replace("{points}", shown(left));
    workspace.all(".offer", part).forEach(function (offer) {
      var button = offer.querySelector("[data-take]");
      if (!button) return;
      button.disabled = linesOf(part).indexOf(offer.dataset.line) >= 0;
      button.querySelector("span").textContent = button.disabled ? button.dataset.adopted : button.dataset.adopt;
    });
  }
  function write(part, reason, points) {
    reasonOf(part).value = reason;
    pointsField(part).value = shown(points);
    [pointsField(part), reasonOf(part)].forEach(function (field) {
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
    reasonOf(part).dispatchEvent(new Event("change", { bubbles: true }));
    show(part);
    workspace.say(part.dataset.title + " " + shown(points));
  }
  function putIn(part, line, points) {
    if (!isOpen(part) || linesOf(part).indexOf(line) >= 0) return;
    var given = hundredths(pointsField(part).value), most = hundredths(part.dataset.most);
    var before = reasonOf(part).value.replace(/\s+$/, "");
    write(part, before ? before + "\n" + line : line, Math.max(0, (given === null ? most : given) - points));
  }
  function takeOut(part, line, points) {
    var kept = reasonOf(part).value.split("\n").filter(function (one) { return one.trim() !== line; });
    var given = hundredths(pointsField(part).value), most = hundredths(part.dataset.most);
    write(part, kept.join("\n"), Math.min(most, (given === null ? most : given) + points));
    reasonOf(part).focus();
  }

  // A suggestion is taken by one key or its button, never by itself.
  function take(offer) {
    var part = offer.closest(".criterion");
    if (!isOpen(part) || linesOf(part).indexOf(offer.dataset.line) >= 0) return;
    putIn(part, offer.dataset.line, hundredths(offer.dataset.points));
    workspace.all("[data-cites]", offer).forEach(function (one) {
      if (one.dataset.box && workspace.cite) {
        workspace.cite(part, { page: Number(one.dataset.cites), box: one.dataset.box, quote: one.dataset.quote });
      }
    });
  }
  workspace.acts.take = function () {
    var offer = workspace.all(".offer", workspace.present()).filter(function (one) {
      return one.querySelector("[data-take]:not(:disabled)");
    })[0];
    if (offer) take(offer);
    else workspace.tell("noOffers");
  };

  // A deduction of one's own: what, points for each, how often; a phrase fills it in.
  function parts(row) {
    return { what: row.querySelector(".what"), each: row.querySelector(".each"), count: row.querySelector(".count"), keep: row.querySelector("[type=checkbox]") };
  }
  function enter(box) {
    var part = box.closest(".criterion"), row = parts(box);
    var what = row.what.value.trim().replace(/[。；;，,]+$/, ""), each = hundredths(row.each.value), count = hundredths(row.count.value || "1") / 100;
    if (!what) { row.what.focus(); return; }
    if (!each || each < 0) { row.each.focus(); return; }
    if (!(count >= 1 && count <= 99 && count === Math.floor(count))) { row.count.focus(); return; }
    var values = { what: what, each: shown(each), count: count, points: shown(each * count) };
    var line = (count === 1 ? wording.once : wording.each).replace(/%\((\w+)\)s/g, function (whole, name) { return values[name]; });
    putIn(part, line, each * count);
    if (row.keep.checked) keep(part, what, each);
    row.what.value = row.each.value = "";
    row.count.value = "1";
    row.keep.checked = false;
    row.what.focus();
  }
  function keep(part, what, each) {
    var body = new URLSearchParams();
    body.set("csrf_token", form.querySelector("[name=csrf_token]").value);
    body.set("criterion", part.dataset.criterion);
    body.set("text", what);
    body.set("points", shown(each));
    window.fetch(form.dataset.phrases, { method: "POST", body: body, headers: { "HX-Request": "true" }, credentials: "same-origin" }).then(function (answer) {
      if (!answer.ok) return;
      var option = document.createElement("option");
      option.value = what;
      option.dataset.points = shown(each);
      part.querySelector("datalist").appendChild(option);
    }).catch(function () { /* the deduction itself is in the reason, which is saved */ });
  }
  workspace.acts.deduct = function () {
    var box = workspace.present().querySelector(".deduct");
    if (!box) return;
    box.open = true;
    box.querySelector(".what").focus();
  };
  form.addEventListener("click", function (event) {
    var offer = event.target.closest("[data-take]"), own = event.target.closest("[data-deduct]"), phrase = event.target.closest("[data-phrase]");
    if (offer) { event.preventDefault(); take(offer.closest(".offer")); }
    if (own) { event.preventDefault(); enter(own.closest(".deduct")); }
    if (phrase) {
      event.preventDefault();
      var row = parts(phrase.closest(".deduct"));
      row.what.value = phrase.dataset.phrase;
      row.each.value = phrase.dataset.points;
      (row.each.value ? row.count : row.each).focus();
    }
  });
  form.addEventListener("keydown", function (event) {
    if (event.key !== "Enter" || event.isComposing || event.keyCode === 229) return;
    var box = event.target.matches(".deduct input") && event.target.closest(".deduct");
    if (!box) return;
    event.preventDefault();
    enter(box);
  });
  form.addEventListener("input", function (event) {
    if (event.target.matches(".deduct .what")) {
      var row = parts(event.target.closest(".deduct"));
      workspace.all("datalist option", event.target.closest(".deduct")).forEach(function (one) {
        if (one.value === event.target.value && one.dataset.points && !row.each.value) row.each.value = one.dataset.points;
      });
      return;
    }
    var part = event.target.closest(".criterion[data-criterion]");
    if (part && (event.target === reasonOf(part) || event.target === pointsField(part))) show(part);
  });
  workspace.criteria.forEach(show);
})();
