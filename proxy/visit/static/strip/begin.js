// It begins, before Nightscout's own scripts: they find the reader's units in this browser, and their parts are met as they
// are made.
(function (strip) {
  "use strict";

  // A clock has no socket that would break when the access ends, and a dashboard's tells of a cut line after minutes only.
  var ASK_EVERY = strip.isClock ? 2000 : strip.isMain ? 5000 : 10000;

  window.localStorage.removeItem("showPlugins");
  window.localStorage.removeItem("apisecrethash");
  strip.keepUnits(strip.chosenUnits());
  strip.root.classList.add("chaperone", strip.isClock ? "chaperone-clock" : strip.isReport ? "chaperone-report" : "chaperone-main");
  // Before Nightscout's own handler: it reads the switches at this click.
  document.addEventListener("click", strip.switchOff, true);
  document.addEventListener("DOMContentLoaded", function () {
    strip.meetNightscout();
    document.body.insertBefore(strip.bar, strip.isClock ? null : document.body.firstChild);
    strip.tidy();
    strip.resized();
    strip.ask();
    window.setInterval(strip.ask, ASK_EVERY);
    window.addEventListener("resize", strip.measure);
    ["offline", "online"].forEach(function (kind) { window.addEventListener(kind, function () { strip.ask(true); }); });
    if (strip.isReport) { window.setInterval(strip.switchOff, 500); }
  });
})(strip);
