// Figures: what a page would compute from settings that are not shared is left to what the devices stored; what is not
// shared is called so. The page's parts are met as it makes them.
(function (strip) {
  "use strict";

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
      var chosen = strip.chosenUnits();
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

  function meetNightscout() {
    var nightscout = window.Nightscout;
    if (!nightscout || !nightscout.client) { return; }
    whenMade(nightscout.client, "plugins", leaveToDevices);
    whenMade(nightscout, "report_plugins", nameDevices);
    whenMade(nightscout.client, "socket", strip.follow);
  }

  strip.meetNightscout = meetNightscout;
})(strip);
