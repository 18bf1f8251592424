// On which of Nightscout's pages this is, and what is known of the access. The parts share it as `strip`.
(function (strip) {
  "use strict";

  strip.root = document.documentElement;
  strip.isClock = window.location.pathname.indexOf("/clock/") === 0;
  strip.isReport = window.location.pathname.indexOf("/report") === 0;
  strip.isMain = !strip.isClock && !strip.isReport;
  strip.known = null;
  strip.words = {};
  strip.leaving = false;
})(strip);
