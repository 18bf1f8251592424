// What clinicians ask for: every page of the console says so, and the page of questions follows as they come and go.
// Without this script, opening or reloading that page does it.
(function () {
  "use strict";

  var page = document.getElementById("asks"), hint = document.getElementById("asked");
  var shown = page ? page.getAttribute("data-waiting").trim() : "";

  // How many wait: beside their entry in the navigation.
  function count(number) {
    var entry = document.querySelector("nav a[href='/asks']");
    if (!entry) { return; }
    var badge = entry.querySelector(".badge");
    if (!badge && number) {
      badge = document.createElement("span");
      badge.className = "badge";
      entry.append(" ", badge);
    }
    if (badge && number) { badge.textContent = String(number); }
    if (badge && !number) { badge.remove(); }
  }

  function tell(waiting) {
    count(waiting.length);
    if (hint) { hint.hidden = waiting.length === 0; }
    if (page && waiting.join(" ") !== shown) { window.location.reload(); return false; }
    return true;
  }

  function look() {
    if (document.hidden) { window.setTimeout(look, 2000); return; }
    window.fetch("/asks/state", { credentials: "same-origin", cache: "no-store", redirect: "error" }).then(function (answer) {
      return answer.json();
    }).then(function (told) {
      if (tell(told.waiting)) { window.setTimeout(look, 5000); }
    }).catch(function () { window.setTimeout(look, 20000); });
  }
  if (page || hint) { window.setTimeout(look, page ? 4000 : 500); }
})();
