// The demo site's dashboard and clock: what the live feed tells, drawn. What is not told is not there.
// Chrome 109 and Firefox 115 read this.
(function () {
  "use strict";

  var MINUTE = 60000, HOUR = 60 * MINUTE, OLD = 15 * MINUTE, KEPT = 24 * HOUR;
  var ARROWS = {
    DoubleUp: ["⇈", "rising fast"], SingleUp: ["↑", "rising"], FortyFiveUp: ["↗", "rising slowly"], Flat: ["→", "steady"],
    FortyFiveDown: ["↘", "falling slowly"], SingleDown: ["↓", "falling"], DoubleDown: ["⇊", "falling fast"]
  };
  var CHOICES = [3, 6, 12, 24];
  var sgvs = {}, treatments = {}, statuses = {}, settings = null, hours = 3, state = "";

  function at(id) { return document.getElementById(id); }

  function make(name, attributes, children) {
    var isDrawn = ["svg", "title", "desc", "rect", "line", "text", "circle", "path"].indexOf(name) >= 0;
    var element = isDrawn ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
    Object.keys(attributes || {}).forEach(function (key) { element.setAttribute(key, attributes[key]); });
    (children || []).forEach(function (child) {
      element.appendChild(typeof child === "string" ? document.createTextNode(child) : child);
    });
    return element;
  }

  function replace(element, children) {
    element.textContent = "";
    children.forEach(function (child) { element.appendChild(child); });
  }

  function clock(mills, withSeconds) {
    var options = { hour: "2-digit", minute: "2-digit" };
    if (withSeconds) { options.second = "2-digit"; }
    return new Intl.DateTimeFormat("en-GB", options).format(new Date(mills));
  }

  // What was on another day says so.
  function moment(mills) {
    var isToday = new Date(mills).toDateString() === new Date().toDateString();
    return isToday ? clock(mills, false) : new Intl.DateTimeFormat("en-GB", { weekday: "short" }).format(new Date(mills)) + " " + clock(mills, false);
  }

  // 1. Units: the reader's own choice in this browser, else the site's.
  function inMmol() {
    var chosen = window.localStorage.getItem("units") || (settings ? settings.units : "mg/dl");
    return chosen === "mmol";
  }
  function shown(mgdl) { return inMmol() ? (mgdl / 18.018).toFixed(1) : String(Math.round(mgdl)); }
  function unitName() { return inMmol() ? "mmol/L" : "mg/dL"; }

  // 2. What is known.
  function sorted(rows) {
    return Object.keys(rows).map(function (key) { return rows[key]; })
      .sort(function (one, other) { return one.mills - other.mills; });
  }

  function keep(rows, changes, key) {
    (changes || []).forEach(function (row) {
      if (row.action === "remove") { delete rows[row[key]]; } else { rows[row[key]] = row; }
    });
    Object.keys(rows).forEach(function (name) { if (rows[name].mills < Date.now() - KEPT) { delete rows[name]; } });
  }

  function update(body) {
    if (!body.delta) { sgvs = {}; treatments = {}; statuses = {}; }
    keep(sgvs, body.sgvs, "mills");
    keep(treatments, body.treatments, "_id");
    keep(statuses, body.devicestatus, "_id");
    draw();
  }

  // 3. The newest reading.
  function showNow(readings) {
    var last = readings[readings.length - 1];
    var arrow = last && ARROWS[last.direction];
    var age = last ? Date.now() - last.mills : 0;
    at("value").textContent = last ? shown(last.mgdl) : "–";
    at("value").className = age > OLD ? "old" : "";
    at("units").textContent = last ? unitName() : "";
    at("arrow").hidden = !arrow || age > OLD;
    if (arrow) { at("arrow").textContent = arrow[0]; at("arrow").setAttribute("aria-label", arrow[1]); }
    at("since").textContent = last ? "at " + clock(last.mills, true) + (age > OLD ? ", " + Math.round(age / MINUTE) + " minutes ago" : "") : "";
    if (at("time")) { at("time").textContent = clock(Date.now(), false); }
  }

  // 4. What loop and pump tell, each only if it is told.
  function inside(row, path) {
    return path.split(".").reduce(function (value, name) {
      return value === null || value === undefined ? undefined : value[name];
    }, row);
  }

  function newest(rows, paths) {
    for (var index = rows.length - 1; index >= 0 && rows[index].mills > Date.now() - 2 * OLD; index -= 1) {
      for (var each = 0; each < paths.length; each += 1) {
        var value = inside(rows[index], paths[each]);
        if (typeof value === "number") { return value; }
      }
    }
    return null;
  }

  function showPills() {
    var rows = sorted(statuses);
    var told = [
      ["Insulin on board", ["openaps.iob.iob", "loop.iob.iob", "pump.iob.bolusiob"], "U", 2],
      ["Carbohydrates on board", ["openaps.suggested.COB", "openaps.enacted.COB", "loop.cob.cob"], "g", 0],
      ["Reservoir", ["pump.reservoir"], "U", 0],
      ["Pump battery", ["pump.battery.percent"], "%", 0],
      ["Phone battery", ["uploader.battery", "uploaderBattery"], "%", 0]
    ].map(function (pill) { return [pill[0], newest(rows, pill[1]), pill[2], pill[3]]; })
      .filter(function (pill) { return pill[1] !== null; });
    at("pills").hidden = told.length === 0;
    replace(at("pills"), told.map(function (pill) {
      return make("li", {}, [pill[0] + " ", make("b", {}, [pill[1].toFixed(pill[3]) + " " + pill[2]])]);
    }));
  }

  // 5. The curve.
  function showCurve(readings) {
    var now = Date.now(), since = now - hours * HOUR;
    var seen = readings.filter(function (row) { return row.mills >= since && row.mgdl > 38; });
    var box = at("curve"), width = Math.max(280, box.clientWidth), height = width < 520 ? 240 : 320;
    var left = 40, right = width - 14, top = 34, bottom = height - 26;
    var most = Math.max(250, Math.max.apply(null, seen.map(function (row) { return row.mgdl; }).concat(0)) + 20), least = 40;
    function x(mills) { return left + (mills - since) / (now - since) * (right - left); }
    function y(mgdl) { return bottom - (Math.min(most, Math.max(least, mgdl)) - least) / (most - least) * (bottom - top); }
    var limits = settings ? settings.thresholds : { bgTargetBottom: 70, bgTargetTop: 180 };
    var low = limits.bgTargetBottom, high = limits.bgTargetTop;
    var drawn = [
      make("title", { id: "curve-name" }, ["Glucose of the last " + hours + " hours"]),
      make("desc", { id: "curve-words" }, [inWords(seen)]),
      make("rect", { "class": "band", x: left, y: y(high), width: right - left, height: y(low) - y(high) })
    ];
    [low, high].forEach(function (limit) {
      drawn.push(make("line", { "class": "limit", x1: left, x2: right, y1: y(limit), y2: y(limit) }));
      drawn.push(make("text", { x: left - 6, y: y(limit) + 4, "text-anchor": "end" }, [shown(limit)]));
    });
    var step = Math.max(1, hours / (width < 520 ? 3 : 6)) * HOUR;
    for (var tick = Math.ceil(since / step) * step; tick < now; tick += step) {
      drawn.push(make("line", { "class": "grid", x1: x(tick), x2: x(tick), y1: top, y2: bottom }));
      if (x(tick) < right - 10) { drawn.push(make("text", { x: x(tick), y: height - 8, "text-anchor": "middle" }, [clock(tick, false)])); }
    }
    seen.forEach(function (row, index) {
      var isLast = index === seen.length - 1;
      drawn.push(make("circle", { "class": "dot", cx: x(row.mills), cy: y(row.mgdl), r: hours > 6 ? 2 : 3 }));
      if (isLast) { drawn.push(make("circle", { "class": "last", cx: x(row.mills), cy: y(row.mgdl), r: 7 })); }
    });
    if (!seen.length) { drawn.push(make("text", { x: (left + right) / 2, y: (top + bottom) / 2, "text-anchor": "middle" }, ["No readings in these hours"])); }
    replace(box, [make("svg", { viewBox: "0 0 " + width + " " + height, role: "img", "aria-labelledby": "curve-name curve-words" },
      drawn.concat(doses(x, since, top, hours)))]);
    showNumbers(seen, since);
  }

  function inWords(seen) {
    if (!seen.length) { return "No readings."; }
    var values = seen.map(function (row) { return row.mgdl; }), last = seen[seen.length - 1];
    return "Between " + shown(Math.min.apply(null, values)) + " and " + shown(Math.max.apply(null, values)) + " " + unitName() +
      "; the last is " + shown(last.mgdl) + " at " + clock(last.mills, false) + ".";
  }

  function doses(x, since, top, span) {
    var found = [], free = { insulin: 0, carbs: 0 };  // where the next figure has room
    function said(lane, text, from, y) {
      if (from >= free[lane]) { found.push(make("text", { "class": "said", x: from, y: y }, [text])); free[lane] = from + 46; }
    }
    sorted(treatments).forEach(function (row) {
      if (row.mills < since) { return; }
      var middle = x(row.mills);
      if (row.insulin > 0) {
        found.push(make("path", { "class": "insulin", d: "M" + (middle - 4) + " " + (top - 8) + "h8l-4 8z" }));
        if (row.insulin >= 1 && span <= 6) { said("insulin", row.insulin + " U", middle - 12, top - 12); }
      }
      if (row.carbs > 0) {
        found.push(make("rect", { "class": "carbs", x: middle - 4, y: top + 6, width: 8, height: 8 }));
        if (span <= 6) { said("carbs", row.carbs + " g", middle + 8, top + 14); }
      }
    });
    return found;
  }

  function showNumbers(seen, since) {
    var step = hours <= 3 ? 15 * MINUTE : hours <= 6 ? 30 * MINUTE : HOUR, kept = {};
    seen.forEach(function (row) { kept[Math.floor(row.mills / step)] = row; });
    var rows = sorted(kept).reverse().map(function (row) {
      return [moment(row.mills), shown(row.mgdl) + " " + unitName(), (ARROWS[row.direction] || ["", ""])[1]];
    });
    replace(at("numbers").lastElementChild, [table("Since " + clock(since, false), ["Time", "Glucose", "Trend"], rows)]);
  }

  function table(caption, names, rows) {
    return make("table", {}, [
      make("caption", {}, [caption]),
      make("thead", {}, [make("tr", {}, names.map(function (name) { return make("th", { scope: "col" }, [name]); }))]),
      make("tbody", {}, rows.map(function (row) { return make("tr", {}, row.map(function (cell) { return make("td", {}, [cell]); })); }))
    ]);
  }

  // 6. Events, as far as they are shared; a column that nothing fills is not there.
  function showTreatments() {
    var rows = sorted(treatments).reverse().filter(function (row) { return row.eventType !== "Temp Basal"; }).slice(0, 12);
    var columns = [
      ["Time", function (row) { return moment(row.mills); }],
      ["What", function (row) { return row.eventType; }],
      ["Meter", function (row) { return row.glucose && row.units !== "mmol" ? shown(row.glucose) + " " + unitName() : ""; }],
      ["Insulin", function (row) { return row.insulin ? row.insulin + " U" : ""; }],
      ["Carbs", function (row) { return row.carbs ? row.carbs + " g" : ""; }],
      ["Notes", function (row) { return row.notes || ""; }]
    ].filter(function (column) { return rows.some(column[1]); });
    at("treatments").hidden = rows.length === 0;
    var cells = rows.map(function (row) { return columns.map(function (column) { return column[1](row); }); });
    replace(at("treatments").lastElementChild, [
      table("The last " + rows.length + ", newest first", columns.map(function (column) { return column[0]; }), cells)
    ]);
  }

  // 7. The connection, in words.
  function showState() {
    var last = sorted(sgvs).pop(), from = last ? " What you see is from " + clock(last.mills, false) + "." : "";
    var words = {
      live: "Live: readings appear as they arrive.",
      lost: "No live connection. Trying again." + (from || " Nothing can be shown until it works."),
      closed: "Not let in. The access has ended, or the address lacks its token.",
      quiet: "Nothing live is shared here."
    };
    at("state").className = state === "live" ? "live" : "lost";
    if (at("state").textContent !== words[state]) { at("state").textContent = words[state]; }
  }

  function draw() {
    var readings = sorted(sgvs);
    at("now").hidden = !readings.length;
    showNow(readings);
    if (at("curve")) {
      at("course").hidden = !readings.length;
      showPills();
      if (readings.length) { showCurve(readings); }
      showTreatments();
    }
    if (state) { showState(); }
  }

  if (at("hours")) {
    CHOICES.forEach(function (choice) {
      var button = make("button", { type: "button", "aria-pressed": String(choice === hours) }, [choice + " h"]);
      button.addEventListener("click", function () {
        hours = choice;
        Array.prototype.forEach.call(at("hours").children, function (other) { other.setAttribute("aria-pressed", String(other === button)); });
        draw();
      });
      at("hours").appendChild(button);
    });
    window.addEventListener("resize", draw);
  }

  // A credential in this page's address goes with its links.
  Array.prototype.forEach.call(document.querySelectorAll("main a"), function (link) { link.search = window.location.search; });

  at("drawn").hidden = false;
  window.setInterval(draw, 10000);
  draw();
  window.demoFeed({
    settings: function (about) { settings = about.settings; },
    update: update,
    state: function (now) { state = now; draw(); }
  });
})();
