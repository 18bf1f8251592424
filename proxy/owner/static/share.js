// Sharing: the sentence follows what is chosen; what is shown once leaves the page with the reader; the page follows
// what happens. Everything works without it. No syntax that Chrome 109 or Firefox 115 lack.
(function () {
  "use strict";

  function each(query, step) {
    Array.prototype.forEach.call(document.querySelectorAll(query), step);
  }

  // 1. The form: the zone of this device, and the sentence over the last button.
  each("input[data-zone]", function (field) {
    field.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
  });

  function wordsOf(name) {
    var chosen = document.querySelector("input[name=" + name + "]:checked");
    return chosen ? chosen.dataset.words : "";
  }

  function tell() {
    var line = document.getElementById("sentence");
    var who = document.getElementById("clinician");
    if (!line || !who) {
      return;
    }
    var days = wordsOf("days"), what = wordsOf("policy"), until = wordsOf("until");
    var other = document.getElementById("other-days");
    if (other && other.value) {
      days = other.dataset.words.replace("{count}", other.value);
    }
    if (!who.value.trim() || !days || !what) {
      line.textContent = line.dataset.nobody;
      return;
    }
    var values = { what: what, who: who.value.trim(), days: days, until: until };
    line.textContent = line.dataset.sentence.replace(/\{(\w+)\}/g, function (_all, name) { return values[name]; });
  }

  // A day that is chosen is meant: the circle beside it too.
  each("input[name=visit_at], input[name=last_day]", function (field) {
    field.addEventListener("input", function () {
      field.closest("label").querySelector("input[type=radio]").checked = true;
    });
  });

  // 2. The switches: what is shared of one's own data, and what is not.
  function effect() {
    var line = document.getElementById("effect");
    if (!line) {
      return;
    }
    var on = [], off = line.dataset.never ? [line.dataset.never] : [];
    each("input[name=switch]", function (box) {
      if (box.dataset.counts) {
        (box.checked ? on : off).push(box.dataset.counts);
      }
    });
    line.textContent = line.dataset.shared + " " + (on.join(", ") || "–") + ". " + line.dataset.withheld + " " + (off.join(", ") || "–") + ".";
  }

  document.addEventListener("input", function () { tell(); effect(); });
  tell();
  effect();

  // A double tap is one tap; coming back, the button works again.
  each("form.share", function (form) {
    form.addEventListener("submit", function (event) {
      if (form.dataset.sent && !(event.submitter && event.submitter.hasAttribute("data-plain"))) {
        event.preventDefault();
      }
      if (!form.hasAttribute("data-confirm")) {
        form.dataset.sent = "yes";
      }
    });
    window.addEventListener("pageshow", function () { delete form.dataset.sent; });
  });

  // 3. What is shown once: gone when the page is left, and not to be had by reloading or going back.
  var share = document.getElementById("share");
  if (!share) {
    return;
  }
  window.history.replaceState(null, "", share.dataset.path);
  window.addEventListener("pagehide", function () {
    each("[data-once]", function (part) { part.remove(); });
    var gone = document.getElementById("gone");
    if (gone) {
      gone.hidden = false;
    }
  });

  var opens = document.getElementById("opens");
  if (opens) {
    // Replaces this page, so that going back does not lead here.
    opens.addEventListener("click", function (event) {
      event.preventDefault();
      window.location.replace(opens.href);
    });
  }

  each("[data-copy]", function (button) {
    if (!navigator.clipboard) {
      return;
    }
    button.hidden = false;
    button.addEventListener("click", function () {
      navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim()).then(function () {
        button.setAttribute("aria-live", "polite");
        button.textContent = "✓ " + button.textContent.replace(/^✓ /, "");
      });
    });
  });

  each("[data-share]", function (button) {
    if (!navigator.share) {
      return;
    }
    button.hidden = false;
    button.addEventListener("click", function () {
      var text = document.getElementById(button.dataset.share).textContent.trim();
      navigator.share(button.dataset.share === "link" ? { title: button.dataset.title, url: text } : { text: text })
        .catch(function () { /* not sent: the button is still there */ });
    });
  });

  // Where a button goes away with what it did, the focus goes to what it has brought.
  function focusOn(part) {
    var title = part.querySelector("h2");
    title.setAttribute("tabindex", "-1");
    title.focus();
  }

  // The other way to hand it over is on the same page: what is shown once is there only now.
  each("[data-turn]", function (button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      button.dataset.turn.split(" ").forEach(function (id) {
        var part = document.getElementById(id);
        part.hidden = !part.hidden;
        if (!part.hidden) {
          focusOn(part);
        }
      });
      button.hidden = true;
      large();
    });
  });

  // The PIN has a screen of its own: not both in one photo, and not both by one way.
  each("[data-next]", function (button) {
    var link = document.getElementById("link-part"), pin = document.getElementById("pin-part");
    button.hidden = false;
    pin.hidden = true;
    button.addEventListener("click", function () {
      link.hidden = true;
      pin.hidden = false;
      focusOn(pin);
    });
  });

  function large() {
    each("[data-full]", function (button) { button.hidden = document.getElementById("room").hidden; });
  }

  large();
  each("[data-full]", function (button) {
    function show(full) {
      document.documentElement.classList.toggle("full", full);
      button.setAttribute("aria-pressed", String(full));
      button.focus();
    }
    button.addEventListener("click", function () {
      var full = !document.documentElement.classList.contains("full");
      show(full);
      if (full && document.documentElement.requestFullscreen) {
        document.documentElement.requestFullscreen().catch(function () { /* large is enough */ });
      } else if (!full && document.fullscreenElement) {
        document.exitFullscreen();
      }
    });
    // Escape leaves it too, also where the browser has no full screen of its own.
    document.addEventListener("fullscreenchange", function () {
      if (!document.fullscreenElement) {
        show(false);
      }
    });
    document.addEventListener("keydown", function (event) {
      if (event.key === "Escape" && document.documentElement.classList.contains("full")) {
        show(false);
      }
    });
  });

  // 4. Follow: somebody waits, it was opened, it has ended. What is shown once stays until the owner leaves the page.
  function follow() {
    fetch(share.dataset.path + "/state", { credentials: "same-origin" }).then(function (answer) {
      return answer.ok ? answer.json() : null;
    }).then(function (told) {
      if (!told) {
        return;
      }
      var changed = told.state !== share.dataset.state || String(told.waiting) !== share.dataset.waiting;
      if (changed && (told.waiting > 0 || !document.querySelector("[data-once]"))) {
        window.location.reload();
        return;
      }
      share.dataset.state = told.state;
      share.dataset.waiting = String(told.waiting);
      if (told.state !== "ended") {
        window.setTimeout(follow, 3000);
      }
    }).catch(function () { window.setTimeout(follow, 10000); });
  }
  if (share.dataset.state !== "ended") {
    window.setTimeout(follow, 3000);
  }
})();
