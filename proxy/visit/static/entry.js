// A few small things, for browsers as old as Chrome 109 and Firefox 115. The pages work without them.
(function () {
  "use strict";

  // 1. The secret of a link stands behind the "#": browsers send that to nobody. Put it into the form, and take
  //    it out of the address bar, so that it stays in no history, screenshot or bookmark.
  function takeLink() {
    var form = document.getElementById("entry");
    var secret = window.location.hash.slice(1);
    if (secret) {
      window.history.replaceState(null, "", window.location.pathname);
    }
    if (!form || !/^[A-Za-z0-9_-]{22}$/.test(secret)) {
      return;
    }
    document.getElementById("link").value = secret;
    document.getElementById("code").value = "";
    document.getElementById("code").required = false;
    document.getElementById("by-code").hidden = true;
    document.getElementById("by-link").hidden = false;
    document.getElementById("passcode").focus();
  }

  // 2. Moments come in UTC where the viewer's zone is not known to us: say them in this computer's time.
  function tellLocally(time) {
    var told = new Intl.DateTimeFormat(document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang, {
      weekday: "long", day: "numeric", month: "long", year: "numeric",
      hour: "2-digit", minute: "2-digit", timeZoneName: "short"
    }).format(new Date(time.getAttribute("datetime")));
    time.textContent = told + " (" + time.getAttribute("data-local") + ")";
  }

  // 3. Where the patient's zone is not told, days begin where the reader is: the next pages learn it from a cookie.
  function sayZone() {
    var zone = new Intl.DateTimeFormat().resolvedOptions().timeZone || "";
    if (/^[A-Za-z0-9_+\/-]{1,40}$/.test(zone)) {
      document.cookie = "zone=" + zone + "; path=/visit; SameSite=Lax" + (window.location.protocol === "https:" ? "; Secure" : "");
    }
  }

  // 4. Coming from the owner's console: what stands behind the "#" lets this browser in, once.
  function takeTicket() {
    var form = document.getElementById("handed");
    if (!form || !/^#[A-Za-z0-9_~-]{16,40}\.[A-Za-z0-9_-]{22}$/.test(window.location.hash)) {
      return;
    }
    document.getElementById("ticket").value = window.location.hash.slice(1);
    window.history.replaceState(null, "", window.location.pathname);
    sayZone();
    form.submit();
  }

  takeTicket();
  takeLink();
  window.addEventListener("hashchange", takeLink);
  if (document.getElementById("entry")) {
    document.getElementById("entry").addEventListener("submit", sayZone);
  }
  document.querySelectorAll("time[data-local]").forEach(tellLocally);
})();
