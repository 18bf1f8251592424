// What clinicians ask for: every page of the console says so, and the page of questions follows as they come and go.
// Without this script, opening or reloading that page does it.
(function () {
  "use strict";

  var page = document.getElementById("asks"), hint = document.getElementById("asked");
  var announced = document.getElementById("announced");

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

  function known(key) { return page.querySelector("section[data-ask='" + key + "']"); }

  // One comes in or goes, and the others stay as they are: whoever is about to answer keeps the place and the choice.
  function follow(fresh) {
    var held = page.contains(document.activeElement), next = null, told = "";
    Array.from(page.children).forEach(function (old) {
      if (!old.dataset.ask || !fresh.querySelector("section[data-ask='" + old.dataset.ask + "']")) { old.remove(); }
    });
    Array.from(fresh.children).reverse().forEach(function (each) {
      var there = each.dataset.ask && known(each.dataset.ask);
      if (!there) {
        there = page.insertBefore(document.importNode(each, true), next);
        told = (there.querySelector("h2") || there).textContent;
        there.dispatchEvent(new Event("added", { bubbles: true }));
      }
      next = there;
    });
    if (told) { announced.textContent = told; }
    if (held && !page.contains(document.activeElement)) { document.querySelector("h1").focus(); }
  }

  function changed(waiting) {
    var shown = Array.from(page.querySelectorAll("section[data-ask]")).map(function (each) { return each.dataset.ask; });
    return waiting.slice().sort().join(" ") !== shown.sort().join(" ");
  }

  function tell(waiting) {
    count(waiting.length);
    if (hint) { hint.hidden = waiting.length === 0; }
    if (!page || !changed(waiting)) { return null; }
    return window.fetch("/asks", { credentials: "same-origin", cache: "no-store", redirect: "manual" }).then(function (answer) {
      return answer.ok ? answer.text() : Promise.reject();
    }).then(function (text) {
      follow(new DOMParser().parseFromString(text, "text/html").getElementById("asks"));
    });
  }

  function look() {
    if (document.hidden) { window.setTimeout(look, 2000); return; }
    // Signed out meanwhile is no fault: no redirect is followed, and none is told of.
    window.fetch("/asks/state", { credentials: "same-origin", cache: "no-store", redirect: "manual" }).then(function (answer) {
      return answer.ok ? answer.json() : Promise.reject();
    }).then(function (told) {
      return tell(told.waiting);
    }).then(function () { window.setTimeout(look, 5000); }).catch(function () { window.setTimeout(look, 20000); });
  }
  if (page || hint) { window.setTimeout(look, page ? 4000 : 500); }
})();
