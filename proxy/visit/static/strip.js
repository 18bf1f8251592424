// The strip on Nightscout's pages: with whom this is shared, what is not, until when; units; and the way out.
// It runs before Nightscout's own scripts, which find the reader's units in this browser. Chrome 109 and Firefox 115
// read this. What it hides, the server refuses anyway.
(function () {
  "use strict";

  var ASK_EVERY = 10000, SAY_INPUT_EVERY = 60000;
  var root = document.documentElement;
  var isClock = window.location.pathname.indexOf("/clock/") === 0;
  var isReport = window.location.pathname.indexOf("/report") === 0;
  var isMain = !isClock && !isReport;
  var known = null, lastSaid = 0, somebodyActed = true;

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
    return new Intl.DateTimeFormat("en-GB", options).format(new Date(iso));
  }

  var PARTS = ["treatments", "devicestatus", "profile", "food", "iob", "cob", "forecast", "notes"];
  var DAY = { day: "numeric", month: "short", year: "numeric" };
  var TIME = { hour: "2-digit", minute: "2-digit" };
  var MOMENT = { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" };

  function unitsSwitch() {
    var now = chosenUnits();
    var group = make("span", { "class": "chaperone-units", role: "group", "aria-label": "Units" });
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
      make("button", { type: "submit" }, ["Close on this computer"])
    ]);
    return form;
  }

  // A page that is left open, printed or photographed says where it came from: so the day stands there, not "today".
  function facts(about) {
    var whose = about.whose ? about.whose + " shares with " : "Shared with ";
    var parts = [make("strong", {}, [whose + about.clinician])];
    if (about.opened_at) { parts.push(make("span", {}, ["since " + told(about.opened_at, DAY)])); }
    parts.push(make("span", {}, ["until " + told(about.expires_at, endsToday(about) ? TIME : MOMENT)]));
    if (about.window.live) {
      parts.push(make("span", { "class": "chaperone-more" }, ["live view: nobody is asked to watch it"]));
    }
    return make("p", { "class": "chaperone-facts" }, parts);
  }

  function endsToday(about) {
    return told(about.expires_at, DAY) === told(about.opened_at || about.expires_at, DAY);
  }

  function withheld(about) {
    var details = make("details", {}, [make("summary", {}, ["Not shared"]), make("p", {}, [
        notShared(about) + " ", make("a", { href: "/visit/home" }, ["All that is shared"])
      ])]);
    details.addEventListener("toggle", resized);
    return details;
  }

  function notShared(about) {
    var list = about.not_shared.join("; ") || "nothing that these pages could show";
    var computed = about.parts.indexOf("profile") < 0 && about.parts.indexOf("treatments") >= 0;
    return "Not shared: " + list + ". Whether there is any cannot be seen from here." +
      (computed ? " Basal rates, insulin totals and carbs on board are left out too: these pages compute them from pump settings." : "") +
      (about.window.live ? " This is a live view, and nobody is asked to watch it." : "") +
      " Times are by this computer’s clock.";
  }

  function resized() {
    root.style.setProperty("--chaperone-strip", bar.offsetHeight + "px");
    if (isMain) { window.dispatchEvent(new Event("resize")); }
  }

  var bar = make("aside", { id: "chaperone-strip", "aria-label": "About this access" });

  function show(about) {
    bar.textContent = "";
    bar.appendChild(facts(about));
    bar.appendChild(withheld(about));
    bar.appendChild(make("div", { "class": "chaperone-do" }, [
      unitsSwitch(), make("a", { href: "/visit/home", "class": "chaperone-more" }, ["What is shared"]), closing(about)
    ]));
    PARTS.forEach(function (name) {
      root.classList.toggle("chaperone-no-" + name, about.parts.indexOf(name) < 0);
    });
    resized();
  }

  // 3. Ask who we are, now and then: an access that has ended leaves this page.
  function ask() {
    var withInput = somebodyActed && Date.now() - lastSaid > SAY_INPUT_EVERY;
    if (withInput) { lastSaid = Date.now(); somebodyActed = false; }
    window.fetch("/visit/whoami" + (withInput ? "?input" : ""), { cache: "no-store" }).then(function (answer) {
      if (answer.status === 401 || answer.status === 403) {
        window.location.replace("/visit/home");
      }
      return answer.ok ? answer.json() : null;
    }).then(function (about) {
      if (!about) { return; }
      if (known && known.grant_id !== about.grant_id) { window.location.replace("/visit/home"); return; }
      switchOff();
      if (!known || known.expires_at !== about.expires_at || known.csrf !== about.csrf) { known = about; show(about); }
    }).catch(function () { /* out of reach: asked again soon */ });
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
    leaveOutNetBasal();
  }

  // The hourly report's second half is computed from basal rates: its heading, sentence and table go together.
  function leaveOutNetBasal() {
    var heading = known.parts.indexOf("profile") < 0 && document.querySelector("#hourlystats-report h2");
    for (var next = heading && heading.nextSibling; next; next = heading.nextSibling) { next.remove(); }
    if (heading) { heading.remove(); }
  }

  window.localStorage.removeItem("showPlugins");
  window.localStorage.removeItem("apisecrethash");
  keepUnits(chosenUnits());
  root.classList.add("chaperone", isClock ? "chaperone-clock" : isReport ? "chaperone-report" : "chaperone-main");
  // Before Nightscout's own handler: it reads the switches at this click.
  document.addEventListener("click", switchOff, true);
  document.addEventListener("DOMContentLoaded", function () {
    document.body.insertBefore(bar, isClock ? null : document.body.firstChild);
    tidy();
    resized();
    ask();
    window.setInterval(ask, ASK_EVERY);
    if (isReport) { window.setInterval(switchOff, 500); }
  });
})();
