"use strict";
// Beside an answer: which citation the shown quote belongs to, and the quote in view. On a phone the
// words lie over the page until they are closed.
(() => {
  const isNarrow = () => matchMedia("(max-width: 60rem)").matches;
  const source = () => document.getElementById("source");

  const markCited = () => {
    const shown = source()?.dataset.shown;
    for (const link of document.querySelectorAll(".cite")) {
      if (link.dataset.quotes.split(" ").includes(shown)) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  };
  const toMark = () => {
    const panel = source();
    const mark = panel?.querySelector("mark:not(.other), .page-picture .box");
    if (!mark) return;
    const inside = mark.getBoundingClientRect().top - panel.getBoundingClientRect().top;
    panel.scrollTop += inside - panel.clientHeight / 3;
  };

  let wasAsked = false; // a citation was followed, and its words are on their way
  document.addEventListener("click", (event) => {
    const element = event.target instanceof Element ? event.target : null;
    if (element?.closest("a[data-quote]")) wasAsked = true;
    if (element?.closest("[data-close-source]")) source().classList.remove("over");
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") source()?.classList.remove("over");
  });
  document.addEventListener("swapped", () => {
    if (wasAsked && isNarrow()) source()?.classList.add("over");
    if (wasAsked) toMark();
    wasAsked = false;
    markCited();
  });

  markCited();
  toMark();
})();
