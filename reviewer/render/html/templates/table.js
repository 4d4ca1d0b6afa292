"use strict";
document.documentElement.classList.add("scripted");
for (const box of document.querySelectorAll(".comparison")) {
  const body = box.querySelector("tbody");
  const made = [...body.rows]; // with the heads of groups, which stand only where rows are as made
  const rows = made.filter((row) => !row.matches(".group"));
  const heads = [...box.querySelector("thead tr").cells];
  const order = box.querySelector("select");
  const filter = box.querySelector("input");
  const count = box.querySelector(".tally-now");
  const none = box.querySelector(".none");
  const all = count.textContent;

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
    const sorted = column < 0 ? made : [...rows].sort((a, b) => compare(a, b, column, sign));
    body.replaceChildren(...sorted);
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
    let left = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
      left += !row.hidden;
    }
    for (const row of made) if (!rows.includes(row)) row.hidden = words.length > 0;
    count.textContent = words.length ? `${left} of ${all}` : all;
    none.hidden = left > 0;
  });
}
