// Evidence: selected text, a line chosen with the keys, or a box drawn on a page, cited on the
// present criterion. What the platform has not acknowledged waits in this browser.
"use strict";
(function () {
  var workspace = window.workspace, form = document.getElementById("review"), viewer = document.getElementById("viewer");
  if (!workspace || !form || !viewer || !workspace.leafOf) return;
  var NAME = "evidence:" + form.dataset.review;
  var queue = [], isSending = false, isWriting = document.querySelector("[data-cite]") !== null;
  try { queue = JSON.parse(window.localStorage.getItem(NAME) || "[]") || []; } catch (error) { /* private */ }
  function store() {
    try {
      if (queue.length) window.localStorage.setItem(NAME, JSON.stringify(queue));
      else window.localStorage.removeItem(NAME);
    } catch (error) { /* full: it is still sent from here */ }
  }
  function partOf(criterion) { return document.getElementById("criterion-" + criterion); }
  function uuid() {
    var bytes = window.crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = bytes[6] & 15 | 64;
    bytes[8] = bytes[8] & 63 | 128;
    var hex = Array.prototype.map.call(bytes, function (one) { return (one + 256).toString(16).slice(1); }).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  }

  // --- sending: one after the other, until each is acknowledged or refused with its reason -------
  function waitingChips(criterion) {
    var list = document.getElementById("chips-" + criterion);
    if (!list) return;
    workspace.all(".pending", list).forEach(function (one) { one.remove(); });
    queue.forEach(function (one) {
      if (one.criterion !== criterion || one.removes) return;
      var item = document.createElement("li"), chip = document.createElement("span");
      item.className = "pending";
      chip.className = "chip";
      chip.textContent = viewer.dataset.pageWord.replace("{page}", one.page) + " " + one.quote.slice(0, 26);
      chip.dataset.page = one.page;
      if (one.box) chip.dataset.box = one.box;
      chip.dataset.label = partOf(criterion).dataset.title;
      item.appendChild(chip);
      list.appendChild(item);
    });
    workspace.mark();
    workspace.look(partOf(criterion));
  }
  function complain(criterion, text) {
    var part = partOf(criterion), note = part.querySelector(".refused");
    if (!note) {
      note = document.createElement("p");
      note.className = "refused bad";
      note.setAttribute("role", "alert");
      part.querySelector(".tools-of").appendChild(note);
    }
    note.textContent = text;
    note.hidden = !text;
  }
  function pump() {
    if (isSending || !queue.length) return;
    var next = queue[0], body = new URLSearchParams(), address = next.removes || form.action.replace(/\/?$/, "/criteria/" + next.criterion + "/evidence");
    body.set("csrf_token", form.querySelector("[name=csrf_token]").value);
    if (!next.removes) {
      body.set("evidence-page-" + next.criterion, next.page);
      body.set("evidence-quote-" + next.criterion, next.quote);
      body.set("box", next.box || "");
      body.set("key", next.key);
    }
    isSending = true;
    window.fetch(address, { method: "POST", body: body, headers: { "HX-Request": "true" }, credentials: "same-origin" }).then(function (answer) {
      return answer.text().then(function (text) { return { status: answer.status, text: text, isPage: /<html/i.test(text) }; });
    }).then(function (answer) {
      isSending = false;
      // Signed out, or the platform in trouble: it waits. A refusal is said and done with.
      if (answer.status >= 500 || answer.status === 401 || answer.status === 400 || answer.isPage) { later(); return; }
      queue.shift();
      store();
      if (answer.status < 300) {
        var holder = document.createElement("div"), old = document.getElementById("chips-" + next.criterion);
        holder.innerHTML = answer.text;
        var list = holder.querySelector(".chips");
        if (old && list) old.replaceWith(list);
        complain(next.criterion, "");
        if (!next.removes) workspace.say(viewer.dataset.cited.replace("{page}", next.page));
      } else complain(next.criterion, answer.status === 404 ? viewer.dataset.gone : answer.text.replace(/<[^>]*>/g, "").trim());
      waitingChips(next.criterion);
      pump();
      resubmit();
    }).catch(function () { isSending = false; later(); });
  }
  var timer = 0;
  function later() { window.clearTimeout(timer); timer = window.setTimeout(pump, 3000); }
  window.addEventListener("online", pump);
  // Submitting waits for what is being cited: it may be all that a deduction rests on.
  var wanted = null;
  document.addEventListener("submit", function (event) {
    if (event.target !== form || !queue.length) return;
    event.preventDefault();
    event.stopPropagation();
    wanted = event.submitter || document.getElementById("submit");
    pump();
  }, true);
  function resubmit() {
    if (!wanted || queue.length) return;
    var button = wanted;
    wanted = null;
    form.requestSubmit(button);
  }
  window.addEventListener("beforeunload", function (event) {
    if (queue.length && !isSending) { event.preventDefault(); event.returnValue = ""; }
  });

  workspace.cite = function (part, passage) {
    if (!isWriting || part.closest("fieldset[disabled]")) return;
    queue.push({ key: uuid(), criterion: part.dataset.criterion, page: passage.page, box: passage.box || "", quote: (passage.quote || "").slice(0, 300) });
    store();
    waitingChips(part.dataset.criterion);
    pump();
  };
  form.addEventListener("click", function (event) {
    var removes = event.target.closest("[data-uncite]"), cites = event.target.closest("[data-cite]");
    if (removes) {
      event.preventDefault();
      var part = removes.closest(".criterion");
      queue.push({ removes: removes.getAttribute("formaction"), criterion: part.dataset.criterion });
      removes.closest("li").remove();
      store();
      workspace.mark();
      workspace.look(part);
      part.setAttribute("tabindex", "-1");
      part.focus({ preventScroll: true });
      pump();
    }
    if (cites) { event.preventDefault(); byWords(cites.closest(".cite")); }
  });
  function byWords(box) {
    var part = box.closest(".criterion"), page = Number(box.querySelector(".each").value), quote = box.querySelector(".what");
    if (!quote.value.trim()) { quote.focus(); return; }
    workspace.cite(part, { page: page, quote: quote.value.trim() });
    quote.value = "";
    quote.focus();
  }
  form.addEventListener("keydown", function (event) {
    if (event.key !== "Enter" || event.isComposing || event.keyCode === 229 || !event.target.matches(".cite input")) return;
    event.preventDefault();
    byWords(event.target.closest(".cite"));
  });

  // --- text that is selected over the picture -----------------------------------------------------
  function selected() {
    var selection = window.getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return null;
    var range = selection.getRangeAt(0);
    var lines = workspace.all(".lines text", viewer).filter(function (one) { return range.intersectsNode(one); });
    if (!lines.length) return null;
    var leaf = lines[0].closest(".leaf"), boxes = [], words = "";
    lines.forEach(function (line) {
      if (line.closest(".leaf") !== leaf) return; // evidence stands on one page
      var text = line.textContent, low = line.contains(range.startContainer) ? range.startOffset : 0;
      var high = line.contains(range.endContainer) ? range.endOffset : text.length;
      if (high <= low) return;
      var box = workspace.numbers(line.dataset.box);
      boxes.push([low ? line.getStartPositionOfChar(low).x : box[0], box[1], high < text.length ? line.getEndPositionOfChar(high - 1).x : box[2], box[3]]);
      words += (/[A-Za-z0-9]$/.test(words) && /^[A-Za-z]/.test(text) ? " " : "") + text.slice(low, high);
    });
    return boxes.length ? { page: Number(leaf.dataset.number), box: around(boxes), quote: words.trim() } : null;
  }
  function around(boxes) {
    return [0, 1, 2, 3].map(function (index) {
      return Math[index < 2 ? "min" : "max"].apply(null, boxes.map(function (one) { return one[index]; })).toFixed(1);
    }).join(" ");
  }
  var offer = document.getElementById("cite-here");
  document.addEventListener("selectionchange", function () {
    var passage = isWriting ? selected() : null;
    offer.hidden = !passage;
    if (!passage) return;
    var rect = window.getSelection().getRangeAt(0).getBoundingClientRect();
    offer.style.left = Math.max(8, Math.min(rect.left, window.innerWidth - 220)) + "px";
    offer.style.top = Math.max(8, rect.top - 40) + "px";
  });
  offer.addEventListener("pointerdown", function (event) { event.preventDefault(); }); // keeps the selection
  workspace.acts.cite = function () {
    if (!isWriting) return;
    var passage = selected();
    if (passage) {
      workspace.cite(workspace.present(), passage);
      window.getSelection().removeAllRanges();
    } else pick();
  };

  // --- lines chosen with the keys ------------------------------------------------------------------
  var picked = null;
  function linesOf(page) { return workspace.all(".lines text", workspace.leafOf(page)); }
  function pick() {
    var page = workspace.page(), lines = linesOf(page);
    if (!lines.length) { byForm(page); return; }
    var top = viewer.getBoundingClientRect().top + 60;
    var at = lines.findIndex(function (one) { return one.getBoundingClientRect().top >= top; });
    picked = { page: page, from: Math.max(at, 0), to: Math.max(at, 0) };
    viewer.focus({ preventScroll: true });
    showPicked();
  }
  function byForm(page) {
    var box = workspace.present().querySelector(".cite");
    box.open = true;
    box.querySelector(".each").value = page;
    box.querySelector(".what").focus();
  }
  function passageOfPicked() {
    var lines = linesOf(picked.page).slice(Math.min(picked.from, picked.to), Math.max(picked.from, picked.to) + 1);
    return { page: picked.page, quote: lines.map(function (one) { return one.textContent; }).join(""), box: around(lines.map(function (one) { return workspace.numbers(one.dataset.box); })) };
  }
  function showPicked() {
    workspace.all(".picked", viewer).forEach(function (one) { one.remove(); });
    if (!picked) return;
    var passage = passageOfPicked(), box = workspace.numbers(passage.box), svg = workspace.leafOf(picked.page).querySelector("svg");
    var rect = workspace.svg("rect", { "class": "picked", x: box[0], y: box[1], width: box[2] - box[0], height: box[3] - box[1] });
    svg.appendChild(rect);
    rect.scrollIntoView({ block: "nearest" });
    workspace.say(passage.quote);
  }
  function move(by, extends_) {
    var next = picked.to + by, lines = linesOf(picked.page);
    if (next < 0 || next >= lines.length) {
      if (extends_) return;
      var page = picked.page + (by > 0 ? 1 : -1);
      if (!workspace.leafOf(page) || !linesOf(page).length) return;
      picked = { page: page, from: by > 0 ? 0 : linesOf(page).length - 1 };
      picked.to = picked.from;
    } else {
      picked.to = next;
      if (!extends_) picked.from = next;
    }
    showPicked();
  }
  function leave() { picked = null; showPicked(); }
  document.addEventListener("keydown", function (event) {
    if (drawing && event.key === "Escape") { event.preventDefault(); stopDrawing(); return; }
    if (!picked || event.isComposing || event.keyCode === 229) return;
    if (event.target.closest("input, textarea, select")) { leave(); return; }
    if (event.key === "ArrowDown") move(1, event.shiftKey);
    else if (event.key === "ArrowUp") move(-1, event.shiftKey);
    else if (event.key === "Escape") leave();
    else if (event.key === "Enter") {
      var passage = passageOfPicked();
      leave();
      workspace.cite(workspace.present(), passage);
      workspace.choose(workspace.present(), true);
    } else if (event.key.length === 1) { leave(); return; } else return;
    event.preventDefault();
    event.stopPropagation();
  }, true);

  // --- a box drawn on a page ------------------------------------------------------------------------
  var drawing = null;
  function stopDrawing() {
    if (drawing && drawing.rect) drawing.rect.remove();
    drawing = null;
    viewer.classList.remove("drawing");
    button.setAttribute("aria-pressed", "false");
  }
  var button = viewer.querySelector("[data-act=draw]");
  workspace.acts.draw = function () {
    if (!isWriting) return;
    if (drawing) { stopDrawing(); return; }
    drawing = {};
    viewer.classList.add("drawing");
    button.setAttribute("aria-pressed", "true");
  };
  function point(svg, event) {
    var at = svg.createSVGPoint();
    at.x = event.clientX;
    at.y = event.clientY;
    return at.matrixTransform(svg.getScreenCTM().inverse());
  }
  viewer.addEventListener("pointerdown", function (event) {
    var svg = drawing && event.target.closest(".leaf svg");
    if (!svg) return;
    event.preventDefault();
    drawing.svg = svg;
    drawing.from = point(svg, event);
    drawing.rect = svg.appendChild(workspace.svg("rect", { "class": "picked", x: drawing.from.x, y: drawing.from.y, width: 0, height: 0 }));
    svg.setPointerCapture(event.pointerId);
  });
  viewer.addEventListener("pointermove", function (event) {
    if (!drawing || !drawing.rect) return;
    var to = point(drawing.svg, event), from = drawing.from;
    drawing.rect.setAttribute("x", Math.min(from.x, to.x));
    drawing.rect.setAttribute("y", Math.min(from.y, to.y));
    drawing.rect.setAttribute("width", Math.abs(to.x - from.x));
    drawing.rect.setAttribute("height", Math.abs(to.y - from.y));
  });
  viewer.addEventListener("pointerup", function (event) {
    if (!drawing || !drawing.rect) return;
    var to = point(drawing.svg, event), from = drawing.from, page = Number(drawing.svg.closest(".leaf").dataset.number);
    stopDrawing();
    if (Math.abs(to.x - from.x) < 4 || Math.abs(to.y - from.y) < 4) return;
    workspace.cite(workspace.present(), { page: page, box: around([[Math.min(from.x, to.x), Math.min(from.y, to.y), Math.max(from.x, to.x), Math.max(from.y, to.y)]]), quote: "" });
  });

  workspace.criteria.forEach(function (part) { waitingChips(part.dataset.criterion); });
  pump();
})();
