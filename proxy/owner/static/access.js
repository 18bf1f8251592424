// The access log follows by itself, and ticks are kept as they are set. Without a script: reload, and a button.
// No syntax that Chrome 109 or Firefox 115 lack.
(function () {
  "use strict";
  var PAUSE = 2000;
  var story = document.getElementById("story");

  function element(name, className, text) {
    var made = document.createElement(name);
    if (className) {
      made.className = className;
    }
    made.textContent = text;
    return made;
  }

  function told(line) {
    var item = element("li", ["plain", "wrong", "end"].indexOf(line.tone) < 0 ? "plain" : line.tone, "");
    item.appendChild(element("span", "at", line.time));
    item.appendChild(element("span", "", line.words));
    return item;
  }

  function tell(days) {
    var last = "";
    var parts = document.createDocumentFragment();
    days.forEach(function (day) {
      var list = element("ol", "story", "");
      day.lines.forEach(function (line) {
        list.appendChild(told(line));
        last = line.time + " " + line.words;
      });
      parts.appendChild(element("h3", "", day.title));
      parts.appendChild(list);
    });
    story.replaceChildren(parts);
    document.getElementById("announced").textContent = last;
  }

  function follow() {
    var known = story.dataset;
    if (document.hidden) {
      return;
    }
    fetch(known.path + "?length=" + known.length + "&opening=" + known.opening, { credentials: "same-origin" })
      .then(function (answer) { return answer.ok ? answer.json() : null; })
      .then(function (now) {
        if (!now) {
          return;
        }
        if (now.days) {
          tell(now.days);
          known.length = String(now.length);
        }
        if (now.state !== known.state || String(now.until) !== known.until) {
          // What is offered on the page changes with the state.
          window.location.reload();
        }
      })
      .catch(function () { /* out of reach for a moment: the next look is soon */ });
  }

  if (story && story.dataset.state !== "ended") {
    document.getElementById("following").hidden = false;
    window.setInterval(follow, PAUSE);
    document.addEventListener("visibilitychange", follow);
  }

  // A chosen file fills the box: what is sent is the same as when its lines are pasted.
  document.querySelectorAll("form.copy [data-file]").forEach(function (field) {
    field.hidden = false;
    field.querySelector("input").addEventListener("change", function (event) {
      var file = event.target.files[0];
      if (file) {
        file.text().then(function (text) { document.getElementById("lines").value = text; });
      }
    });
  });

  document.querySelectorAll("form.checklist").forEach(function (form) {
    form.querySelector("button").hidden = true;
    form.addEventListener("change", function () {
      fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual" })
        .catch(function () { form.querySelector("button").hidden = false; });
    });
  });
})();
