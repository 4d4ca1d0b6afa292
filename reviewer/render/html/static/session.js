"use strict";
// The token of the printed address: given once, and taken out of the address before.
(() => {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (!token) return;
  history.replaceState(null, "", location.pathname + location.search);
  const form = document.getElementById("session");
  form.elements.token.value = token;
  form.submit();
})();
