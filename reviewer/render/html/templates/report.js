"use strict";
(() => {
  const contents = document.querySelector(".contents details");
  if (contents && matchMedia("(max-width: 67.99rem)").matches) contents.open = false;

  // The part of the report that is being read stands out in the contents.
  const links = new Map([...document.querySelectorAll(".contents a")].map((a) => [a.hash.slice(1), a]));
  const heads = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);
  let waits = false;
  const update = () => {
    waits = false;
    const last = heads.filter((head) => head.getBoundingClientRect().top < innerHeight / 3).pop() || heads[0];
    for (const [id, link] of links) {
      if (last && id === last.id) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  };
  addEventListener("scroll", () => {
    if (!waits) requestAnimationFrame(update);
    waits = true;
  }, { passive: true });
  update();

  for (const dot of document.querySelectorAll(".dot[data-paper]")) {
    dot.addEventListener("click", () => { location.hash = dot.dataset.paper; });
  }
})();
