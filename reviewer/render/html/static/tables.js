"use strict";
// The page of a table: sorting, filtering, rows that are filled, and the cell that is shown.
(() => {
  const GAP_MS = 300; // between two requests for rows
  const grid = () => document.getElementById("grid");
  const bodyRows = () => [...document.querySelectorAll("#grid tbody tr")];
  let order = null; // { column, sign, by } of the reader's own sorting

  // Sorting. What has no value stays last, whichever way.
  const compare = (column, sign) => (a, b) => {
    const one = a.cells[column].dataset, other = b.cells[column].dataset;
    const empty = (one.rank === "2") - (other.rank === "2");
    if (empty) return empty;
    return sign * (one.rank - other.rank || one.value - other.value
      || one.text.localeCompare(other.text));
  };
  const sort = () => {
    if (!order) return;
    const body = document.querySelector("#grid tbody");
    const heads = [...document.querySelectorAll("#grid thead th")];
    heads.forEach((head, place) => head.setAttribute("aria-sort",
      place !== order.column ? "none" : order.sign > 0 ? "ascending" : "descending"));
    body.append(...bodyRows().sort(compare(order.column, order.sign)));
    const keep = document.getElementById("keep-order");
    if (!keep) return;
    keep.hidden = false;
    keep.elements.by.value = order.by;
    // The library's order by year begins with the newest.
    keep.elements.reverse.value = String((order.sign < 0) !== (order.by === "year"));
  };

  const filter = () => {
    const field = document.getElementById("filter");
    const words = field ? field.value.toLowerCase().split(/\s+/).filter(Boolean) : [];
    for (const row of bodyRows()) {
      const text = words.length ? row.textContent.toLowerCase() : "";
      row.hidden = !words.every((word) => text.includes(word));
    }
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("#grid .order");
    if (button) {
      const head = button.closest("th");
      const column = [...head.parentNode.children].indexOf(head);
      const isAgain = order && order.column === column;
      order = { column, sign: isAgain ? -order.sign : 1, by: button.dataset.sort };
      sort();
      return;
    }
    const cell = event.target.closest("#grid a[data-at]");
    if (cell && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      show(cell.dataset.at);
      ask(cell.dataset.at);
    }
    if (event.target.closest("#keep-order button")) setTimeout(() => { order = null; });
    if (event.target.closest("#cell .close") && document.getElementById("halves")) {
      event.preventDefault();
      document.getElementById("halves").classList.remove("is-open");
      history.replaceState(null, "", grid().dataset.table);
      document.querySelector("#grid .is-shown")?.focus();
      show("");
      document.getElementById("cell").replaceChildren();
    }
    for (const menu of document.querySelectorAll("details.pop[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") document.querySelector("#cell .close")?.click();
  });
  document.addEventListener("input", (event) => { if (event.target.id === "filter") filter(); });

  const linkTo = (at) => at ? document.querySelector(`#grid a[data-at="${CSS.escape(at)}"]`) : null;
  const ask = (at) => {
    const form = document.getElementById("open");
    form.elements.at.value = at;
    form.requestSubmit();
  };
  let shown = new URLSearchParams(location.search).get("at") || "";
  const show = (at) => {
    shown = at;
    document.getElementById("halves")?.classList.toggle("is-open", Boolean(at));
    for (const old of document.querySelectorAll("#grid .is-shown")) old.classList.remove("is-shown");
    linkTo(at)?.classList.add("is-shown");
  };

  // What is swapped in is put in the reader's order.
  let isAsked = false; // cells were asked for again, and may be there before the page hears of it
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[action$='/redo']")) isAsked = true;
  });
  document.addEventListener("swapped", () => {
    sort(); filter(); show(shown); follow();
    if (isAsked && !document.getElementById("work").dataset.job) refresh();
    isAsked = false;
  });

  // Rows that are filled, asked for together.
  const fetchPage = async (address) => new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("GET", address);
    request.responseType = "document";
    request.onload = () => resolve({ address: request.responseURL, page: request.response });
    request.onerror = reject;
    request.send();
  });
  let followed = "";
  const follow = () => {
    const job = document.getElementById("work")?.dataset.job;
    if (!job || job === followed) return;
    followed = job;
    const source = new EventSource(`/api/v1/jobs/${job}/events`);
    const wanted = new Set();
    let timer = 0, needsAll = false;
    const update = async () => {
      timer = 0;
      const rows = bodyRows().filter((row) => wanted.has(row.dataset.paper));
      const isWhole = needsAll || !bodyRows().length || rows.length > 60;
      const base = grid().dataset.rows;
      const whole = grid().dataset.table || base;
      const query = rows.map((row) => `at=${row.dataset.number}`).join("&");
      if (!isWhole && !rows.length) return;
      wanted.clear();
      needsAll = false;
      const { page } = await fetchPage(isWhole ? whole : `${base}?${query}`);
      if (isWhole) {
        const fresh = page?.querySelector("#grid table");
        const own = grid().querySelector("table");
        if (!fresh) return;
        if (own) own.replaceWith(document.importNode(fresh, true));
        else grid().replaceChildren(document.importNode(fresh, true));
      } else {
        for (const row of rows) {
          const fresh = page?.getElementById(row.id);
          if (fresh && row.isConnected) row.replaceWith(document.importNode(fresh, true));
        }
      }
      sort(); filter(); show(shown);
    };
    const soon = () => { timer ||= setTimeout(update, GAP_MS); };
    source.addEventListener("columns", () => { needsAll = true; soon(); });
    source.addEventListener("row", (event) => {
      wanted.add(JSON.parse(event.data).data.paper_id);
      soon();
    });
    source.addEventListener("end", () => {
      source.close();
      clearTimeout(timer);
      followed = "";
      refresh();
    });
  };

  // Everything of a kept table as it is now. The page of one in the making is left by live.js.
  const refresh = async () => {
    const { table } = grid().dataset;
    if (!table) return;
    const { page } = await fetchPage(table);
    for (const part of ["work", "tally", "tools", "grid"]) {
      const fresh = page?.getElementById(part), own = document.getElementById(part);
      if (fresh && own) own.replaceWith(document.importNode(fresh, true));
    }
    sort(); filter(); show(shown);
    if (linkTo(shown)) ask(shown);
  };

  if (shown) show(shown);
  follow();
})();
