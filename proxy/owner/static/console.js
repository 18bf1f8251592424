// Passkeys, and moments in the time of this device. Everything else works without a script. No syntax that
// Chrome 109 or Firefox 115 lack.
(function () {
  "use strict";

  function toBytes(text) {
    var plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, function (letter) { return letter.charCodeAt(0); });
  }

  function toText(bytes) {
    return btoa(String.fromCharCode.apply(null, new Uint8Array(bytes)))
      .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }

  function withBytes(list) {
    return (list || []).map(function (each) { return { type: each.type, id: toBytes(each.id) }; });
  }

  function ask(kind, text) {
    var options = JSON.parse(text);
    options.challenge = toBytes(options.challenge);
    if (kind === "create") {
      options.user.id = toBytes(options.user.id);
      options.excludeCredentials = withBytes(options.excludeCredentials);
      return navigator.credentials.create({ publicKey: options });
    }
    options.allowCredentials = withBytes(options.allowCredentials);
    return navigator.credentials.get({ publicKey: options });
  }

  function written(credential) {
    var response = { clientDataJSON: toText(credential.response.clientDataJSON) };
    ["attestationObject", "authenticatorData", "signature", "userHandle"].forEach(function (name) {
      if (credential.response[name]) {
        response[name] = toText(credential.response[name]);
      }
    });
    return JSON.stringify({
      id: credential.id, rawId: toText(credential.rawId), type: credential.type, response: response,
      clientExtensionResults: {}
    });
  }

  function problem(form, shown) {
    var line = form.querySelector(".problem");
    if (line) {
      line.hidden = !shown;
    }
    return line;
  }

  // A form that is sent together with a passkey's answer. `kind` is create or get; `field` takes the answer.
  function attach(form, kind, options, field, otherwise) {
    var busy = false;
    var pressed = null;
    form.hidden = false;
    form.addEventListener("click", function (event) {
      pressed = event.target.closest("button[name]");
    });
    form.addEventListener("submit", function (event) {
      if (event.submitter && event.submitter.hasAttribute("data-plain")) {
        return;
      }
      event.preventDefault();
      if (busy) {
        return;
      }
      busy = true;
      problem(form, false);
      ask(kind, options).then(function (credential) {
        form.querySelector("[name=" + field + "]").value = written(credential);
        send(form, pressed);
      }).catch(function () {
        busy = false;
        otherwise(form, pressed);
      });
    });
  }

  // form.submit() leaves out the button that was pressed: put its name and value in its place.
  function send(form, pressed) {
    if (pressed && pressed.name) {
      var hidden = document.createElement("input");
      hidden.type = "hidden";
      hidden.name = pressed.name;
      hidden.value = pressed.value;
      form.appendChild(hidden);
    }
    if (pressed && pressed.getAttribute("formaction")) {
      form.action = pressed.getAttribute("formaction");
    }
    form.submit();
  }

  if (window.PublicKeyCredential && navigator.credentials) {
    document.querySelectorAll("form[data-passkey]").forEach(function (form) {
      attach(form, form.dataset.passkey, form.dataset.options, "credential", function () {
        problem(form, true);
      });
    });
  }

  // What is on the page, and what a script of ours adds to it.
  function begin(part) {
    if (window.PublicKeyCredential && navigator.credentials) {
      part.querySelectorAll("form[data-confirm]").forEach(function (form) {
        attach(form, "get", form.dataset.confirm, "confirm_passkey", function (_form, pressed) {
          if (form.hasAttribute("data-confirm-only")) {
            problem(form, true);
          } else {
            // Not confirmed here: the next page offers the other ways.
            send(form, pressed);
          }
        });
      });
    }
    part.querySelectorAll("time[data-local]").forEach(function (time) {
      time.textContent = new Intl.DateTimeFormat(document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang, {
        day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit"
      }).format(new Date(time.getAttribute("datetime")));
    });
  }

  begin(document);
  document.addEventListener("added", function (event) { begin(event.target); });

  // How many notices are new: beside their entry in the navigation. Without a script "Who has access" says it.
  var notices = document.querySelector("nav a[href='/notices']");
  if (notices && !notices.hasAttribute("aria-current")) {
    // Signed out meanwhile is no fault: no redirect is followed, and none is told of.
    fetch("/notices/count", { credentials: "same-origin", redirect: "manual" })
      .then(function (answer) { return answer.ok ? answer.json() : { unseen: 0 }; })
      .then(function (told) {
        if (told.unseen > 0) {
          var badge = document.createElement("span");
          badge.className = "badge";
          badge.textContent = String(told.unseen);
          notices.append(" ", badge);
        }
      })
      .catch(function () { /* out of reach: no badge */ });
  }

  // A form names the edition that it replaces: one that a browser kept whole, for going back to it, would name an old one.
  window.addEventListener("pageshow", function (event) {
    if (event.persisted && document.querySelector("main input[name=version]")) {
      window.location.reload();
    }
  });

  // The set-up code may stand behind the "#" of the address that the program printed.
  // Opened again in a tab that shows the page already, it is not loaded anew.
  var code = document.querySelector("input[data-from-address]");
  function takeCode() {
    if (code && /^#[A-Za-z0-9-]{10,11}$/.test(window.location.hash)) {
      code.value = window.location.hash.slice(1);
      window.history.replaceState(null, "", window.location.pathname);
    }
  }
  takeCode();
  window.addEventListener("hashchange", takeCode);
})();
