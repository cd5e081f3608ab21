// The workspace's panes and the present criterion; the page works without this file.
// Other files of the workspace meet in window.workspace.
"use strict";
(function () {
  var work = document.getElementById("work");
  if (!work) return;
  var form = document.getElementById("review");
  var said = document.getElementById("said"), unseen = 0;
  var remembered = {};
  try { remembered = JSON.parse(window.localStorage.getItem("workspace") || "{}") || {}; } catch (error) { /* private */ }

  function remember(name, value) {
    remembered[name] = value;
    try { window.localStorage.setItem("workspace", JSON.stringify(remembered)); } catch (error) { /* full */ }
  }
  function all(selector, inside) { return Array.prototype.slice.call((inside || document).querySelectorAll(selector)); }

  var workspace = window.workspace = {
    acts: {},
    all: all,
    remember: remember,
    remembered: remembered,
    say: function (text) { said.textContent = ""; said.classList.remove("seen"); window.setTimeout(function () { said.textContent = text; }, 30); },
    /** Says why a key did nothing, to be seen as well as heard. */
    tell: function (name) {
      workspace.say(said.dataset[name]);
      said.classList.add("seen");
      window.clearTimeout(unseen);
      unseen = window.setTimeout(function () { said.classList.remove("seen"); }, 4000);
    },
    act: function (name) { if (workspace.acts[name]) workspace.acts[name].apply(null, Array.prototype.slice.call(arguments, 1)); },
    /** Nobody is typing, and no input method is composing. */
    isFree: function (event) {
      if (event.isComposing || event.keyCode === 229 || event.defaultPrevented) return false;
      if (event.ctrlKey || event.metaKey || event.altKey) return false;
      return !event.target.closest("input, textarea, select, [contenteditable]");
    }
  };

  // What needs scripts shows itself.
  all("[data-act][hidden]:not(#cite-here):not(.unfold), .splitter[hidden]").forEach(function (one) { one.hidden = false; });
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-act]");
    if (!button || !workspace.acts[button.dataset.act]) return;
    event.preventDefault();
    workspace.act(button.dataset.act, button);
  });

  // Widths: dragged, or moved with the arrow keys; remembered in this browser.
  all(".splitter").forEach(function (splitter) {
    var pane = document.getElementById(splitter.dataset.splits);
    var least = Number(splitter.getAttribute("aria-valuemin")), most = Number(splitter.getAttribute("aria-valuemax"));
    var sign = splitter.dataset.splits === "guide" ? 1 : -1;
    function widthen(width) {
      width = Math.round(Math.min(Math.max(width, least), most));
      pane.style.width = width + "px";
      splitter.setAttribute("aria-valuenow", width);
      return width;
    }
    function moved(width) { remember("width-" + pane.id, widthen(width)); window.dispatchEvent(new Event("resize")); }
    if (remembered["width-" + pane.id]) widthen(remembered["width-" + pane.id]);
    else splitter.setAttribute("aria-valuenow", Math.round(pane.getBoundingClientRect().width) || least);
    splitter.addEventListener("keydown", function (event) {
      var step = { ArrowLeft: -16, ArrowRight: 16 }[event.key];
      if (event.key === "Home") moved(least);
      else if (event.key === "End") moved(most);
      else if (step) moved(pane.getBoundingClientRect().width + sign * step);
      else return;
      event.preventDefault();
    });
    splitter.addEventListener("pointerdown", function (event) {
      var from = event.clientX, width = pane.getBoundingClientRect().width;
      splitter.setPointerCapture(event.pointerId);
      function drag(move) { widthen(width + sign * (move.clientX - from)); }
      function drop() {
        splitter.removeEventListener("pointermove", drag);
        moved(pane.getBoundingClientRect().width);
      }
      splitter.addEventListener("pointermove", drag);
      splitter.addEventListener("pointerup", drop, { once: true });
      event.preventDefault();
    });
  });

  // The third pane: open where there is room for three, else folded until asked for.
  function fold(isFolded) {
    work.classList.toggle("no-guide", isFolded);
    all("[data-act=guide]").forEach(function (one) { one.setAttribute("aria-expanded", String(!isFolded)); });
    window.dispatchEvent(new Event("resize"));
  }
  fold("guide" in remembered ? !remembered.guide : window.innerWidth < 1440 && window.innerWidth > 720 && !/[?&]find=/.test(window.location.search));
  workspace.acts.guide = function () {
    var opens = work.classList.contains("no-guide");
    remember("guide", opens);
    fold(!opens);
    if (opens) document.getElementById("guide").focus();
  };
  workspace.openGuide = function () { if (work.classList.contains("no-guide")) workspace.acts.guide(); };

  // The search stands in it: its key opens the pane before the field takes the focus (app.js).
  document.addEventListener("keydown", function (event) {
    if (event.key === "/" && workspace.isFree(event) && !document.querySelector("dialog[open]")) { workspace.showPane("guide"); workspace.openGuide(); }
  }, true);

  function frame(isAway) { document.body.classList.toggle("frame-away", isAway); }
  frame(Boolean(remembered.frame));
  workspace.acts.frame = function () {
    remember("frame", !document.body.classList.contains("frame-away"));
    frame(remembered.frame);
    window.dispatchEvent(new Event("resize"));
  };

  // On a phone one pane at a time.
  var panes = all(".switch a"), shown = "", places = {};
  function show(name) {
    // All panes scroll the window: each is left and found again at its own place.
    if (shown) places[shown] = window.scrollY;
    work.classList.add("one-pane");
    all("#work > section").forEach(function (one) { one.classList.toggle("shown", one.id === name); });
    panes.forEach(function (link) {
      if (link.dataset.pane === name) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    });
    if (shown && shown !== name) window.scrollTo(0, places[name] || 0);
    shown = name;
    window.dispatchEvent(new Event("resize"));
  }
  panes.forEach(function (link) {
    link.addEventListener("click", function (event) {
      event.preventDefault();
      show(link.dataset.pane);
      document.getElementById(link.dataset.pane).focus({ preventScroll: true });
    });
  });
  var narrow = window.matchMedia("(max-width: 720px)");
  function suit() { if (narrow.matches) show(document.querySelector(".missing, .problem") ? "rubric" : "viewer"); else work.classList.remove("one-pane"); }
  narrow.addListener(suit);
  suit();
  workspace.showPane = function (name) { if (narrow.matches) show(name); };

  // The present criterion is open, the others are lines; focus opens a folded one.
  var list = document.getElementById("criteria");
  list.classList.add("folds");
  var criteria = all(".criterion[data-criterion]", list);
  workspace.criteria = criteria;
  workspace.present = function () { return list.querySelector(".criterion.now") || criteria[0]; };
  function choose(part, focus) {
    if (!part) return;
    criteria.forEach(function (one) { one.classList.toggle("now", one === part); });
    if (focus) {
      part.setAttribute("tabindex", "-1");
      part.focus({ preventScroll: true });
      part.scrollIntoView({ block: "nearest" });
      workspace.say(part.dataset.title);
    }
    offerToFold(part);
    document.dispatchEvent(new CustomEvent("workspace:criterion", { detail: part }));
  }
  workspace.choose = choose;

  // Long guidance stands folded to its first line on a low screen, until somebody unfolds it;
  // from then on as it was left, on every criterion.
  function isBrief() { return "brief" in remembered ? Boolean(remembered.brief) : window.innerHeight <= 800; }
  function offerToFold(part) {
    var text = part.querySelector(".guidance"), button = part.querySelector(".unfold");
    if (!text || !button) return;
    list.classList.toggle("brief", isBrief());
    // Only what is longer than a line has anything to fold.
    var line = parseFloat(window.getComputedStyle(text).lineHeight);
    button.hidden = text.scrollHeight < line * 1.5;
    button.querySelector("span").textContent = isBrief() ? button.dataset.more : button.dataset.less;
    button.setAttribute("aria-expanded", String(!isBrief()));
  }
  workspace.acts.guidance = function () {
    remember("brief", !isBrief());
    offerToFold(workspace.present());
    workspace.present().scrollIntoView({ block: "nearest" });
  };
  window.addEventListener("resize", function () { offerToFold(workspace.present()); });
  list.addEventListener("focusin", function (event) {
    var part = event.target.closest(".criterion[data-criterion]");
    if (part && !part.classList.contains("now")) choose(part, false);
  });
  list.addEventListener("click", function (event) {
    var head = event.target.closest(".head");
    var part = head && head.closest(".criterion[data-criterion]");
    if (part && !part.classList.contains("now")) choose(part, !event.target.closest("input, label"));
  });
  workspace.acts.step = function (by) {
    var at = criteria.indexOf(workspace.present());
    choose(criteria[Math.min(Math.max(at + by, 0), criteria.length - 1)], true);
  };

  // What a criterion has: the tick before its name, the level that its points lie in.
  function number(text) {
    var plain = String(text).normalize("NFKC").replace(/[，,。、]/g, ".").replace(/分\s*$/, "").trim();
    return plain === "" || isNaN(plain) ? null : Number(plain);
  }
  workspace.number = number;
  function look(part) {
    var points = number(part.querySelector(".points input").value);
    var reason = part.querySelector(".fields textarea").value.trim();
    var isCited = part.querySelector(".chips li:not(.lost)") !== null;
    var lacks = points !== null && points < Number(part.dataset.most) && !reason && !isCited;
    part.classList.toggle("scored", points !== null && !lacks);
    part.classList.toggle("lacks", lacks);
    var isFound = false;
    all(".levels li", part).forEach(function (level) {
      var isHere = !isFound && points !== null && points >= Number(level.dataset.from);
      isFound = isFound || isHere;
      level.classList.toggle("on", isHere);
    });
  }
  workspace.look = look;
  criteria.forEach(look);
  form.addEventListener("input", function (event) {
    var part = event.target.closest(".criterion[data-criterion]");
    if (part) look(part);
  });

  // From what is missing straight into its field, folded or not.
  list.addEventListener("click", function (event) {
    var link = event.target.closest(".missing a");
    var field = link && document.getElementById(link.getAttribute("href").slice(1));
    if (!field) return;
    event.preventDefault();
    field.focus();
    field.scrollIntoView({ block: "center" });
  });

  var asked = window.location.hash.length > 1 && document.getElementById(decodeURIComponent(window.location.hash.slice(1)));
  choose((asked && asked.closest && asked.closest(".criterion[data-criterion]")) ||
    criteria.filter(function (one) { return !one.classList.contains("scored"); })[0] || criteria[0], false);
  // What was refused is read first; panes and folds have moved it since the page came.
  var refused = document.querySelector("#rubric .problem, #rubric .missing");
  if (refused) refused.scrollIntoView({ block: "center" });
  else if (workspace.present() !== criteria[0]) workspace.present().scrollIntoView({ block: "nearest" });

  workspace.acts.keys = function () { document.getElementById("keys").showModal(); };
  workspace.acts.close = function (button) { button.closest("dialog").close(); };
})();
