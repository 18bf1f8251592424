// Copying and printing: two conveniences. The summary is complete without this file.
(function () {
  "use strict";
  var text = document.getElementById("text");
  var copy = document.getElementById("copy");
  var print = document.getElementById("print");
  var said = document.getElementById("copied");

  function select() {
    var range = document.createRange();
    range.selectNodeContents(text);
    var selection = window.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  }

  function copied() { said.textContent = said.getAttribute("data-copied"); }

  function byHand() {
    select();
    said.textContent = said.getAttribute(document.execCommand("copy") ? "data-copied" : "data-selected");
  }

  if (text && copy) {
    copy.hidden = false;
    copy.addEventListener("click", function () {
      if (navigator.clipboard && window.isSecureContext) {
        navigator.clipboard.writeText(text.textContent).then(copied, byHand);
      } else {
        byHand();
      }
    });
  }
  if (print) {
    print.hidden = false;
    print.addEventListener("click", function () { window.print(); });
  }
})();
