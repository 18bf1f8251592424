// The bar: with whom this is shared, what is not, until when; units; and the way out.
(function (strip) {
  "use strict";

  function make(name, attributes, children) {
    var element = document.createElement(name);
    Object.keys(attributes || {}).forEach(function (key) { element.setAttribute(key, attributes[key]); });
    (children || []).forEach(function (child) {
      element.appendChild(typeof child === "string" ? document.createTextNode(child) : child);
    });
    return element;
  }

  function told(iso, options) {
    return new Intl.DateTimeFormat(strip.words.locale, options).format(new Date(iso));
  }

  function withMoment(text, name, moment) { return text.replace("{" + name + "}", function () { return moment; }); }

  var PARTS = ["treatments", "devicestatus", "profile", "food", "iob", "cob", "forecast", "notes", "switches"];
  var DAY = { day: "numeric", month: "short", year: "numeric" };
  var TIME = { hour: "2-digit", minute: "2-digit" };
  var MOMENT = { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" };

  function unitsSwitch() {
    var now = strip.chosenUnits();
    var group = make("span", { "class": "chaperone-units", role: "group", "aria-label": strip.words.units });
    [["mg/dl", "mg/dL"], ["mmol", "mmol/L"]].forEach(function (each) {
      var button = make("button", { type: "button", "aria-pressed": String(each[0] === now) }, [each[1]]);
      button.addEventListener("click", function () { if (each[0] !== now) { strip.choose(each[0]); } });
      group.appendChild(button);
    });
    return group;
  }

  function closing(about) {
    var form = make("form", { method: "post", action: "/visit/close" }, [
      make("input", { type: "hidden", name: "csrf", value: about.csrf || "" }),
      make("button", { type: "submit" }, [strip.words.close])
    ]);
    return form;
  }

  // A page that is left open, printed or photographed says where it came from: so the day stands there, not "today".
  function facts(about) {
    var parts = [make("strong", {}, [strip.words.title])];
    if (about.opened_at) { parts.push(make("span", {}, [withMoment(strip.words.since, "day", told(about.opened_at, DAY))])); }
    parts.push(make("span", { "class": "chaperone-more" }, [strip.words.days]));
    parts.push(make("span", {}, [withMoment(strip.words.until, "moment", told(about.expires_at, endsToday(about) ? TIME : MOMENT))]));
    if (about.window.live) {
      parts.push(make("span", { "class": "chaperone-more" }, [strip.words.live]));
    }
    return make("p", { "class": "chaperone-facts" }, parts);
  }

  function endsToday(about) {
    return told(about.expires_at, DAY) === told(about.opened_at || about.expires_at, DAY);
  }

  function withheld() {
    var details = make("details", {}, [make("summary", {}, [strip.words.heading]), make("p", {}, [
        strip.words.not_shared + " ", make("a", { href: "/visit/home" }, [strip.words.all])
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

  function measure() { strip.root.style.setProperty("--chaperone-strip", bar.offsetHeight + "px"); }

  function resized() {
    measure();
    // Nightscout's page can't bear to be told before its chart is there, and then it measures by itself.
    if (strip.isMain && window.Nightscout && window.Nightscout.client && window.Nightscout.client.chart) {
      window.dispatchEvent(new Event("resize"));
    }
  }

  // Announced when it is filled; empty while all is well.
  var notLive = make("p", { "class": "chaperone-not-live", role: "status" });
  var bar = make("aside", { id: "chaperone-strip" });

  function show(about) {
    bar.textContent = "";
    bar.setAttribute("aria-label", strip.words.label);
    bar.lang = strip.words.locale;
    bar.appendChild(notLive);
    bar.appendChild(facts(about));
    bar.appendChild(withheld());
    bar.appendChild(make("div", { "class": "chaperone-do" }, [
      unitsSwitch(), make("a", { href: "/visit/summary" }, [strip.words.report]),
      make("a", { href: "/visit/home", "class": "chaperone-more" }, [strip.words.home]), closing(about)
    ]));
    PARTS.forEach(function (name) {
      strip.root.classList.toggle("chaperone-no-" + name, about.parts.indexOf(name) < 0);
    });
    resized();
  }

  strip.make = make;
  strip.show = show;
  strip.measure = measure;
  strip.resized = resized;
  strip.notLive = notLive;
  strip.bar = bar;
})(strip);
