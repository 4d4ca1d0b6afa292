"use strict";
// Pages of a PDF beside what is read. Every page works without this.
//   data-load="ADDRESS"   a place that is filled with the part at this address once the page is there
//   data-turn="1"         a button that goes to the next page (-1: to the one before), as the arrow keys do
(() => {
  const load = (place) => {
    const address = place.dataset.load;
    delete place.dataset.load;
    const request = new XMLHttpRequest();
    request.open("GET", address);
    request.responseType = "document";
    request.onload = () => {
      const part = request.status === 200 && request.response?.querySelector("[data-loaded]");
      if (!part || !place.isConnected) return;
      place.replaceChildren(document.importNode(part, true));
    };
    request.send();
  };
  const loadAll = () => document.querySelectorAll("[data-load]").forEach(load);

  const panel = () => document.querySelector(".source");
  const pages = () => [...document.querySelectorAll(".pages .page-of")];
  const toBox = (box) => {
    const own = panel();
    if (!own || own.scrollHeight <= own.clientHeight) return;
    own.scrollTop += box.getBoundingClientRect().top - own.getBoundingClientRect().top - own.clientHeight / 3;
  };

  // The page that is at the panel's upper third.
  const now = () => {
    const own = panel();
    const line = own.scrollHeight > own.clientHeight ? own.getBoundingClientRect().top + own.clientHeight / 3 : innerHeight / 3;
    const at = pages().findLastIndex((page) => page.getBoundingClientRect().top <= line);
    return Math.max(0, at);
  };
  const sayPage = () => {
    const said = document.getElementById("at-page");
    if (said) said.textContent = `Page ${now() + 1} of ${said.dataset.of}`;
  };
  const turn = (step) => {
    const all = pages();
    if (!all.length) return false;
    const page = all[Math.max(0, Math.min(all.length - 1, now() + step))];
    const own = panel();
    if (own.scrollHeight > own.clientHeight) own.scrollTop += page.getBoundingClientRect().top - own.getBoundingClientRect().top - 56;
    else page.scrollIntoView({ block: "start" });
    sayPage();
    return true;
  };

  document.addEventListener("click", (event) => {
    const element = event.target instanceof Element ? event.target : null;
    const button = element?.closest("[data-turn]");
    if (button) turn(Number(button.dataset.turn));
    const link = element?.closest("[data-page]");
    const box = link && document.querySelector(`#page-${link.dataset.page} .box`);
    if (box && panel().scrollHeight > panel().clientHeight) {
      event.preventDefault();
      toBox(box);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || localStorage.getItem("keys") === "off") return;
    if (event.target.closest("input, textarea, select, [contenteditable], dialog[open]")) return;
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step && turn(step)) event.preventDefault();
  });
  document.addEventListener("swapped", loadAll);

  loadAll();
  const box = document.querySelector(".pages .box");
  if (box) toBox(box);
  if (pages().length) {
    sayPage();
    panel().addEventListener("scroll", sayPage, { passive: true });
  }
})();
