"use strict";
// What the pages of `review serve` share. Every page works without this.
//   data-live="#a #b"   a form that is sent without leaving the page; these parts of the answer are
//                       put in the place of the page's own. Where the answer is another page (or
//                       data-live is empty) that page is opened.
//                       On a link the same: the parts of the page that it leads to. A button of
//                       the form may name parts of its own.
//   data-job="ID"       listens to a job; with each event the parts in data-parts are asked for
//                       again. When the job's page has become another one, that one is opened.
//   data-key="x"        a key that clicks the element, or puts the cursor into a field.
(() => {
  const GAP_MS = 250; // between two updates of a part
  const KINDS = ["running", "progress", "message", "claims", "cell", "section"]; // of events of jobs

  // An XMLHttpRequest makes a document of a page by itself: no text is ever put in as HTML.
  const ask = (method, address, body) => new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, address);
    request.responseType = "document";
    request.onload = () => resolve({ address: request.responseURL, page: request.response });
    request.onerror = () => reject(new Error("the server does not answer"));
    request.send(body);
  });

  // Put the parts of the page in the place of this page's own, where they differ.
  const swap = (page, parts) => {
    for (const part of parts) {
      const own = document.querySelector(part);
      const given = page.querySelector(part);
      if (!own || !given || own.isEqualNode(given)) continue;
      const focused = own.contains(document.activeElement) ? document.activeElement.id : "";
      const fresh = document.importNode(given, true);
      own.replaceWith(fresh);
      if (focused) document.getElementById(focused)?.focus();
      listen(fresh);
    }
    document.dispatchEvent(new CustomEvent("swapped"));
  };

  const partsOf = (text) => (text || "").split(" ").filter(Boolean);
  const pathOf = (address) => new URL(address).pathname;

  const say = (words) => {
    let line = document.getElementById("said");
    if (!line) {
      line = document.createElement("p");
      line.id = "said";
      line.className = "status bad";
      line.setAttribute("role", "alert");
      document.getElementById("main").prepend(line);
    }
    line.textContent = words;
  };

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-live]")) return;
    event.preventDefault();
    const button = event.submitter;
    const data = new FormData(form, button);
    const isPost = form.method === "post";
    const isUpload = form.enctype === "multipart/form-data";
    const words = new URLSearchParams(isUpload ? [] : [...data]);
    const address = button?.hasAttribute("formaction") ? button.formAction : form.action;
    const named = button?.dataset.live || form.dataset.live;
    if (button) button.disabled = true;
    try {
      const asked = isPost ? address : `${address.split("?")[0]}?${words}`;
      const { address: given, page } = await ask(isPost ? "POST" : "GET", asked, isPost ? (isUpload ? data : words) : null);
      const parts = partsOf(named);
      if (!parts.some((part) => page?.querySelector(part))) {
        if (pathOf(given) === pathOf(address) && isPost) swap(page, ["#main"]);
        else location.assign(given);
        return;
      }
      if (!isPost) history.replaceState(null, "", given);
      swap(page, parts);
    } catch (error) {
      say(`Not done: ${error.message}.`);
    } finally {
      if (button) button.disabled = false;
    }
  });

  document.addEventListener("click", async (event) => {
    const link = event.target instanceof Element && event.target.closest("a[href][data-live]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    try {
      const { address, page } = await ask("GET", link.href, null);
      const parts = partsOf(link.dataset.live);
      if (pathOf(address) !== location.pathname || !parts.some((part) => page?.querySelector(part))) {
        location.assign(link.href);
        return;
      }
      history.replaceState(null, "", address.split("#")[0]);
      swap(page, parts);
    } catch {
      location.assign(link.href);
    }
  });

  const jobs = new Map();
  const listen = (within) => {
    const found = [...within.querySelectorAll("[data-job]")];
    if (within.matches?.("[data-job]")) found.push(within);
    for (const element of found) {
      if (!jobs.has(element.dataset.job)) follow(element);
    }
  };

  const follow = (element) => {
    const { job, parts, at } = element.dataset;
    const source = new EventSource(`/api/v1/jobs/${job}/events`);
    jobs.set(job, source);
    let timer = 0;
    const update = async () => {
      timer = 0;
      try {
        const { address, page } = await ask("GET", at || location.href, null);
        if (!at && pathOf(address) !== location.pathname) location.replace(address);
        else if (page) swap(page, partsOf(parts));
      } catch { /* the next event asks again */ }
    };
    const updateSoon = () => { timer ||= setTimeout(update, GAP_MS); };
    for (const kind of KINDS) source.addEventListener(kind, updateSoon);
    source.addEventListener("end", () => {
      source.close();
      jobs.delete(job);
      clearTimeout(timer);
      update();
    });
  };

  // Keys are off where a reader has switched them off, and never work inside a field.
  const areKeysOn = () => localStorage.getItem("keys") !== "off";
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || !areKeysOn()) return;
    if (event.target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable], dialog[open]")) return;
    const element = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (!element || element.disabled) return;
    event.preventDefault();
    if (element.matches("input:not([type=checkbox]):not([type=radio]):not([type=submit]), textarea, select")) element.focus();
    else element.click();
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-keys-switch]")) localStorage.setItem("keys", event.target.checked ? "on" : "off");
  });
  for (const box of document.querySelectorAll("[data-keys-switch]")) box.checked = areKeysOn();

  listen(document);
})();
