// What can't be used here is not offered: inputs that send a withheld filter, and settings of what is hidden.
(function (strip) {
  "use strict";

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
    if (!strip.known) { return; }
    Object.keys(SWITCHES).forEach(function (id) {
      var box = document.getElementById(id);
      if (box && strip.known.parts.indexOf(SWITCHES[id]) < 0) {
        box.checked = false;
        away(id, "label");
      }
    });
    Object.keys(CHOICES).forEach(function (id) {
      if (strip.known.parts.indexOf(CHOICES[id]) < 0) { away(id, "dl"); }
    });
    leaveOutNetBasal();
    nameZones();
  }

  // The hourly report's second half is computed from basal rates: its heading, sentence and table go together.
  function leaveOutNetBasal() {
    var heading = strip.known.parts.indexOf("profile") < 0 && document.querySelector("#hourlystats-report h2");
    for (var next = heading && heading.nextSibling; next; next = heading.nextSibling) { next.remove(); }
    if (heading) { heading.remove(); }
  }

  // The list of profiles prints a missing zone as program text.
  function nameZones() {
    document.querySelectorAll("#profiles-chart b").forEach(function (heading) {
      var told = heading.nextSibling;
      if (told && /:\s*undefined$/.test(told.nodeValue)) { told.nodeValue = ": not shared"; }
    });
  }

  strip.tidy = tidy;
  strip.switchOff = switchOff;
})(strip);
