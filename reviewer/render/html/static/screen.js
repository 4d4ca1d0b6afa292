"use strict";
// The keys of a record that take two steps: e and the number of a reason, s and the number of a
// sentence. All others are data-key of live.js. Off where a reader switched keys off.
(() => {
  const areOn = () => localStorage.getItem("keys") !== "off";
  const isField = (element) => element.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable], dialog[open]");
  let step = ""; // "e" or "s" while a number is awaited
  let digits = "";

  const say = () => {
    const line = document.getElementById("waits");
    if (!line) return;
    if (step === "e") line.textContent = "Exclude: 1 to 9 for its reason, Enter for those ticked or none, Esc to leave";
    else if (step === "s") line.textContent = `Sentence ${digits || "…"}: its number, then Enter; Esc to leave`;
    else line.textContent = "";
  };
  const end = () => { step = ""; digits = ""; say(); };

  const chooseSentence = () => {
    const radio = document.querySelector(`input[name=proof][value="${Number(digits)}"]`);
    end();
    if (radio) {
      radio.checked = true;
      radio.closest("li").scrollIntoView({ block: "nearest" });
      document.getElementById("keep-proof")?.click();
    } else document.getElementById("waits").textContent = "There is no such sentence.";
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || !areOn()) return;
    if (isField(event.target)) return;
    const exclude = document.querySelector("[data-exclude]");
    if (!exclude) return;
    const { key } = event;
    if (step && key === "Escape") end();
    else if (step === "e" && /^[1-9]$/.test(key)) {
      const reason = document.querySelector(`[data-why="${key}"]`);
      end();
      if (reason) reason.click();
      else document.getElementById("waits").textContent = `There is no criterion ${key}.`;
    } else if (step === "e" && key === "Enter") { end(); exclude.click(); }
    else if (step === "s" && /^[0-9]$/.test(key)) { digits += key; say(); }
    else if (step === "s" && key === "Enter") chooseSentence();
    else if (key === "e" && !document.querySelector("[data-why]")) exclude.click();
    else if (key === "e" || key === "s") { step = key; digits = ""; say(); }
    else { if (step) end(); return; }
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);

  // The next record is read from its beginning, and the address is that of what is shown.
  let picture = "";
  let shown = document.querySelector("#card [name=paper]")?.value;
  document.addEventListener("swapped", () => {
    const card = document.getElementById("card");
    step = "";
    if (!card) return;
    if (location.pathname + location.search !== card.dataset.at) history.replaceState(null, "", card.dataset.at);
    const now = card.querySelector("[name=paper]")?.value;
    if (now !== shown && card.getBoundingClientRect().top < 0) card.scrollIntoView({ block: "start" });
    shown = now;
    const figure = card.querySelector("#pages figure");
    if (figure && figure.id !== picture) figure.scrollIntoView({ block: "start" });
    picture = figure?.id || "";
  });
})();
