// The report's pages: filled as one scrolls, sharp at any size, with marks; jumps and tables.
"use strict";
(function () {
  var workspace = window.workspace, viewer = document.getElementById("viewer");
  if (!workspace || !viewer) return;
  var SVG = "http://www.w3.org/2000/svg", SCALES = [110, 165, 220];
  var sheets = document.getElementById("sheets"), leaves = workspace.all(".leaf", sheets);
  var near = new Set(), zoom = workspace.remembered.zoom || 1, hasMargins = Boolean(workspace.remembered.margins);
  var first = leaves.filter(function (one) { return one.classList.contains("asked"); })[0];
  // Where one read last; an address that names a page goes before it.
  var review = document.getElementById("work").dataset.review, place = workspace.remembered.place;
  var isAsked = /[?&](page|find|table)=/.test(window.location.search) || /^#page-/.test(window.location.hash);
  if (!isAsked && place && place[0] === review && place[1] <= leaves.length) first = leaves[place[1] - 1];
  viewer.classList.add("streams");
  workspace.leaves = leaves;

  function numbers(text) { return text.trim().split(/\s+/).map(Number); }
  function make(name, attributes) {
    var one = document.createElementNS(SVG, name);
    Object.keys(attributes).forEach(function (key) { one.setAttribute(key, attributes[key]); });
    return one;
  }
  workspace.svg = make;
  workspace.numbers = numbers;
  function pageOf(leaf) { return Number(leaf.dataset.number); }
  function leafOf(page) { return leaves[page - 1]; }
  workspace.leafOf = leafOf;

  // Cropped to the text block, or with its margins.
  function crop(leaf) {
    var block = hasMargins ? [0, 0].concat(numbers(leaf.dataset.size)) : numbers(leaf.dataset.block);
    leaf.querySelector("svg").setAttribute("viewBox", [block[0], block[1], block[2] - block[0], block[3] - block[1]].join(" "));
  }
  function address(template, page, dpi) {
    return template.replace("/pages/0", "/pages/" + page) + (dpi ? "?dpi=" + dpi : "");
  }
  // The least resolution that is sharp where it is shown.
  function scaleFor(svg, width) {
    var box = svg.viewBox.baseVal, needed = (width || svg.getBoundingClientRect().width) * (window.devicePixelRatio || 1) / box.width * 72;
    return SCALES.filter(function (dpi) { return dpi >= needed * .92; })[0] || SCALES[SCALES.length - 1];
  }
  function draw(leaf) {
    var svg = leaf.querySelector("svg"), dpi = scaleFor(svg), size = numbers(leaf.dataset.size);
    if (Number(leaf.dataset.dpi || 0) >= dpi) return;
    leaf.dataset.dpi = dpi;
    var source = address(viewer.dataset.picture, pageOf(leaf), dpi), old = svg.querySelector("image");
    if (!old) {
      var picture = svg.insertBefore(make("image", { width: size[0], height: size[1], preserveAspectRatio: "none", href: source }), svg.firstChild);
      picture.addEventListener("error", function () { picture.remove(); delete leaf.dataset.dpi; });
      return;
    }
    // The finer picture takes the place of the coarse one when it is there, unless a still finer
    // one was asked for meanwhile; one that never came is asked for again.
    var finer = new Image();
    finer.onload = function () { if (Number(leaf.dataset.dpi) === dpi) old.setAttribute("href", source); };
    finer.onerror = function () { if (Number(leaf.dataset.dpi) === dpi) delete leaf.dataset.dpi; };
    finer.src = source;
  }
  function read(leaf) {
    var svg = leaf.querySelector("svg");
    if (leaf.dataset.read || svg.querySelector(".lines")) { leaf.dataset.read = "1"; return; }
    leaf.dataset.read = "1";
    window.fetch(address(viewer.dataset.lines, pageOf(leaf)), { credentials: "same-origin" }).then(function (answer) {
      if (!answer.ok) throw new Error(String(answer.status));
      return answer.text();
    }).then(function (text) {
      var holder = document.createElement("div");
      holder.innerHTML = "<svg>" + text + "</svg>";
      var lines = holder.querySelector(".lines");
      if (lines) svg.insertBefore(lines, svg.querySelector(".marks"));
    }).catch(function () { delete leaf.dataset.read; });
  }
  function fill(leaf) { draw(leaf); read(leaf); mark(leaf); }

  // Marks: doubts, evidence and what was searched for, drawn from the lists beside the page.
  function rectangle(group, tone, box, label) {
    var rect = make("rect", { "class": tone, x: box[0], y: box[1], width: box[2] - box[0], height: box[3] - box[1] });
    if (label) rect.appendChild(make("title", {})).textContent = label;
    group.appendChild(rect);
    return rect;
  }
  function mark(leaf) {
    var svg = leaf.querySelector("svg"), page = String(leaf.dataset.number), old = svg.querySelector(".marks");
    var group = make("g", { "class": "marks" });
    workspace.all(".doubts [data-box][data-page='" + page + "']").forEach(function (one) {
      rectangle(group, one.dataset.tone + (one.classList.contains("current") ? " on" : ""), numbers(one.dataset.box), one.dataset.label);
    });
    workspace.all(".chips [data-box][data-page='" + page + "']").forEach(function (one) {
      var box = numbers(one.dataset.box);
      rectangle(group, "evid" + (one.classList.contains("current") ? " on" : ""), box, one.dataset.label);
      group.appendChild(make("text", { x: box[0] + 1, y: Math.max(box[1] - 2.5, 8) })).textContent = one.dataset.label;
    });
    workspace.all("#found [data-boxes][data-page='" + page + "']").forEach(function (one) {
      one.dataset.boxes.split(";").forEach(function (box) {
        rectangle(group, "hit" + (one.classList.contains("current") ? " on" : ""), numbers(box));
      });
    });
    if (old) svg.replaceChild(group, old);
    else svg.appendChild(group);
  }
  workspace.mark = function () { near.forEach(mark); };
  document.addEventListener("htmx:afterSwap", function (event) {
    if (event.target.id !== "found") return;
    workspace.mark();
    var hit = event.target.querySelector("a[data-page]");
    if (hit) go(Number(hit.dataset.page), hit);
  });

  // Pages in sight and the next ones are filled; the number in sight is told.
  var filler = new IntersectionObserver(function (entries) {
    entries.forEach(function (entry) {
      if (entry.isIntersecting) { near.add(entry.target); fill(entry.target); } else near.delete(entry.target);
    });
  }, { root: viewer, rootMargin: "120% 0px 160% 0px" });
  var teller = document.getElementById("at-page");
  var present = first ? pageOf(first) : 1;
  workspace.page = function () { return present; };
  function tell() {
    if (!viewer.clientHeight) return; // another pane is shown on the phone
    var top = viewer.getBoundingClientRect().top + viewer.clientHeight * .4;
    if (window.innerWidth <= 720) top = window.innerHeight * .4;
    var low = 0, high = leaves.length - 1;
    while (low < high) {
      var middle = (low + high + 1) >> 1;
      if (leaves[middle].getBoundingClientRect().top <= top) low = middle; else high = middle - 1;
    }
    present = low + 1;
    if (teller.dataset.told === String(present)) return;
    teller.dataset.told = String(present);
    teller.textContent = teller.dataset.words.replace("{page}", present);
    workspace.remember("place", [review, present]);
    var last = null;
    workspace.all(".headings a").forEach(function (link) {
      link.removeAttribute("aria-current");
      if (Number(link.dataset.page) <= present) last = link;
    });
    if (last) last.setAttribute("aria-current", "true");
  }
  var waits = false;
  function later() {
    if (waits) return;
    waits = true;
    window.requestAnimationFrame(function () { waits = false; tell(); });
  }
  viewer.addEventListener("scroll", later, { passive: true });
  window.addEventListener("scroll", later, { passive: true });
  window.addEventListener("resize", function () { near.forEach(draw); later(); });

  // Jumps: to a page, or to what a link marks on it.
  function go(page, link) {
    var leaf = leafOf(page);
    if (!leaf) return;
    workspace.showPane("viewer");
    workspace.all(".current[data-page], .doubts .current").forEach(function (one) { one.classList.remove("current"); });
    var box = null, source = link && (link.closest("[data-box]") || link);
    if (link && link.dataset.finding) source = document.getElementById("finding-" + link.dataset.finding) || link;
    if (source) {
      source.classList.add("current");
      if (source.dataset.box) box = numbers(source.dataset.box);
      else if (source.dataset.boxes) box = numbers(source.dataset.boxes.split(";")[0]);
    }
    near.add(leaf);
    fill(leaf);
    workspace.mark();
    var svg = leaf.querySelector("svg"), frame = leaf.getBoundingClientRect(), view = svg.viewBox.baseVal;
    var bar = viewer.querySelector(".tools").offsetHeight;
    var offset = box ? (box[1] - view.y) / view.height * frame.height - viewer.clientHeight * .33 : -bar - 6;
    if (window.innerWidth <= 720) window.scrollBy(0, frame.top + (box ? (box[1] - view.y) / view.height * frame.height - 160 : -90));
    else viewer.scrollTop += frame.top - viewer.getBoundingClientRect().top + offset;
    tell();
  }
  workspace.go = go;
  document.addEventListener("click", function (event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    var link = event.target.closest("a[data-page]");
    if (link) { event.preventDefault(); go(Number(link.dataset.page), link); return; }
    var table = event.target.closest("a[data-table]");
    if (table) { event.preventDefault(); enlarge(Number(table.dataset.number), numbers(table.dataset.table)); }
  });
  workspace.acts.page = function (by) { go(Math.min(Math.max(present + by, 1), leaves.length)); };

  function zoomed(factor) {
    var at = present;
    zoom = Math.min(Math.max(factor, .5), 3);
    workspace.remember("zoom", zoom);
    widen();
    near.forEach(draw);
    go(at);
  }
  function widen() {
    viewer.classList.toggle("zoomed", zoom > 1);
    leaves.forEach(function (leaf) { leaf.style.width = zoom === 1 ? "" : Math.round(zoom * 100) + "%"; });
  }
  workspace.acts.larger = function () { zoomed(zoom * 1.25); };
  workspace.acts.smaller = function () { zoomed(zoom / 1.25); };
  workspace.acts.fit = function () { zoomed(1); };
  workspace.acts.margins = function () {
    var at = present;
    hasMargins = !hasMargins;
    workspace.remember("margins", hasMargins);
    viewer.querySelector("[data-act=margins]").setAttribute("aria-pressed", String(hasMargins));
    leaves.forEach(crop);
    near.forEach(draw);
    go(at);
  };

  // A table as large as the window; one more press turns it.
  var dialog = document.getElementById("enlarged"), shown = null;
  function enlarge(page, box) {
    var size = numbers(leafOf(page).dataset.size), room = 8;
    shown = { page: page, size: size, box: [Math.max(0, box[0] - room), Math.max(0, box[1] - room), Math.min(size[0], box[2] + room), Math.min(size[1], box[3] + room)], turned: false };
    if (!dialog.open) dialog.showModal();
    lay();
    dialog.querySelector(".frame").focus();
  }
  function lay() {
    var frame = dialog.querySelector(".frame"), box = shown.box, width = box[2] - box[0], height = box[3] - box[1];
    var svg = make("svg", { viewBox: shown.turned ? [0, 0, height, width].join(" ") : [box[0], box[1], width, height].join(" "), role: "img", "aria-label": viewer.getAttribute("aria-label") + " " + shown.page });
    var group = make("g", shown.turned ? { transform: "translate(" + (height + box[1]) + " " + -box[0] + ") rotate(90)" } : {});
    group.appendChild(make("image", { width: shown.size[0], height: shown.size[1], preserveAspectRatio: "none", href: address(viewer.dataset.picture, shown.page, 220) }));
    svg.appendChild(group);
    frame.textContent = "";
    frame.classList.toggle("turned", shown.turned);
    frame.appendChild(svg);
  }
  workspace.acts.turn = function () { if (shown) { shown.turned = !shown.turned; lay(); } };
  workspace.acts.table = function () {
    var link = leafOf(present).querySelector("a[data-table]") || sheets.querySelector("a[data-table]");
    if (link) enlarge(Number(link.dataset.number), numbers(link.dataset.table));
    else workspace.tell("noTables");
  };
  dialog.addEventListener("keydown", function (event) {
    if (event.key === "t" && !event.ctrlKey && !event.metaKey && !event.altKey) { event.preventDefault(); workspace.acts.turn(); }
  });

  leaves.forEach(function (leaf) {
    crop(leaf);
    filler.observe(leaf);
  });
  viewer.querySelector("[data-act=margins]").setAttribute("aria-pressed", String(hasMargins));
  widen();
  // A jump shows the report; on a phone only when its address asks for a page.
  if (present > 1 && (window.innerWidth > 720 || isAsked)) go(present);
  tell();
})();
