// What is typed and not yet on the platform waits here, in this browser: by account, review,
// window and part of the form. A window that is gone (closed, crashed, reloaded) leaves its
// copies to the next one that shows the review; one that is still open keeps its own.
"use strict";
(function () {
  var PREFIX = "unsaved/";
  var DAYS = 60; // a copy that nobody came back for in this time is removed
  var ANSWER = 300; // ms in which an open window says that it is there

  function makeCopies(account, review) {
    var own = PREFIX + account + "/" + review + "/";
    var tab = Math.random().toString(36).slice(2) + Date.now().toString(36);
    var store = null;
    try { store = window.localStorage; store.getItem(own); } catch (error) { store = null; }
    var channel = window.BroadcastChannel ? new BroadcastChannel("reviewapp-reviews") : null;
    var open = {}; // other windows that have answered
    var listeners = [];

    if (channel) channel.onmessage = function (event) {
      var told = event.data || {};
      if (told.kind === "who") channel.postMessage({ kind: "here", tab: tab });
      if (told.kind === "here") open[told.tab] = true;
      listeners.forEach(function (listener) { listener(told); });
    };

    function keys() {
      var found = [];
      for (var i = 0; store && i < store.length; i += 1) found.push(store.key(i));
      return found.filter(function (key) { return key && key.indexOf(PREFIX) === 0; });
    }
    function read(key) {
      try {
        var copy = JSON.parse(store.getItem(key));
        return copy && copy.values && typeof copy.version === "number" ? copy : null;
      } catch (error) { return null; }
    }
    keys().forEach(function (key) {
      var copy = read(key);
      if (!copy || Date.now() - copy.at > DAYS * 86400000) store.removeItem(key);
    });

    return {
      // Keeps a copy; false where the browser has no room or no store.
      put: function (part, copy) {
        try { store.setItem(own + tab + "/" + part, JSON.stringify(copy)); return true; }
        catch (error) { return false; }
      },
      drop: function (part) { if (store) store.removeItem(own + tab + "/" + part); },
      forget: function (key) { if (store) store.removeItem(key); },
      tell: function (message) { if (channel) channel.postMessage(message); },
      listen: function (listener) { listeners.push(listener); },
      // Calls back with the copies of this review whose windows are gone, the oldest first.
      orphans: function (found) {
        if (channel) channel.postMessage({ kind: "who" });
        window.setTimeout(function () {
          found(keys().map(function (key) {
            if (key.indexOf(own) !== 0) return null;
            var rest = key.slice(own.length).split("/"), copy = read(key);
            if (!copy || rest[0] === tab || open[rest[0]]) return null;
            return { key: key, part: rest.slice(1).join("/"), copy: copy };
          }).filter(Boolean).sort(function (one, other) { return one.copy.at - other.copy.at; }));
        }, channel && keys().length ? ANSWER : 0);
      }
    };
  }

  window.reviewCopies = makeCopies;
})();
