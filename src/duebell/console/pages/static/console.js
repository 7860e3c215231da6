// What the pages need beside htmx: times in the reader's zone, answers to actions, keys.
"use strict";

/** Writes each time as the reader's clock has it; the title keeps UTC. */
function localTimes(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    const today = at.toDateString() === new Date().toDateString();
    time.textContent = today ? at.toLocaleTimeString() : at.toLocaleString();
  }
}

/** Tells what came of an action; it goes by itself. */
function toast(text, bad) {
  const note = document.createElement("p");
  note.className = bad ? "toast is-bad" : "toast";
  note.textContent = text;
  document.getElementById("toasts").append(note);
  setTimeout(() => note.remove(), bad ? 12000 : 5000);
}

document.addEventListener("DOMContentLoaded", () => localTimes(document));
document.addEventListener("htmx:afterSwap", (event) => localTimes(event.detail.target));
document.addEventListener("duebell:said", (event) => toast(event.detail.value, false));

document.addEventListener("htmx:responseError", (event) => {
  let said = "";
  try {
    said = JSON.parse(event.detail.xhr.responseText).detail;
  } catch {
    said = `Duebell answered ${event.detail.xhr.status}: look at its log.`;
  }
  toast(said, true);
});
document.addEventListener("htmx:sendError", () => toast("Duebell doesn't answer: is it running?", true));

// A slash goes to the page's search, as everywhere.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.target.closest("input, textarea, select")) return;
  const search = document.querySelector("input[type=search]");
  if (search) {
    event.preventDefault();
    search.focus();
  }
});
