"use strict";
(() => {
  const find = (id) => document.getElementById(id);
  const said = find("said");
  const words = { ...find("form").dataset };
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const sealed = JSON.parse(find("sealed").textContent);
  const plain = (typed) => (typed.toLowerCase().match(/[a-z]+/g) || []).join("-");

  async function open(words) {
    const typed = await crypto.subtle.importKey("raw", new TextEncoder().encode(words), "PBKDF2", false, ["deriveKey"]);
    const key = await crypto.subtle.deriveKey(
      { name: "PBKDF2", hash: "SHA-256", salt: bytes(sealed.salt), iterations: sealed.rounds },
      typed, { name: "AES-GCM", length: 256 }, false, ["decrypt"],
    );
    const content = await crypto.subtle.decrypt({ name: "AES-GCM", iv: bytes(sealed.nonce) }, key, bytes(sealed.body));
    return new TextDecoder().decode(content);
  }

  function show(content) {
    // What was locked is our own page; a parsed document runs none of its scripts.
    const parsed = new DOMParser().parseFromString(content, "text/html");
    const opened = find("opened");
    opened.replaceChildren(...parsed.body.childNodes);
    find("locked").remove();
    find("sealed").remove();
    opened.hidden = false;
    document.title = words.title;
    find("close").addEventListener("click", () => location.reload());
    find("print").addEventListener("click", () => print());
    opened.querySelector("h1").focus();
  }

  find("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const typed = plain(find("words").value);
    if (typed.split("-").length !== 6) {
      said.textContent = words.few;
      return;
    }
    said.textContent = words.opening;
    try {
      show(await open(typed));
    } catch {
      said.textContent = words.wrong;
      find("words").focus();
    }
  });
  if (!globalThis.crypto?.subtle) {
    said.textContent = words.unable;
    find("form").querySelector("button").disabled = true;
  }
})();
