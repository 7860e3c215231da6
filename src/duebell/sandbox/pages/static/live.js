// Keeps a page as the server has it: asks again with the ETag, and changes only what differs, so that nothing flickers.
"use strict";

const PAUSE = 700; // milliseconds between two looks
let etag = document.body.dataset.etag;

async function look() {
  const answer = await fetch(location.href, { cache: "no-store", headers: { "If-None-Match": etag } });
  if (!answer.ok) return;
  etag = answer.headers.get("ETag");
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  become(document.body, document.adoptNode(fresh.body));
}

/** Makes `old` equal to `fresh`; children with an id are recognised by it, the others by their place. */
function become(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  if (old.nodeType !== Node.ELEMENT_NODE) {
    old.nodeValue = fresh.nodeValue;
    return;
  }
  takeAttributes(old, fresh);
  const known = new Map(Array.from(old.children, (child) => [child.id, child]));
  let place = old.firstChild;
  for (const child of [...fresh.childNodes]) {
    const same = child.id ? known.get(child.id) : alike(place, child) && place;
    if (!same) {
      if (child.id) child.classList.add("arriving");
      old.insertBefore(child, place);
    } else {
      if (same === place) place = place.nextSibling;
      else old.insertBefore(same, place);
      become(same, child);
    }
  }
  while (place) {
    const gone = place;
    place = place.nextSibling;
    gone.remove();
  }
}

function alike(old, fresh) {
  return old && !old.id && old.nodeName === fresh.nodeName;
}

function takeAttributes(old, fresh) {
  for (const name of old.getAttributeNames()) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const name of fresh.getAttributeNames()) {
    if (old.getAttribute(name) !== fresh.getAttribute(name)) old.setAttribute(name, fresh.getAttribute(name));
  }
  if (old instanceof HTMLOptionElement) old.selected = fresh.selected;
}

async function keepLooking() {
  for (;;) {
    if (!document.hidden) {
      const reached = await look().then(() => true, () => false);
      document.documentElement.classList.toggle("unreached", !reached);
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

document.addEventListener("change", ({ target }) => {
  if (!target.dataset.number) return;
  fetch("/behaviour", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ number: target.dataset.number, outcome: target.value }),
  });
});

document.documentElement.classList.add("live");
keepLooking();
