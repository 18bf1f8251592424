// A small Socket.IO client (Engine.IO 4, long polling only), for the demo site's pages. Chrome 109 and Firefox 115 read this.
(function () {
  "use strict";

  var SEPARATOR = "\x1e", WAITS = [1000, 1000, 2000, 5000, 10000], PATIENCE = 60000;

  // Where Nightscout's own pages have theirs: who follows the page's connection finds it there, once the page is made.
  var followers = {};

  function follow(name, meet) { (followers[name] = followers[name] || []).push(meet); }

  function tell(name, about) { (followers[name] || []).forEach(function (meet) { meet(about); }); }

  window.Nightscout = { client: {} };
  document.addEventListener("DOMContentLoaded", function () {
    window.Nightscout.client.socket = { on: follow, io: { on: follow } };
  });

  function ask(method, address, body, done) {
    var request = new XMLHttpRequest();
    request.open(method, address, true);
    request.timeout = PATIENCE;
    if (body !== null) { request.setRequestHeader("Content-Type", "text/plain;charset=UTF-8"); }
    request.onload = function () { done(request.status, request.responseText); };
    request.onerror = request.ontimeout = function () { done(0, ""); };
    request.send(body);
  }

  // The site's own answer to "who am I" holds the credential that the feed is asked with.
  function credential(done) {
    var token = new URLSearchParams(window.location.search).get("token");
    ask("GET", "/api/v1/status.json?t=" + Date.now() + (token ? "&token=" + encodeURIComponent(token) : ""), null,
      function (status, text) { done(status, status === 200 ? JSON.parse(text) : null); });
  }

  // `told.settings` is given the site's settings, `told.update` each dataUpdate, and `told.state` one of: live, lost,
  // closed (not let in), quiet (nothing live is shared).
  window.demoFeed = function (told) {
    var failures = 0;

    function again(status, text) {
      if (status === 401) { told.state("closed"); }
      else if (status === 403 && text.indexOf("not_shared") >= 0) { told.state("quiet"); return; }
      else { told.state("lost"); }
      tell("error");
      window.setTimeout(begin, WAITS[Math.min(failures, WAITS.length - 1)]);
      failures += 1;
    }

    function begin() {
      credential(function (status, about) {
        if (!about) { again(status, ""); return; }
        told.settings(about);
        if (!about.authorized) { again(401, ""); return; }
        var address = "/socket.io/?EIO=4&transport=polling&t=" + Date.now();
        ask("GET", address, null, function (opened, text) {
          if (opened !== 200 || text.charAt(0) !== "0") { again(opened, text); return; }
          join(address + "&sid=" + encodeURIComponent(JSON.parse(text.slice(1)).sid), about.authorized.token);
        });
      });
    }

    function join(address, token) {
      var over = false;

      function lost(status, text) {
        if (!over) { over = true; tell("disconnect"); again(status, text); }
      }

      if (window.Nightscout.client.socket) {
        window.Nightscout.client.socket.io.engine = { close: function () { lost(0, ""); } };
      }

      function say(packet) {
        ask("POST", address, packet, function (status, text) { if (status !== 200) { lost(status, text); } });
      }

      function heard(packet) {
        if (packet === "2") { say("3"); }
        else if (packet === "1" || packet.indexOf("41") === 0 || packet.indexOf("44") === 0) { lost(0, ""); }
        else if (packet.indexOf("40{") === 0) {
          tell("connect");
          say('420["authorize",' + JSON.stringify({ client: "web", secret: null, token: token, history: 48 }) + "]");
        } else if (packet.indexOf('42["dataUpdate"') === 0) {
          failures = 0;
          told.state("live");
          told.update(JSON.parse(packet.slice(2))[1]);
        } else if (packet.indexOf('42["chaperone"') === 0) {
          tell("chaperone", JSON.parse(packet.slice(2))[1]);
        }
      }

      function poll() {
        if (over) { return; }
        ask("GET", address, null, function (status, text) {
          if (status !== 200) { lost(status, text); return; }
          text.split(SEPARATOR).forEach(heard);
          poll();
        });
      }

      say("40");
      poll();
    }

    begin();
  };
})();
