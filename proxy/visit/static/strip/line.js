// The line to us: an access that has ended leaves this page, and a line that is cut is told of until it is back.
(function (strip) {
  "use strict";

  var SAY_INPUT_EVERY = 60000;
  // So long a connection may be away before that is said: it comes back by itself after a short break. An answer may
  // take as long, and twice as long as the last one on a slow line.
  var BREAK = 5000, LONGEST = 20000;
  var lastSaid = 0, lastCut = 0, somebodyActed = true, asking = null, took = 0, live = null, gone = {}, waits = {};

  // Once: a second attempt would only cut off the first.
  function leave() {
    if (!strip.leaving) { strip.leaving = true; window.location.replace("/visit/ended"); }
  }

  // Ask who we are, now and then: an access that has ended leaves this page, and a line that is cut is noticed.
  function ask(atOnce) {
    if (strip.leaving || (asking && atOnce !== true && Date.now() - asking.began < LONGEST)) { return; }
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
    if (gone.server && !strip.isReport && live && live.io.engine) { live.io.engine.close(); }
    found("server");
  }

  function learn(about) {
    if (!about) { return; }
    if (strip.known && strip.known.grant_id !== about.grant_id) { leave(); return; }
    // The owner changed what is shared: these pages keep what they read, so they begin anew.
    if (strip.known && (strip.known.policy.hash !== about.policy.hash || strip.known.window.days !== about.window.days)) {
      if (!strip.leaving) { strip.leaving = true; window.location.reload(); }
      return;
    }
    if (!strip.known || strip.known.expires_at !== about.expires_at || strip.known.csrf !== about.csrf) {
      strip.known = about;
      strip.words = about.strip;
      strip.show(about);
      sayWhether();
    }
    strip.switchOff();
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
    var text = gone.socket || gone.server ? strip.words.not_live : gone.site ? strip.words.site_away : "";
    if (!strip.known || strip.leaving || strip.notLive.textContent.indexOf(text || "?") === 0) { return; }
    strip.notLive.textContent = text && text + " ";
    if (text) { strip.notLive.appendChild(strip.make("a", { href: "/visit/summary" }, [strip.words.summary])); }
    strip.resized();
  }

  ["pointerdown", "keydown", "wheel"].forEach(function (kind) {
    window.addEventListener(kind, function () { somebodyActed = true; }, { passive: true });
  });

  strip.ask = ask;
  strip.follow = follow;
})(strip);
