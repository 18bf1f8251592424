// Waiting for the owner's word: ask now and then, and go on when it is there. The page works without it, by its button.
(function () {
  "use strict";

  var form = document.getElementById("waiting");
  window.setTimeout(function ask() {
    window.fetch("/visit/waiting/state", { credentials: "same-origin" }).then(function (answer) {
      return answer.json();
    }).then(function (told) {
      if (told.state === "waiting") {
        window.setTimeout(ask, 2000);
      } else {
        form.submit();
      }
    }).catch(function () { window.setTimeout(ask, 5000); });
  }, 1000);
})();
