"use strict";
// Moves by keys: j and k through the rows of a list or the quotes of an answer, x chooses a row,
// "g" and a letter goes to a page, ? shows all keys, Esc closes. Off where a reader switched them off.
// In a form with data-choose the bar below says how many rows are chosen; a button with data-takes
// takes that many.
(() => {
  const GO_MS = 1200; // between "g" and the letter of a page
  const isField = (element) => element.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
  const areOn = () => localStorage.getItem("keys") !== "off";
  let goes = 0;

  const rows = () => [...document.querySelectorAll("[data-row]")];
  const linkOf = (row) => row.querySelector(":is(h2, h3) a, a");
  const toRow = (step) => {
    const all = rows();
    if (!all.length) return false;
    const now = all.findIndex((row) => row.contains(document.activeElement));
    const row = all[Math.max(0, Math.min(all.length - 1, now < 0 ? (step > 0 ? 0 : all.length - 1) : now + step))];
    linkOf(row).focus();
    row.scrollIntoView({ block: "nearest" });
    return true;
  };
  const chooseRow = () => {
    const box = document.activeElement?.closest("[data-row]")?.querySelector("input[type=checkbox]");
    box?.click();
    return Boolean(box);
  };

  document.addEventListener("focusin", (event) => {
    for (const row of document.querySelectorAll(".row.at")) row.classList.remove("at");
    event.target.closest?.("[data-row]")?.classList.add("at");
  });

  const closeAll = () => {
    const open = document.querySelector("details.pop[open], details.menu[open]");
    if (open) {
      open.open = false;
      open.querySelector("summary").focus();
    }
    return Boolean(open);
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.key === "Escape") {
      if (!closeAll() && isField(event.target)) event.target.blur();
      return;
    }
    if (!areOn() || isField(event.target) || event.target.closest("dialog[open]")) return;
    const isGoing = Date.now() - goes < GO_MS;
    goes = event.key === "g" ? Date.now() : 0;
    const place = isGoing && document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
    if (place) place.click();
    else if (event.key === "j" && toRow(1)) { /* moved */ }
    else if (event.key === "k" && toRow(-1)) { /* moved */ }
    else if (event.key === "x" && chooseRow()) { /* chosen */ }
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);

  document.addEventListener("click", (event) => {
    const element = event.target instanceof Element ? event.target : null;
    const opener = element?.closest("[data-sheet]");
    if (opener) document.getElementById(opener.dataset.sheet).showModal();
    else if (element?.closest("[data-close]") || element?.matches("dialog.sheet")) element.closest("dialog").close();
    for (const pop of document.querySelectorAll("details.pop[open]")) if (!pop.contains(element)) pop.open = false;
  });

  const countChosen = (form) => {
    const bar = form.querySelector(".chosen-bar");
    const count = form.querySelectorAll("[data-row] input:checked").length;
    bar.classList.toggle("some", count > 0);
    bar.querySelector(".how-many").textContent = count ? `${count} chosen` : "";
    for (const button of bar.querySelectorAll("[data-takes]")) button.disabled = count !== Number(button.dataset.takes);
  };
  const countAll = () => document.querySelectorAll("form[data-choose]").forEach(countChosen);
  let last = null; // the row that was chosen last: with Shift all between are chosen too
  document.addEventListener("click", (event) => {
    const box = event.target instanceof Element && event.target.closest("form[data-choose] [data-row] input[type=checkbox]");
    if (!box) return;
    const boxes = [...box.form.querySelectorAll("[data-row] input[type=checkbox]")];
    if (event.shiftKey && boxes.includes(last)) {
      const ends = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
      for (const other of boxes.slice(ends[0], ends[1] + 1)) other.checked = box.checked;
    }
    last = box;
    countChosen(box.form);
  });
  document.addEventListener("swapped", countAll);
  addEventListener("pageshow", countAll);
  countAll();

  // The address of a list names only the fields that say something.
  document.addEventListener("submit", (event) => {
    if (event.target.method !== "get") return;
    const empty = [...event.target.elements].filter((field) => field.name && !field.value && !field.disabled);
    for (const field of empty) field.disabled = true;
    setTimeout(() => { for (const field of empty) field.disabled = false; });
  });

  // Enter sends a question from its field; with Shift it begins a line.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || !event.target.matches("[data-submit]")) return;
    event.preventDefault();
    event.target.form.requestSubmit();
  });
})();
