"use strict";
// Files that are dropped or chosen are sent at once, in one request, with a progress for each. What
// is read of them is then a job of the server.
(() => {
  const form = document.querySelector("form[data-drop]");
  if (!form) return;
  const input = form.querySelector("input[type=file]");
  const list = form.querySelector(".sending");
  const holder = form.closest("details");

  const row = (file) => {
    const item = document.createElement("li");
    const name = document.createElement("span");
    const bar = document.createElement("progress");
    const said = document.createElement("span");
    name.textContent = file.name;
    bar.max = Math.max(1, file.size);
    bar.value = 0;
    bar.setAttribute("aria-label", file.name);
    said.className = "figures";
    said.textContent = "0 %";
    item.append(name, bar, said);
    return item;
  };

  // Files go one after the other, so what was sent of all says how much of each was.
  const showSent = (files, loaded) => {
    let before = 0;
    files.forEach((file, at) => {
      const sent = Math.max(0, Math.min(file.size, loaded - before));
      const item = list.children[at];
      item.children[1].value = file.size ? sent : 1;
      item.children[2].textContent = sent >= file.size ? "sent" : `${Math.floor((100 * sent) / file.size)} %`;
      before += file.size;
    });
  };

  const fail = (words) => {
    let line = form.querySelector(".fault");
    if (!line) {
      line = document.createElement("p");
      line.className = "note bad fault";
      line.setAttribute("role", "alert");
      form.append(line);
    }
    line.textContent = words;
  };

  const send = (files) => {
    if (!files.length) return;
    list.replaceChildren(...files.map(row));
    list.hidden = false;
    const body = new FormData();
    for (const file of files) body.append("files", file, file.name);
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.responseType = "document";
    request.upload.onprogress = (event) => showSent(files, event.loaded);
    request.onload = () => {
      if (request.status < 400) {
        location.assign(request.responseURL);
        return;
      }
      const said = request.response?.querySelector("h1")?.textContent;
      fail(said || "The files were not taken.");
    };
    request.onerror = () => fail("The server does not answer. Is it running?");
    request.send(body);
  };

  input.addEventListener("change", () => send([...input.files]));
  let depth = 0; // of elements that the files are over
  const isOfFiles = (event) => [...(event.dataTransfer?.types || [])].includes("Files");
  document.addEventListener("dragenter", (event) => {
    if (!isOfFiles(event)) return;
    depth += 1;
    if (holder) holder.open = true;
    document.documentElement.classList.add("dropping");
  });
  document.addEventListener("dragleave", (event) => {
    if (!isOfFiles(event)) return;
    depth -= 1;
    if (depth <= 0) document.documentElement.classList.remove("dropping");
  });
  document.addEventListener("dragover", (event) => { if (isOfFiles(event)) event.preventDefault(); });
  document.addEventListener("drop", (event) => {
    if (!isOfFiles(event)) return;
    event.preventDefault();
    depth = 0;
    document.documentElement.classList.remove("dropping");
    send([...event.dataTransfer.files]);
  });
})();
