"use strict";
// The pages of a draft. Everything here can be done by the page's buttons too.
//   data-drag="theme" or "paper"   a handle: what it belongs to is dragged, by mouse, pen or touch.
(() => {
  const NEAR_PX = 5; // a press that moves less is no drag
  let drag = null;

  const targetsAt = (x, y) => {
    const under = document.elementsFromPoint(x, y);
    const row = under.find((e) => e.matches?.(".paper-row") && e !== drag.moved);
    const holder = under.find((e) => e.matches?.(drag.kind === "theme" ? ".theme" : "[data-theme]:not(.paper-row)"));
    return { row: drag.kind === "paper" ? row : null, holder };
  };

  const unmark = () => {
    for (const e of document.querySelectorAll(".is-over, .is-before")) e.classList.remove("is-over", "is-before");
  };

  document.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest("[data-drag]");
    if (!handle || event.button > 0) return;
    event.preventDefault();
    const kind = handle.dataset.drag;
    drag = { kind, moved: handle.closest(kind === "theme" ? ".theme" : ".paper-row"), x: event.clientX, y: event.clientY, begun: false };
    handle.setPointerCapture(event.pointerId);
  });

  document.addEventListener("pointermove", (event) => {
    if (!drag) return;
    if (!drag.begun && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < NEAR_PX) return;
    drag.begun = true;
    drag.moved.classList.add("is-dragged");
    const edge = 60;
    if (event.clientY < edge) scrollBy(0, -15);
    else if (event.clientY > innerHeight - edge) scrollBy(0, 15);
    unmark();
    const { row, holder } = targetsAt(event.clientX, event.clientY);
    row?.classList.add("is-before");
    if (holder && holder !== drag.moved) holder.classList.add("is-over");
  });

  const drop = (event) => {
    if (!drag) return;
    const { kind, moved, begun } = drag;
    const { row, holder } = targetsAt(event.clientX, event.clientY);
    unmark();
    moved.classList.remove("is-dragged");
    drag = null;
    if (!begun || event.type === "pointercancel" || !holder || holder === moved) return;
    const form = document.getElementById("dragged");
    const fields = form.elements;
    fields.theme.value = moved.dataset.theme;
    fields.to.value = holder.dataset.theme;
    fields.paper.value = kind === "paper" ? moved.dataset.paper : "";
    fields.at.value = row && row.dataset.theme === holder.dataset.theme ? placeOf(row, moved) : 0;
    fields.do.value = kind === "theme" ? "to" : holder.dataset.theme === "0" ? "leave_out" : "place";
    if (fields.do.value === "leave_out" && moved.dataset.theme === "0") return;
    if (fields.do.value === "leave_out") fields.theme.value = fields.to.value = 0;
    form.requestSubmit();
    say(kind === "theme" ? `Paragraph ${moved.dataset.theme} is moved to place ${holder.dataset.theme}.` : "The paper is moved.");
  };
  document.addEventListener("pointerup", drop);
  document.addEventListener("pointercancel", drop);

  // The place from 1 that the paper gets when it is put before this row.
  const placeOf = (row, moved) => {
    const rows = [...row.parentElement.querySelectorAll(".paper-row")].filter((e) => e !== moved);
    return rows.indexOf(row) + 1;
  };

  const say = (words) => {
    const line = document.getElementById("moved");
    if (line) line.textContent = words;
  };

  // After a button moved a paragraph the same button of the same paragraph is in focus.
  let wanted = "";
  document.addEventListener("submit", (event) => {
    const found = /^(up|down)-(\d+)$/.exec(event.submitter?.id || "");
    if (!found) return;
    const to = Number(found[2]) + (found[1] === "up" ? -1 : 1);
    wanted = `${found[1]}-${to}`;
    say(`Paragraph ${found[2]} is moved to place ${to}.`);
  }, true);
  document.addEventListener("swapped", () => {
    if (!wanted) return;
    const button = document.getElementById(wanted);
    const other = document.getElementById(wanted.startsWith("up") ? wanted.replace("up", "down") : wanted.replace("down", "up"));
    (button && !button.disabled ? button : other)?.focus();
    wanted = "";
  });

  // A name or a thesis is saved when its field is left.
  document.addEventListener("change", (event) => {
    const form = event.target.closest(".naming");
    if (form) form.requestSubmit();
  });

  // The proof beside the text is that of one sentence: the one that is clicked, or the next one.
  const parts = () => ({
    sentences: [...document.querySelectorAll(".draft .reading .sentence")],
    proofs: [...document.querySelectorAll(".proofs .of-sentence")],
  });
  let at = -1;
  const choose = (place, moves) => {
    const { sentences, proofs } = parts();
    if (!proofs.length) return;
    at = Math.max(0, Math.min(place, proofs.length - 1));
    sentences.forEach((e, n) => e.classList.toggle("is-chosen", n === at));
    proofs.forEach((e, n) => e.classList.toggle("is-chosen", n === at));
    const line = document.getElementById("at-sentence");
    if (line) line.textContent = `Sentence ${at + 1} of ${proofs.length}`;
    if (moves) sentences[at]?.scrollIntoView({ block: "center" });
  };
  document.addEventListener("click", (event) => {
    const step = event.target.closest("[data-step]");
    if (step) return choose(at + Number(step.dataset.step), true);
    const sentence = event.target.closest(".draft .reading .sentence");
    if (sentence && !event.target.closest("a, button")) choose(parts().sentences.indexOf(sentence), false);
    return undefined;
  });
  document.addEventListener("swapped", () => { if (at >= 0) choose(at, false); });
  const first = parts().proofs.findIndex((e) => e.matches(".failing"));
  if (parts().proofs.length) choose(Math.max(0, first), false);
})();
