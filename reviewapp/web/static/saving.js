// Saves a review while it is typed: one request at a time, in the order of the changes, each with
// the version of its field that it was made from. Until the platform has a change, a copy of it
// waits in this browser (copies.js). What is being composed with an input method is left alone.
"use strict";
(function () {
  var form = document.querySelector("form[data-review]");
  if (!form) return;
  var PAUSE = 300, LONGEST = 600; // ms without a key, and at most, until a change is sent
  var PATIENCE = 10000; // ms for one answer
  var words = form.dataset;
  var copies = window.reviewCopies(words.account, words.review);
  var versions = {}, parts = {}, waiting = {};
  var isSending = false, isSignedOut = false, isLeaving = false, wanted = null;
  var failures = 0, notBefore = 0, timer = 0, asking = 0, isTokenFresh = false;

  function now() { return Date.now(); }
  function isKept(field) {
    return field.type !== "hidden" && /^(points-|reason-|claim-|veto-|opinion$)/.test(field.name);
  }
  function partOf(element) {
    var section = element.closest && element.closest("[data-save]");
    return section ? parts[section.id] : null;
  }
  function fieldsOf(part) {
    return Array.prototype.filter.call(form.elements, function (field) {
      return isKept(field) && part.section.contains(field);
    });
  }
  function valueOf(field) { return field.type === "checkbox" ? (field.checked ? "1" : "") : field.value; }
  function put(field, text) {
    if (field.type === "checkbox") field.checked = text === "1";
    else field.value = text;
  }
  // What stands in the fields; of one that is being composed in, what stood there before.
  function valuesOf(part) {
    var values = {};
    fieldsOf(part).forEach(function (field) {
      values[field.name] = part.composing === field ? part.committed : valueOf(field);
    });
    return values;
  }
  function same(one, other) { return JSON.stringify(one) === JSON.stringify(other); }
  function statusOf(part) { return document.getElementById("s-" + part.section.id); }
  function say(part, text, isBad) {
    var status = statusOf(part);
    if (!status) return;
    status.textContent = text;
    status.classList.toggle("bad", Boolean(isBad));
  }

  Array.prototype.forEach.call(form.querySelectorAll("[data-save]"), function (section) {
    var name = section.dataset.version, input = document.getElementById("v-" + name);
    versions[name] = Number(input.value);
    var part = {
      section: section, name: name, input: input, base: versions[name], acked: {},
      isDirty: false, first: 0, due: 0, unsure: null, refused: null, composing: null, committed: ""
    };
    parts[section.id] = part;
    fieldsOf(part).forEach(function (field) {
      part.acked[field.name] = field.type === "checkbox"
        ? (field.defaultChecked ? "1" : "") : field.defaultValue;
    });
  });
  function each(act) { Object.keys(parts).forEach(function (id) { act(parts[id]); }); }
  function unsent() { return Object.keys(parts).map(function (id) { return parts[id]; }).filter(function (part) { return part.isDirty; }); }

  // --- changes -------------------------------------------------------------------------------

  function keepCopy(part) {
    var copy = { values: valuesOf(part), version: part.base, sent: part.unsure, at: part.first };
    if (!copies.put(part.section.id, copy)) say(part, words.full, true);
  }

  // Takes note of what stands in the part now; `atOnce` sends it without waiting for a pause.
  function touched(part, atOnce) {
    var values = valuesOf(part);
    if (same(values, part.acked) && !part.unsure) { clean(part); return; }
    if (!part.isDirty) {
      part.isDirty = true;
      part.first = now();
      // In a part that several share a version with, only this one is made from what is known now.
      part.base = versions[part.name];
      part.section.dataset.unsaved = "1";
    }
    part.due = atOnce ? now() : Math.min(now() + PAUSE, Math.max(part.first + LONGEST, now()));
    keepCopy(part);
    pump();
  }

  function clean(part) {
    if (part.refused) say(part, "");
    part.isDirty = false;
    part.refused = null;
    part.base = versions[part.name];
    delete part.section.dataset.unsaved;
    copies.drop(part.section.id);
    adopt(part);
  }

  form.addEventListener("input", function (event) {
    var part = partOf(event.target);
    if (!part || !isKept(event.target)) return;
    // A composition whose end was never told is over with the first sign outside of it.
    if (part.composing === event.target && !event.isComposing) part.composing = null;
    if (part.composing !== event.target) touched(part);
  });
  form.addEventListener("change", function (event) {
    var part = partOf(event.target);
    if (part && isKept(event.target) && part.composing !== event.target) touched(part, true);
  });
  form.addEventListener("compositionstart", function (event) {
    var part = partOf(event.target);
    if (!part || !isKept(event.target)) return;
    part.composing = event.target;
    part.committed = event.target.value;
  });
  function composed(event) {
    var part = partOf(event.target);
    if (!part || part.composing !== event.target) return;
    part.composing = null;
    touched(part);
  }
  form.addEventListener("compositionend", composed);
  form.addEventListener("focusout", composed);

  // A line break in one of the number fields must not submit the whole review.
  form.addEventListener("keydown", function (event) {
    if (event.key === "Enter" && event.target.matches(".points input")) event.preventDefault();
  });

  // --- sending -------------------------------------------------------------------------------

  function isReady(part) {
    return part.isDirty && (part.unsure || !part.refused || !same(part.refused, valuesOf(part)));
  }

  function pending() { return unsent().filter(isReady); }

  function pump() {
    window.clearTimeout(timer);
    if (isSending || isSignedOut) return;
    // What may have arrived is settled first: others of its version stand on it.
    var ready = pending().sort(function (one, other) {
      return (one.unsure ? 0 : 1) - (other.unsure ? 0 : 1) || one.first - other.first;
    });
    if (!ready.length) { finish(); return; }
    var next = ready.filter(function (part) { return part.due <= now(); })[0];
    if (next && notBefore <= now()) { send(next); return; }
    var due = ready.reduce(function (soonest, part) { return Math.min(soonest, part.due); }, Infinity);
    timer = window.setTimeout(pump, Math.max(notBefore, due) - now());
  }

  function bodyOf(part, values) {
    var body = new URLSearchParams(values);
    body.set("csrf_token", form.querySelector("input[name=csrf_token]").value);
    body.set(part.name, String(part.base));
    return body;
  }

  function send(part) {
    // A save whose answer was lost may have arrived. It is repeated word for word until it is
    // known: only then does what was typed since stand on a version of its own.
    var values = part.unsure || valuesOf(part), base = part.base;
    var abort = new AbortController();
    var patience = window.setTimeout(function () { abort.abort(); }, PATIENCE);
    isSending = true;
    part.unsure = values;
    keepCopy(part);
    fetch(part.section.dataset.save, {
      method: "POST", body: bodyOf(part, values), headers: { "HX-Request": "true" },
      credentials: "same-origin", signal: abort.signal
    }).then(function (answer) {
      return answer.text().then(function (text) { answered(part, values, base, answer.status, text); });
    }).catch(function () {
      failed(part);
    }).then(function () {
      window.clearTimeout(patience);
      isSending = false;
      pump();
    });
  }

  function answered(part, values, base, status, text) {
    if (status === 401 || (status === 400 && !isTokenFresh)) { signedOut(); return; }
    if (status === 400) isTokenFresh = false; // asked again, after a pause
    var page = new DOMParser().parseFromString(text, "text/html");
    var said = page.getElementById("s-" + part.section.id);
    var version = page.getElementById("v-" + part.name);
    if (status >= 500 || status === 429 || status === 400 || (status < 300 && !(said && version))) { failed(part); return; }
    failures = 0;
    notBefore = 0;
    isTokenFresh = false;
    part.unsure = null;
    if (version) know(part, base, Number(version.value));
    if (status < 300) {
      part.acked = values;
      part.refused = null;
      part.told = { kind: "saved", review: words.review, part: part.section.id, version: part.base, values: values };
      copies.tell(part.told);
      remember(part.told);
    } else {
      part.refused = values;
    }
    ["s-" + part.section.id, "total"].forEach(function (id) {
      var old = document.getElementById(id), fresh = page.getElementById(id);
      if (old && fresh) old.replaceWith(document.importNode(fresh, true));
    });
    if (!said) say(part, (page.body.textContent || "").trim() || words.waiting, true);
    if (status < 300 && same(valuesOf(part), values)) clean(part);
    else if (part.isDirty) {
      if (status < 300) part.first = now();
      keepCopy(part);
    }
    if (status < 300) part.section.dispatchEvent(new CustomEvent("review:saved", { bubbles: true }));
  }

  // The platform has a new version: what is unsent on top of the one before stands on it now.
  function know(part, base, version) {
    versions[part.name] = Math.max(version, versions[part.name]);
    part.input.value = String(versions[part.name]);
    each(function (one) {
      if (one.name === part.name && one.base === base) one.base = version;
    });
  }

  function failed(part) {
    failures += 1;
    notBefore = now() + Math.min(5000, 500 * Math.pow(2, failures - 1));
    pending().forEach(function (one) {
      if (one === part || one.due <= now()) say(one, words.waiting, true);
    });
    if (wanted) { wanted = null; part.section.scrollIntoView({ block: "center" }); }
  }
  function again() { notBefore = 0; pump(); }
  window.addEventListener("online", again);
  window.addEventListener("focus", again);

  // --- signed out ----------------------------------------------------------------------------

  // A refusal for want of a session or of its token: ask who is signed in, until it is the same
  // person again, perhaps in another window; then go on with the new token.
  var notice = document.createElement("p");
  notice.className = "saved";
  notice.setAttribute("role", "status");
  notice.hidden = true;
  form.insertBefore(notice, form.firstChild);
  function signedOut() {
    if (isSignedOut) return;
    isSignedOut = true;
    askWho();
  }
  function askWho() {
    if (!isSignedOut) return;
    fetch(words.standing, { headers: { "HX-Request": "true" }, credentials: "same-origin" }).then(function (answer) {
      if (answer.status === 401) { offerSignIn(words.signedOut, true); return null; }
      if (answer.status === 404) return { account: "" };
      if (!answer.ok) throw new Error("no answer");
      return answer.json();
    }).then(function (standing) {
      if (!standing) return;
      if (standing.account !== words.account) { offerSignIn(words.otherPerson, false); return; }
      Array.prototype.forEach.call(document.querySelectorAll("input[name=csrf_token]"), function (input) {
        input.value = standing.token;
      });
      isSignedOut = false;
      isTokenFresh = true;
      notice.hidden = true;
      notice.textContent = "";
      pending().forEach(function (part) { say(part, ""); });
      again();
    }).catch(function () {
      pending().forEach(function (part) { say(part, words.waiting, true); });
    }).then(function () {
      window.clearTimeout(asking);
      if (isSignedOut) asking = window.setTimeout(askWho, 3000);
    });
  }
  // Said beside every unsent part, and above the form for whoever has not typed since.
  function offerSignIn(text, withLink) {
    wanted = null;
    var places = pending().map(function (part) {
      return { line: statusOf(part), field: part.field || fieldsOf(part)[0] };
    });
    places.push({ line: notice, field: document.activeElement });
    places.forEach(function (place) {
      if (place.line.textContent.indexOf(text) === 0) return;
      place.line.hidden = false;
      place.line.textContent = text + " ";
      place.line.classList.add("bad");
      if (!withLink) return;
      var link = document.createElement("a");
      link.href = words.signIn;
      if (form.contains(place.field) && place.field.id) link.href += encodeURIComponent("#" + place.field.id);
      link.textContent = words.signInWord;
      link.dataset.signIn = "1";
      link.addEventListener("click", function () { rememberPlace(place.field); isLeaving = true; });
      place.line.appendChild(link);
    });
  }
  // Other parts of the page find out as well; they must not carry it off to the sign-in page.
  document.addEventListener("htmx:beforeOnLoad", function (event) {
    if (event.detail.xhr.status !== 401) return;
    event.preventDefault();
    signedOut();
  });
  document.addEventListener("visibilitychange", function () {
    if (!document.hidden) askWho();
    else pending().forEach(function (part) { touched(part, true); });
  });

  // --- mine, theirs ---------------------------------------------------------------------------

  document.addEventListener("click", function (event) {
    var chosen = event.target.closest("[data-keep], [data-drop]");
    var part = chosen && parts[chosen.dataset.keep || chosen.dataset.drop];
    if (!part) return;
    event.preventDefault();
    var version = Number(chosen.dataset.version);
    versions[part.name] = Math.max(version, versions[part.name]);
    part.input.value = String(versions[part.name]);
    part.base = version;
    part.refused = null;
    if (chosen.dataset.drop) {
      Array.prototype.forEach.call(chosen.closest(".stale").querySelectorAll("[data-theirs]"), function (theirs) {
        put(form.elements[theirs.dataset.theirs], theirs.value);
      });
      part.acked = valuesOf(part);
      say(part, "");
      clean(part);
    } else {
      part.due = now();
      keepCopy(part);
      pump();
    }
    (part.field || fieldsOf(part)[0]).focus();
  });

  // Another window of this browser has saved: an untouched field here shows it at once.
  copies.listen(function (told) {
    // One that has just opened may have been rendered before the last save: it is told again.
    if (told.kind === "who") {
      Object.keys(parts).map(function (id) { return parts[id].told; }).filter(Boolean)
        .sort(function (one, other) { return one.version - other.version; }).forEach(copies.tell);
    }
    follow(told);
  });
  function follow(told) {
    var part = told.kind === "saved" && told.review === words.review ? parts[told.part] : null;
    if (!part || part.isDirty || told.version <= versions[part.name]) return;
    // Several parts may share a version: then only the very next one tells of all of them.
    var isShared = Object.keys(parts).filter(function (id) { return parts[id].name === part.name; }).length > 1;
    if (isShared && told.version !== versions[part.name] + 1) return;
    if (document.hasFocus() && part.section.contains(document.activeElement)) return;
    fieldsOf(part).forEach(function (field) { put(field, told.values[field.name] || ""); });
    versions[part.name] = told.version;
    part.input.value = String(told.version);
    part.base = told.version;
    part.acked = valuesOf(part);
  }

  // A window that is loaded again may have been rendered before its own last save was through:
  // its last saves stay at hand for a moment, in this window alone.
  var LATELY = "saved/" + words.account + "/" + words.review + "/";
  function remember(told) {
    try {
      window.sessionStorage.setItem(LATELY + told.part, JSON.stringify({ told: told, at: now() }));
    } catch (error) { /* no store, then the next save asks */ }
  }
  (function () {
    var lately = [];
    try {
      Object.keys(window.sessionStorage).forEach(function (key) {
        if (key.indexOf("saved/") !== 0) return;
        var kept = JSON.parse(window.sessionStorage.getItem(key));
        window.sessionStorage.removeItem(key);
        if (key.indexOf(LATELY) === 0 && now() - kept.at < 60000) lately.push(kept.told);
      });
    } catch (error) { return; }
    lately.sort(function (one, other) { return one.version - other.version; }).forEach(follow);
  })();

  // --- coming back ----------------------------------------------------------------------------

  // Brings back one copy that a window left behind; the next one follows when it is settled.
  function adopt(part) {
    var queue = waiting[part.section.id];
    if (!queue || !queue.length || part.isDirty) return;
    if (part.composing) { window.setTimeout(function () { adopt(part); }, 500); return; }
    var left = queue.shift(), copy = left.copy;
    if (same(copy.values, part.acked)) { copies.forget(left.key); adopt(part); return; }
    fieldsOf(part).forEach(function (field) {
      if (field.name in copy.values) put(field, copy.values[field.name]);
    });
    part.isDirty = true;
    part.section.dataset.unsaved = "1";
    part.first = copy.at;
    part.due = now();
    part.base = copy.version;
    part.unsure = copy.sent || null;
    keepCopy(part);
    copies.forget(left.key);
    pump();
  }
  copies.orphans(function (found) {
    // What a refused form shows again is settled by its reader, not by older copies.
    if (words.refused) return;
    found.forEach(function (left) {
      if (!parts[left.part]) return;
      (waiting[left.part] = waiting[left.part] || []).push(left);
    });
    each(adopt);
  });

  // The field and the place in it, through the sign-in and back.
  var PLACE = "reviewapp-place";
  form.addEventListener("focusin", function (event) {
    var part = partOf(event.target);
    if (part && isKept(event.target)) part.field = event.target;
  });
  function rememberPlace(field) {
    if (!field || !field.id || !form.contains(field) || !isKept(field)) return;
    try {
      window.sessionStorage.setItem(PLACE, JSON.stringify([field.id, field.selectionStart, field.selectionEnd]));
    } catch (error) { /* no store, then the field alone */ }
  }
  form.addEventListener("focusout", function (event) { rememberPlace(event.target); });
  (function () {
    var field = document.getElementById(window.location.hash.slice(1));
    if (!field || !field.name || !form.contains(field) || !isKept(field)) return;
    field.focus();
    try {
      var place = JSON.parse(window.sessionStorage.getItem(PLACE));
      if (place && place[0] === field.id) field.setSelectionRange(place[1], place[2]);
    } catch (error) { /* a checkbox has no selection */ }
  })();

  // --- leaving --------------------------------------------------------------------------------

  // Submitting waits for what is unsent; a text that is refused or in question is settled first.
  form.addEventListener("submit", function (event) {
    if (isLeaving) return;
    each(function (part) { if (!part.composing) touched(part, true); });
    if (!pending().length && !isSending) { leave(event); return; }
    event.preventDefault();
    wanted = event.submitter || form.querySelector("[type=submit]");
    again();
  });
  function leave(event) {
    var open = form.querySelector(".saved .stale");
    if (open) {
      event.preventDefault();
      open.scrollIntoView({ block: "center" });
      open.querySelector("button").focus();
      return;
    }
    isLeaving = true;
  }
  function finish() {
    if (!wanted) return;
    var button = wanted;
    wanted = null;
    form.requestSubmit(button);
  }

  // Warns while something could not be sent; what is on its way anyway needs no question.
  window.addEventListener("beforeunload", function (event) {
    var stuck = unsent().filter(function (part) {
      return failures || isSignedOut || part.refused || now() - part.first > 1500;
    });
    if (isLeaving || !stuck.length) return;
    event.preventDefault();
    event.returnValue = "";
  });
  window.addEventListener("pagehide", function () {
    rememberPlace(document.activeElement);
    var busy = {};
    unsent().forEach(function (part) {
      if (isSignedOut || busy[part.name] || !isReady(part) || part.unsure) return;
      busy[part.name] = true;
      part.unsure = valuesOf(part);
      keepCopy(part);
      try {
        fetch(part.section.dataset.save, {
          method: "POST", body: bodyOf(part, part.unsure), headers: { "HX-Request": "true" },
          credentials: "same-origin", keepalive: true
        }).catch(function () {});
      } catch (error) { /* too long for it: the copy is sent when the review is opened again */ }
    });
  });
  // A page that comes back from the browser's memory may be older than the copies.
  window.addEventListener("pageshow", function (event) { if (event.persisted) window.location.reload(); });
})();
