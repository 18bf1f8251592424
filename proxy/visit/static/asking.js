// While a question to the owner waits, look now and then whether there is something new to show. Without this script,
// reloading the page does the same.
(function () {
  "use strict";

  var place = document.getElementById("asking");
  if (!place || !place.hasAttribute("data-waits")) { return; }

  function look() {
    window.fetch("/visit/ask/state", { credentials: "same-origin", cache: "no-store" }).then(function (answer) {
      return answer.ok ? answer.json() : null;
    }).then(function (told) {
      if (told && told.mark !== place.getAttribute("data-mark")) {
        window.location.reload();
      } else {
        window.setTimeout(look, 3000);
      }
    }).catch(function () { window.setTimeout(look, 5000); });
  }
  window.setTimeout(look, 2000);
})();
