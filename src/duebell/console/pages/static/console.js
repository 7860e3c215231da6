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
document.addEventListener("htmx:afterSwap", () => localTimes(document)); // what was swapped as a whole is no more its target
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

// What changes by itself is not changed under the hands of whoever types there, and whoever was on a button stays on one.
let left = null;
document.addEventListener("htmx:sseBeforeMessage", (event) => {
  const at = document.activeElement;
  if (!event.target.contains(at)) return;
  if (at.matches("input, textarea, select") && !at.closest(".htmx-request")) event.preventDefault();
  else left = event.target;
});
document.addEventListener("htmx:sseMessage", () => refocus());
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.contains(document.activeElement)) left = event.detail.target;
});
document.addEventListener("htmx:afterSettle", () => refocus());
function refocus() {
  if (left && !left.contains(document.activeElement)) left.querySelector("button, summary, a[href]")?.focus();
  left = null;
}

// An action that asked for something has got it: its form closes.
document.addEventListener("htmx:afterRequest", (event) => {
  const asked = event.target.closest(".ask");
  if (!asked || !event.detail.successful) return;
  event.target.reset();
  asked.open = false;
  asked.querySelector("summary").focus();
});
document.addEventListener("keydown", (event) => {
  const asked = event.key === "Escape" && event.target.closest(".ask[open]");
  if (!asked) return;
  asked.open = false;
  asked.querySelector("summary").focus();
});
document.addEventListener("toggle", (event) => {
  if (event.target.matches(".ask[open]")) event.target.querySelector("input:not([type=hidden])")?.focus();
}, true);

// What is shown as it is may be taken along.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  try {
    await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent);
    toast("Copied.", false);
  } catch {
    toast("The browser doesn't let it be copied: download it instead.", true);
  }
});

// A choice that says what is worked out next to it is sent at once.
document.addEventListener("change", (event) => event.target.closest("form[data-sent-on-change]")?.requestSubmit());

// A slash goes to the page's search, as everywhere.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.target.closest("input, textarea, select")) return;
  const search = document.querySelector("input[type=search]");
  if (search) {
    event.preventDefault();
    search.focus();
  }
});
