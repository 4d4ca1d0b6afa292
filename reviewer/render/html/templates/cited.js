"use strict";
(() => {
  document.documentElement.classList.add("scripted");
  const panel = document.getElementById("panel");
  const shown = document.getElementById("shown");
  const peek = document.getElementById("peek");
  const CONTEXT = 170; // characters of the text on each side of a quote that a glance shows

  const make = (tag, className, text) => {
    const element = document.createElement(tag);
    element.className = className;
    element.textContent = text;
    return element;
  };

  // The texts of one paper, with these of its quotes marked and no others.
  const textsOf = (ids) => {
    const article = document.getElementById(ids[0]).closest("article").cloneNode(true);
    const places = ids.map((id) => article.querySelector(`[id="${id}"]`)?.dataset.place).filter(Boolean);
    for (const element of [article, ...article.querySelectorAll("[id]")]) element.removeAttribute("id");
    for (const mark of article.querySelectorAll("mark")) {
      const own = mark.dataset.q.split(" ");
      if (!ids.some((id) => own.includes(id))) mark.replaceWith(...mark.childNodes);
    }
    for (const begin of article.querySelectorAll(".begin")) begin.remove();
    for (const quote of article.querySelectorAll("blockquote")) {
      quote.normalize();
      if (article.querySelector("mark") && !quote.querySelector("mark")) {
        quote.previousElementSibling?.matches(".part") && quote.previousElementSibling.remove();
        quote.remove();
      }
    }
    for (const rest of article.querySelectorAll(".links, .cite-it, .copies")) rest.remove();
    const details = article.querySelector("details");
    if (details) {
      details.querySelector("summary").remove();
      details.replaceWith(...details.childNodes);
    }
    if (places.length) article.querySelector(".source").append(` · ${places.join("; ")}`);
    return article;
  };

  // Ids of quotes, those of one paper together.
  const byPaper = (ids) => {
    const groups = new Map();
    for (const id of ids) {
      const article = document.getElementById(id)?.closest("article");
      if (article) groups.set(article, [...(groups.get(article) || []), id]);
    }
    return [...groups.values()];
  };

  // How a sentence stands, before its quotes.
  const standsOf = (link) => link.dataset.stands ? [make("p", "stands", link.dataset.stands)] : [];

  const contentsOf = (link) => {
    if (!("panel" in link.dataset)) return [...standsOf(link), ...byPaper(link.dataset.quotes.split(" ")).map(textsOf)];
    const column = link.closest("td").dataset.label;
    return [...link.querySelectorAll(".value")].flatMap((value) => [
      make("h2", "column", column),
      make("p", link.matches(".no-proof") ? "value doubted" : "value", value.textContent),
      make("p", "stands", value.dataset.stands),
      textsOf(value.dataset.quote.split(" ")),
    ]);
  };

  const open = (link) => {
    hide();
    shown.replaceChildren(...contentsOf(link));
    panel.showModal();
    shown.scrollTop = 0;
    const mark = shown.querySelector("mark");
    if (mark) shown.scrollTop = Math.max(0, mark.offsetTop + mark.offsetHeight + 40 - shown.clientHeight);
  };

  // A glance: the quote within its nearest words, while a citation is pointed at or has the focus.
  let timer = 0, shownFor = null;
  const near = (article) => {
    const quote = article.querySelector("mark")?.closest("blockquote") || article.querySelector("blockquote");
    const out = make("p", "near", "");
    out.dir = "auto";
    const nodes = [...quote.childNodes];
    nodes.forEach((node, place) => {
      const text = node.textContent;
      if (node.nodeName === "MARK") return out.append(make("mark", "", text));
      const isFirst = place === 0, isLast = place === nodes.length - 1;
      if (text.length <= CONTEXT) return out.append(text);
      const end = text.slice(-CONTEXT).replace(/^\S*\s/, ""), start = text.slice(0, CONTEXT).replace(/\s\S*$/, "");
      return out.append(isFirst ? `… ${end}` : isLast ? `${start} …` : `${start} … ${end}`);
    });
    return out;
  };
  const show = (link) => {
    clearTimeout(timer);
    if (!link.dataset.quotes || shownFor === link) return;
    hide();
    const articles = byPaper(link.dataset.quotes.split(" ")).map(textsOf);
    if (!articles.length) return;
    peek.replaceChildren(...standsOf(link), ...articles.flatMap((article) => [
      make("p", "ref", article.querySelector(".ref [dir]").textContent),
      near(article),
    ]), make("p", "hint", "Select for the whole text."));
    shownFor = link;
    link.setAttribute("aria-describedby", "peek");
    peek.hidden = false;
    const at = link.getBoundingClientRect(), box = peek.getBoundingClientRect();
    const left = Math.max(8, Math.min(at.left - 24, document.documentElement.clientWidth - box.width - 8));
    const below = at.bottom + 6, above = at.top - box.height - 6;
    peek.style.left = `${left}px`;
    peek.style.top = `${below + box.height > innerHeight && above > 0 ? above : below}px`;
  };
  const hide = () => {
    clearTimeout(timer);
    shownFor?.removeAttribute("aria-describedby");
    shownFor = null;
    peek.hidden = true;
  };
  const later = (action, ms) => {
    clearTimeout(timer);
    timer = setTimeout(action, ms);
  };
  const citation = (event) => event.target instanceof Element && event.target.closest("a.cite");

  document.addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch") return;
    const link = citation(event);
    if (link) later(() => show(link), 120);
    else if (event.target instanceof Element && event.target.closest("#peek")) clearTimeout(timer);
    else if (shownFor && shownFor !== document.activeElement) later(hide, 250);
  });
  let byKey = false; // a citation that gets its focus from a tap is about to be opened
  document.addEventListener("keydown", (event) => {
    byKey = true;
    if (event.key === "Escape" && !peek.hidden) {
      hide();
      event.preventDefault();
    }
  });
  document.addEventListener("pointerdown", () => { byKey = false; });
  document.addEventListener("focusin", (event) => {
    const link = citation(event);
    if (link && byKey) show(link);
    else if (!link) hide();
  });
  document.addEventListener("scroll", (event) => { if (event.target === document) hide(); });

  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest("a[data-quotes], a[data-panel]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(link);
  });
  document.getElementById("close").addEventListener("click", () => panel.close());
  panel.addEventListener("click", (event) => {
    if (event.target === panel) panel.close();
  });
  // Coming back from the panel does not show the glance again.
  panel.addEventListener("close", hide);

  const all = document.getElementById("all-texts");
  all?.addEventListener("click", () => {
    const isOpen = all.getAttribute("aria-pressed") === "true";
    for (const details of document.querySelectorAll("article.paper details.texts")) details.open = !isOpen;
    all.setAttribute("aria-pressed", String(!isOpen));
  });
  // A citation, or its BibTeX, goes to the clipboard; where that is refused it is shown and selected.
  const copied = document.getElementById("copied");
  const copy = async (button) => {
    const paper = button.closest("article");
    const source = paper.querySelector(`.${button.dataset.copy}`);
    try {
      await navigator.clipboard.writeText(source.textContent);
    } catch {
      paper.querySelector(".cite-it").open = true;
      getSelection().selectAllChildren(source);
      if (!document.execCommand("copy")) return;
    }
    copied.textContent = `Copied: ${source.textContent.slice(0, 80)}`;
    button.classList.add("done");
    setTimeout(() => button.classList.remove("done"), 2000);
  };
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("button.copy");
    if (button) copy(button);
  });
  const toTarget = () => {
    const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    const details = target && target.closest("details");
    if (details) {
      details.open = true;
      target.scrollIntoView({ block: "center" });
    }
  };
  addEventListener("hashchange", toTarget);
  toTarget();
})();
