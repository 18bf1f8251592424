// The strip on Nightscout's pages: with whom this is shared, what is not, until when; units; and the way out.
// It runs before Nightscout's own scripts, which find the reader's units in this browser. Chrome 109 and Firefox 115
// read this. What it hides, the server refuses anyway.
(function () {
  "use strict";

  var SAY_INPUT_EVERY = 60000;
  var root = document.documentElement;
  var isClock = window.location.pathname.indexOf("/clock/") === 0;
  var isReport = window.location.pathname.indexOf("/report") === 0;
  var isMain = !isClock && !isReport;
  // A clock has no socket that would break when the access ends, and a dashboard's tells of a cut line after minutes only.
  var ASK_EVERY = isClock ? 2000 : isMain ? 5000 : 10000;
  // So long a connection may be away before that is said: it comes back by itself after a short break. An answer may
  // take as long, and twice as long as the last one on a slow line.
  var BREAK = 5000, LONGEST = 20000;
  var known = null, words = {}, lastSaid = 0, lastCut = 0, somebodyActed = true, leaving = false;
  var asking = null, took = 0, live = null, gone = {}, waits = {};

  // 1. Units: one choice for all pages, in this browser only. A clock is told by the cookie, the others read storage.
  function chosenUnits() {
    var stored = window.localStorage.getItem("units");
    return stored === "mmol" || stored === "mg/dl" ? stored : cookieUnits() || "mg/dl";
  }

  function cookieUnits() {
    var found = /(?:^|; )units=([a-z%2F/]+)/i.exec(document.cookie);
    return found && decodeURIComponent(found[1]);
  }

  function keepUnits(units) {
    window.localStorage.setItem("units", units);
    root.classList.toggle("chaperone-mgdl", units === "mg/dl");
    document.cookie = "units=" + encodeURIComponent(units) + "; path=/; SameSite=Lax";
  }

  function choose(units) {
    keepUnits(units);
    window.location.reload();
  }

  // 2. The bar.
  function make(name, attributes, children) {
    var element = document.createElement(name);
    Object.keys(attributes || {}).forEach(function (key) { element.setAttribute(key, attributes[key]); });
    (children || []).forEach(function (child) {
      element.appendChild(typeof child === "string" ? document.createTextNode(child) : child);
    });
    return element;
  }

  function told(iso, options) {
    return new Intl.DateTimeFormat(words.locale, options).format(new Date(iso));
  }

  function withMoment(text, name, moment) { return text.replace("{" + name + "}", function () { return moment; }); }

  var PARTS = ["treatments", "devicestatus", "profile", "food", "iob", "cob", "forecast", "notes", "switches"];
  var DAY = { day: "numeric", month: "short", year: "numeric" };
  var TIME = { hour: "2-digit", minute: "2-digit" };
  var MOMENT = { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" };

  function unitsSwitch() {
    var now = chosenUnits();
    var group = make("span", { "class": "chaperone-units", role: "group", "aria-label": words.units });
    [["mg/dl", "mg/dL"], ["mmol", "mmol/L"]].forEach(function (each) {
      var button = make("button", { type: "button", "aria-pressed": String(each[0] === now) }, [each[1]]);
      button.addEventListener("click", function () { if (each[0] !== now) { choose(each[0]); } });
      group.appendChild(button);
    });
    return group;
  }

  function closing(about) {
    var form = make("form", { method: "post", action: "/visit/close" }, [
      make("input", { type: "hidden", name: "csrf", value: about.csrf || "" }),
      make("button", { type: "submit" }, [words.close])
    ]);
    return form;
  }

  // A page that is left open, printed or photographed says where it came from: so the day stands there, not "today".
  function facts(about) {
    var parts = [make("strong", {}, [words.title])];
    if (about.opened_at) { parts.push(make("span", {}, [withMoment(words.since, "day", told(about.opened_at, DAY))])); }
    parts.push(make("span", { "class": "chaperone-more" }, [words.days]));
    parts.push(make("span", {}, [withMoment(words.until, "moment", told(about.expires_at, endsToday(about) ? TIME : MOMENT))]));
    if (about.window.live) {
      parts.push(make("span", { "class": "chaperone-more" }, [words.live]));
    }
    return make("p", { "class": "chaperone-facts" }, parts);
  }

  function endsToday(about) {
    return told(about.expires_at, DAY) === told(about.opened_at || about.expires_at, DAY);
  }

  function withheld() {
    var details = make("details", {}, [make("summary", {}, [words.heading]), make("p", {}, [
        words.not_shared + " ", make("a", { href: "/visit/home" }, [words.all])
      ])]);
    details.addEventListener("toggle", resized);
    details.addEventListener("keydown", function (event) {
      if (event.key !== "Escape" || !details.open) { return; }
      details.open = false;
      details.firstChild.focus();
      event.stopPropagation();
    });
    return details;
  }

  function measure() { root.style.setProperty("--chaperone-strip", bar.offsetHeight + "px"); }

  function resized() {
    measure();
    // Nightscout's page can't bear to be told before its chart is there, and then it measures by itself.
    if (isMain && window.Nightscout && window.Nightscout.client && window.Nightscout.client.chart) {
      window.dispatchEvent(new Event("resize"));
    }
  }

  // Announced when it is filled; empty while all is well.
  var notLive = make("p", { "class": "chaperone-not-live", role: "status" });
  var bar = make("aside", { id: "chaperone-strip" });

  function show(about) {
    bar.textContent = "";
    bar.setAttribute("aria-label", words.label);
    bar.lang = words.locale;
    bar.appendChild(notLive);
    bar.appendChild(facts(about));
    bar.appendChild(withheld());
    bar.appendChild(make("div", { "class": "chaperone-do" }, [
      unitsSwitch(), make("a", { href: "/visit/summary" }, [words.report]),
      make("a", { href: "/visit/home", "class": "chaperone-more" }, [words.home]), closing(about)
    ]));
    PARTS.forEach(function (name) {
      root.classList.toggle("chaperone-no-" + name, about.parts.indexOf(name) < 0);
    });
    resized();
    sayWhether();
  }

  // Once: a second attempt would only cut off the first.
  function leave() {
    if (!leaving) { leaving = true; window.location.replace("/visit/ended"); }
  }

  // 3. Ask who we are, now and then: an access that has ended leaves this page, and a line that is cut is noticed.
  function ask(atOnce) {
    if (leaving || (asking && atOnce !== true && Date.now() - asking.began < LONGEST)) { return; }
    if (asking) { over(asking); }
    var withInput = somebodyActed && Date.now() - lastSaid > SAY_INPUT_EVERY, mine = asking = begin();
    if (withInput) { lastSaid = Date.now(); somebodyActed = false; }
    window.fetch("/visit/whoami" + (withInput ? "?input" : ""), { cache: "no-store", signal: mine.stop.signal }).then(function (answer) {
      if (mine === asking && answer.status < 502) { heard(mine); }
      if (answer.status === 401 || answer.status === 403) { leave(); }
      return answer.ok ? answer.json() : null;
    }).then(learn).catch(function () { /* out of reach: asked again soon */ }).then(function () {
      if (mine === asking) { over(mine); lost("server", BREAK); }
    });
  }

  function begin() {
    var mine = { began: Date.now(), stop: new AbortController() };
    function wait() {
      var patience = Math.min(LONGEST, Math.max(BREAK, 2 * took)), due = Date.now() + patience;
      // A page that was busy or asleep has not waited so long.
      mine.timer = window.setTimeout(function () { if (Date.now() - due > 1500) { wait(); } else { lost("server", 0); } }, patience);
    }
    wait();
    return mine;
  }

  function over(mine) { window.clearTimeout(mine.timer); mine.stop.abort(); asking = null; }

  function heard(mine) {
    window.clearTimeout(mine.timer);
    asking = null;
    took = Date.now() - mine.began;
    // What waited on the cut line waits in vain.
    if (gone.server && !isReport && live && live.io.engine) { live.io.engine.close(); }
    found("server");
  }

  function learn(about) {
    if (!about) { return; }
    if (known && known.grant_id !== about.grant_id) { leave(); return; }
    // The owner changed what is shared: these pages keep what they read, so they begin anew.
    if (known && (known.policy.hash !== about.policy.hash || known.window.days !== about.window.days)) {
      if (!leaving) { leaving = true; window.location.reload(); }
      return;
    }
    if (!known || known.expires_at !== about.expires_at || known.csrf !== about.csrf) { known = about; words = about.strip; show(about); }
    switchOff();
  }

  // A live connection that breaks is asked about at once: the access may have ended a moment ago. One that stays away
  // is told of, in words, until it is back; so is a Nightscout that stays away behind us.
  function follow(socket) {
    live = socket;
    function cut() {
      if (Date.now() - lastCut > 1000) { lastCut = Date.now(); ask(true); }
      lost("socket", BREAK);
    }
    socket.on("disconnect", cut);
    socket.io.on("error", cut);
    socket.io.on("reconnect_error", cut);
    socket.on("connect", function () { found("socket"); found("site"); });
    socket.on("chaperone", function (about) { if (about.site === "away") { lost("site", 0); } else { found("site"); } });
  }

  function lost(what, patience) {
    if (patience && (waits[what] || gone[what])) { return; }
    window.clearTimeout(waits[what]);
    waits[what] = window.setTimeout(function () { gone[what] = true; sayWhether(); }, patience);
  }

  function found(what) {
    window.clearTimeout(waits[what]);
    waits[what] = 0;
    if (gone[what]) { gone[what] = false; sayWhether(); }
  }

  function sayWhether() {
    var text = gone.socket || gone.server ? words.not_live : gone.site ? words.site_away : "";
    if (!known || leaving || notLive.textContent.indexOf(text || "?") === 0) { return; }
    notLive.textContent = text && text + " ";
    if (text) { notLive.appendChild(make("a", { href: "/visit/summary" }, [words.summary])); }
    resized();
  }

  ["pointerdown", "keydown", "wheel"].forEach(function (kind) {
    window.addEventListener(kind, function () { somebodyActed = true; }, { passive: true });
  });

  // 4. What can't be used here is not offered: inputs that send a withheld filter, and settings of what is hidden.
  function away(id, around) {
    var input = document.getElementById(id);
    var whole = input && (around ? input.closest(around) : input);
    if (whole) { whole.classList.add("chaperone-away"); }
  }

  function tidy() {
    ["rp_enablenotes", "rp_enableeventtype", "rp_enablefood"].forEach(function (id) { away(id, "tr"); });
    ["alarm-urgenthigh-browser", "editmode-browser", "customTitle", "show-rawbg-never", "mgdl-browser"].forEach(function (id) {
      away(id, "dl");
    });
  }

  // Settings of what is not shared: by the part that they are about.
  var CHOICES = {
    basalrender: "profile", bolusRenderOver: "treatments", bolusRenderFormatSmall: "treatments", bolusRenderFormat: "treatments",
    "openaps-colorPredictionLines": "forecast"
  };

  // The day report's own switches: what needs something that is not shared is off, and can't be put on.
  var SWITCHES = {
    rp_optionsbasal: "profile", rp_optionsdistribution: "profile", rp_optionsiob: "iob", rp_optionscob: "cob",
    rp_optionspredicted: "forecast", rp_optionsopenaps: "forecast", rp_optionsfood: "food", rp_optionsnotes: "", rp_optionsraw: ""
  };

  function switchOff() {
    if (!known) { return; }
    Object.keys(SWITCHES).forEach(function (id) {
      var box = document.getElementById(id);
      if (box && known.parts.indexOf(SWITCHES[id]) < 0) {
        box.checked = false;
        away(id, "label");
      }
    });
    Object.keys(CHOICES).forEach(function (id) {
      if (known.parts.indexOf(CHOICES[id]) < 0) { away(id, "dl"); }
    });
    leaveOutNetBasal();
    nameZones();
  }

  // The hourly report's second half is computed from basal rates: its heading, sentence and table go together.
  function leaveOutNetBasal() {
    var heading = known.parts.indexOf("profile") < 0 && document.querySelector("#hourlystats-report h2");
    for (var next = heading && heading.nextSibling; next; next = heading.nextSibling) { next.remove(); }
    if (heading) { heading.remove(); }
  }

  // 5. Figures: what a page would compute from settings that are not shared is left to what the devices stored; what
  // is not shared is called so. The page's parts are met as it makes them.
  function whenMade(owner, name, meet) {
    var made;
    Object.defineProperty(owner, name, {
      configurable: true, enumerable: true,
      get: function () { return made; },
      set: function (value) { made = value; meet(value); }
    });
  }

  function hasProfile() {
    // As the server says in the page's settings: it names this plugin only where the real profile is shared.
    return String(window.Nightscout.client.settings.enable).split(/[ ,]+/).indexOf("profile") >= 0;
  }

  function leaveToDevices(plugins) {
    var iob = plugins("iob"), cob = plugins("cob"), base = plugins.base;
    var iobTotal = iob.calcTotal, cobTotal = cob.cobTotal;
    iob.calcTotal = function (treatments) {
      if (!hasProfile()) { arguments[0] = treatments && []; }
      return iobTotal.apply(this, arguments);
    };
    cob.cobTotal = function (treatments, devicestatus, profile, time) {
      return hasProfile() ? cobTotal.apply(this, arguments) : storedCarbs(cob, devicestatus, time === undefined ? Date.now() : +time);
    };
    plugins.base = function () {
      var made = base.apply(this, arguments), update = made.updatePillText;
      made.updatePillText = function (plugin, options) { return update.call(this, plugin, honest(plugin, options)); };
      return made;
    };
  }

  function storedCarbs(cob, devicestatus, at) {
    var stored = cob.lastCOBDeviceStatus(devicestatus, at);
    if (!stored || typeof stored.cob !== "number") { return {}; }
    stored.display = Math.round(stored.cob * 10) / 10;
    stored.displayLine = "COB: " + stored.display + "g";
    return stored;
  }

  function honest(plugin, options) {
    (options.info || []).forEach(function (line) {
      if (line.value === "Timezone not set in profile") { line.value = "not shared"; }
    });
    if (plugin.name === "iob" && !hasProfile()) { options.hide = /^---/.test(options.value); }
    return options;
  }

  // The list of calibrations prints a meter's value as program text where its device is not told.
  function nameDevices(reports) {
    inUnits(reports("treatments"));
    var calibrations = reports("calibrations"), report = calibrations.report;
    calibrations.report = function (days, shown) {
      shown.forEach(function (day) {
        days[day].mbg.forEach(function (value) { if (value.device === undefined) { value.device = "not shared"; } });
      });
      return report.apply(this, arguments);
    };
  }

  // The list of treatments prints a measured glucose in the unit in which it was typed, without saying which.
  function inUnits(treatments) {
    var report = treatments.report;
    treatments.report = function (days, shown) {
      var chosen = chosenUnits();
      shown.forEach(function (day) {
        (days[day].treatments || []).forEach(function (row) {
          if (!row.units || !(row.glucose > 0) || /^mmol/.test(row.units) === (chosen === "mmol")) { return; }
          row.glucose = chosen === "mmol" ? (row.glucose / 18.018).toFixed(1) : Math.round(row.glucose * 18.018);
          row.units = chosen;
        });
      });
      return report.apply(this, arguments);
    };
  }

  // The list of profiles prints a missing zone as program text.
  function nameZones() {
    document.querySelectorAll("#profiles-chart b").forEach(function (heading) {
      var told = heading.nextSibling;
      if (told && /:\s*undefined$/.test(told.nodeValue)) { told.nodeValue = ": not shared"; }
    });
  }

  function meetNightscout() {
    var nightscout = window.Nightscout;
    if (!nightscout || !nightscout.client) { return; }
    whenMade(nightscout.client, "plugins", leaveToDevices);
    whenMade(nightscout, "report_plugins", nameDevices);
    whenMade(nightscout.client, "socket", follow);
  }

  window.localStorage.removeItem("showPlugins");
  window.localStorage.removeItem("apisecrethash");
  keepUnits(chosenUnits());
  root.classList.add("chaperone", isClock ? "chaperone-clock" : isReport ? "chaperone-report" : "chaperone-main");
  // Before Nightscout's own handler: it reads the switches at this click.
  document.addEventListener("click", switchOff, true);
  document.addEventListener("DOMContentLoaded", function () {
    meetNightscout();
    document.body.insertBefore(bar, isClock ? null : document.body.firstChild);
    tidy();
    resized();
    ask();
    window.setInterval(ask, ASK_EVERY);
    window.addEventListener("resize", measure);
    ["offline", "online"].forEach(function (kind) { window.addEventListener(kind, function () { ask(true); }); });
    if (isReport) { window.setInterval(switchOff, 500); }
  });
})();
