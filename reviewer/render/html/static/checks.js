"use strict";
// The page of a check: a file that is dropped, the sentence that is looked at, the place that is kept.
(() => {
  const give = document.getElementById("give");
  if (give) {
    // A .bib goes to the bibliography, any other file is the draft.
    const isFiles = (event) => event.dataTransfer?.types.includes("Files");
    give.addEventListener("dragover", (event) => {
      if (!isFiles(event)) return;
      event.preventDefault();
      give.classList.add("is-over");
    });
    give.addEventListener("dragleave", () => give.classList.remove("is-over"));
    give.addEventListener("drop", (event) => {
      if (!isFiles(event)) return;
      event.preventDefault();
      give.classList.remove("is-over");
      for (const file of event.dataTransfer.files) {
        const isBib = /\.(bib|ris|nbib|enw|json)$/i.test(file.name);
        const one = new DataTransfer();
        one.items.add(file);
        give.elements[isBib ? "bib_file" : "draft_file"].files = one.files;
      }
    });
  }

  const look = (place) => {
    for (const old of document.querySelectorAll("#check .is-shown")) old.classList.remove("is-shown");
    for (const prefix of ["s", "c"]) {
      const element = document.getElementById(prefix + place);
      if (!element) continue;
      element.classList.add("is-shown");
      element.scrollIntoView({ block: "nearest" });
    }
  };
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("#check a[href^='#s'], #check a[href^='#c']");
    if (link) {
      event.preventDefault();
      const place = link.getAttribute("href").slice(2);
      look(place);
      history.replaceState(null, "", link.getAttribute("href"));
    }
    const copy = event.target.closest("[data-copy]");
    if (copy) {
      await navigator.clipboard.writeText(document.getElementById(copy.dataset.copy).value);
      copy.textContent = "Copied";
    }
  });

  // The first sentence on the screen is where a check of the edited draft goes on.
  const firstLine = () => {
    const seen = [...document.querySelectorAll(".draft .said[data-line]")]
      .find((sentence) => sentence.getBoundingClientRect().bottom > 80);
    return seen ? seen.dataset.line : "0";
  };
  document.addEventListener("submit", (event) => {
    if (event.target.matches(".again")) event.target.elements.at.value = firstLine();
  }, true);
  const keepPlace = () => {
    const draft = document.querySelector(".draft");
    const line = Number(new URLSearchParams(location.search).get("at") || 0);
    if (!draft || !line || draft.dataset.kept) return;
    draft.dataset.kept = "yes";
    const sentences = [...draft.querySelectorAll(".said[data-line]")];
    const at = sentences.find((sentence) => Number(sentence.dataset.line) >= line) || sentences.pop();
    at?.scrollIntoView({ block: "start" });
  };
  document.addEventListener("swapped", keepPlace);
  keepPlace();
})();
