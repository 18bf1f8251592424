// Units: one choice for all pages, in this browser only. A clock is told by the cookie, the others read storage.
(function (strip) {
  "use strict";

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
    strip.root.classList.toggle("chaperone-mgdl", units === "mg/dl");
    document.cookie = "units=" + encodeURIComponent(units) + "; path=/; SameSite=Lax";
  }

  function choose(units) {
    keepUnits(units);
    window.location.reload();
  }

  strip.chosenUnits = chosenUnits;
  strip.keepUnits = keepUnits;
  strip.choose = choose;
})(strip);
