// Dropping files and showing how far an upload is; the form works without this file.
"use strict";

(function () {
  var ACCEPTED = /\.(pdf|zip|xlsx)$/i;

  function formOf(node) { return node.closest ? node.closest("[data-bring]") : null; }

  function megabytes(bytes) { return (bytes / 1e6).toFixed(1); }

  function size(bytes) {
    return bytes < 1e6 ? Math.max(1, Math.round(bytes / 1e3)) + " KB" : megabytes(bytes) + " MB";
  }

  // A list of what was chosen, with what the server would refuse already said.
  function list(form) {
    var files = Array.prototype.slice.call(form.querySelector("input[type=file]").files);
    var shown = form.querySelector("[data-brought]");
    var sum = 0;
    shown.textContent = "";
    files.forEach(function (file) {
      var line = document.createElement("li");
      var name = document.createElement("span");
      var note = document.createElement("span");
      sum += file.size;
      name.textContent = file.name;
      note.textContent = size(file.size);
      if (!ACCEPTED.test(file.name)) {
        line.className = "bad";
        note.textContent = form.dataset.refused;
      } else if (!/\.zip$/i.test(file.name) && file.size > Number(form.dataset.limit)) {
        line.className = "bad";
        note.textContent = form.dataset.tooLarge;
      }
      line.append(name, note);
      shown.append(line);
    });
    form.querySelector("[data-brought-sum]").textContent = files.length
      ? form.dataset.sum.replace("{files}", files.length).replace("{size}", size(sum))
      : "";
  }

  document.addEventListener("change", function (event) {
    var form = formOf(event.target);
    if (form && event.target.type === "file") list(form);
  });

  ["dragenter", "dragover"].forEach(function (name) {
    document.addEventListener(name, function (event) {
      var area = event.target.closest && event.target.closest("[data-drop]");
      if (!area) return;
      event.preventDefault();
      area.classList.add("over");
    });
  });
  document.addEventListener("dragleave", function (event) {
    var area = event.target.closest && event.target.closest("[data-drop]");
    if (area && !area.contains(event.relatedTarget)) area.classList.remove("over");
  });
  // What is dropped comes to what was chosen before, each file once.
  document.addEventListener("drop", function (event) {
    var area = event.target.closest && event.target.closest("[data-drop]");
    if (!area) return;
    event.preventDefault();
    area.classList.remove("over");
    var field = area.querySelector("input[type=file]");
    var all = new DataTransfer();
    var seen = {};
    [field.files, event.dataTransfer.files].forEach(function (files) {
      Array.prototype.forEach.call(files, function (file) {
        var key = file.name + "/" + file.size;
        if (seen[key]) return;
        seen[key] = true;
        all.items.add(file);
      });
    });
    field.files = all.files;
    list(formOf(area));
  });

  function tell(form, percent, text) {
    form.querySelector("[data-sending]").hidden = false;
    form.querySelector("progress").value = percent;
    form.querySelector("[data-sending-words]").textContent = text;
  }

  document.addEventListener("htmx:xhr:progress", function (event) {
    var form = formOf(event.target);
    if (!form || !event.detail.lengthComputable) return;
    var percent = Math.floor(100 * event.detail.loaded / event.detail.total);
    tell(form, percent, percent < 100
      ? form.dataset.sent.replace("{percent}", percent)
      : form.dataset.received);
  });
  document.addEventListener("htmx:sendError", function (event) {
    var form = formOf(event.target);
    if (form) tell(form, 0, form.dataset.lost);
  });
})();
