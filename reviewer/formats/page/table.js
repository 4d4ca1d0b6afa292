"use strict";
const table = document.getElementById("table");
if (table) {
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const heads = [...table.tHead.rows[0].cells];
  const order = document.getElementById("order");
  const filter = document.getElementById("filter");
  const count = document.getElementById("count");
  const none = document.getElementById("none");

  const compare = (a, b, column, sign) => {
    const one = a.cells[column].dataset, other = b.cells[column].dataset;
    const empty = (one.rank === "2") - (other.rank === "2");
    if (empty) return empty; // what has no value stays last, whichever way
    return sign * (one.rank - other.rank || one.number - other.number
      || one.text.localeCompare(other.text));
  };

  const sort = (column, direction) => {
    heads.forEach((head, place) =>
      head.setAttribute("aria-sort", place === column ? direction : "none"));
    const sign = direction === "descending" ? -1 : 1;
    const sorted = column < 0 ? rows : [...rows].sort((a, b) => compare(a, b, column, sign));
    body.append(...sorted);
    order.value = column < 0 ? "" : String(column);
  };

  heads.forEach((head, column) => head.querySelector("button").addEventListener("click", () => {
    const now = head.getAttribute("aria-sort");
    sort(column, now === "ascending" ? "descending" : "ascending");
  }));
  order.addEventListener("change", () =>
    sort(order.value === "" ? -1 : Number(order.value), "ascending"));

  filter.addEventListener("input", () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
      shown += !row.hidden;
    }
    count.textContent = words.length ? `${shown} of ${rows.length} papers` : `${rows.length} papers`;
    none.hidden = shown > 0;
  });

  const panel = document.getElementById("panel");
  const place = document.getElementById("shown");
  table.addEventListener("click", (event) => {
    const cell = event.target.closest("a.cell");
    if (!cell || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    place.replaceChildren(...cell.dataset.quotes.split(" ").map((id) => {
      const copy = document.getElementById(id).cloneNode(true);
      copy.removeAttribute("id");
      return copy;
    }));
    panel.showModal();
    const mark = place.querySelector("mark");
    if (mark) mark.scrollIntoView({ block: "nearest" });
  });
  document.getElementById("close").addEventListener("click", () => panel.close());
  panel.addEventListener("click", (event) => {
    if (event.target === panel) panel.close();
  });
}
