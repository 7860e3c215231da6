// Verify, and applying a version: the form stays as it was typed, and the checks arrive one by one. Without this script the form is sent as any other.
"use strict";

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const pressed = event.submitter;
  if (!form.matches("[data-checks]") && !pressed?.matches("[data-checks]")) return;
  event.preventDefault();
  const buttons = form.querySelectorAll("button");
  const outcome = document.getElementById("outcome");
  const checks = document.getElementById("checks");
  const typed = new URLSearchParams(new FormData(form, pressed)); // before: a disabled button is left out of it
  for (const button of buttons) button.disabled = true;
  checks.replaceChildren();
  outcome.hidden = false;
  outcome.setAttribute("aria-busy", "true");
  document.getElementById("checks-title").focus();
  try {
    await prove(pressed?.hasAttribute("formaction") ? pressed.formAction : form.action, typed, checks);
  } catch {
    toast("Duebell doesn't answer any more: is it running?", true);
  }
  outcome.removeAttribute("aria-busy");
  for (const button of buttons) button.disabled = false;
  document.body.dispatchEvent(new Event("duebell:verified", { bubbles: true }));
});

/** Sends what was typed, and shows each line of the answer as it comes. */
async function prove(path, typed, checks) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "X-Duebell-Pieces": "1" },
    body: typed,
  });
  if (!answer.ok) {
    toast((await answer.json()).detail, true);
    return;
  }
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines) checks.insertAdjacentHTML("beforeend", line);
  }
}
