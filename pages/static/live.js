// Server-sent events replace a fragment of the page by what the server made; without this module a page is loaded anew.
// <div data-live="/my/…/events" id="…">: each message is the HTML that takes the place of its content.
// A person who is filling in a form there is not disturbed: [data-stale] says that something has changed.

for (const place of document.querySelectorAll("[data-live]")) watch(place);

// What is typed into a form [data-keep] is there again when another one of the page, [data-keeps], has been sent and led
// back to it. Only this tab has it, and only until the next page.
const TYPED = "typed";
restore();
for (const form of document.querySelectorAll("form[data-keeps]")) form.addEventListener("submit", () => keep(form));

function keep(sent) {
  const typed = {};
  for (const form of document.querySelectorAll("form[data-keep]")) {
    if (form !== sent) typed[form.dataset.keep] = [...new FormData(form)].filter(([name]) => !["csrf", "form_id"].includes(name));
  }
  try { sessionStorage.setItem(TYPED, JSON.stringify(typed)); } catch { /* a browser that keeps nothing */ }
}

function restore() {
  let typed = {};
  try {
    typed = JSON.parse(sessionStorage.getItem(TYPED)) ?? {};
    sessionStorage.removeItem(TYPED);
  } catch { /* the same */ }
  for (const form of document.querySelectorAll("form[data-keep]")) {
    for (const [name, value] of typed[form.dataset.keep] ?? []) {
      for (const field of form.elements) {
        if (field.name !== name) continue;
        if (field.type === "radio" || field.type === "checkbox") field.checked ||= field.value === value;
        else field.value = value;
      }
    }
  }
}

function watch(place) {
  let source = null;
  let typing = false;
  let ended = false;

  function open() {
    if (source || ended || document.hidden) return;
    source = new EventSource(place.dataset.live);
    source.addEventListener("message", (event) => show(event.data));
    source.addEventListener("end", () => { ended = true; close(); });
  }

  // A hidden page lets go of its connection: a browser has few for one server.
  function close() {
    source?.close();
    source = null;
  }

  function show(html) {
    if (typing) {
      for (const note of document.querySelectorAll("[data-stale]")) note.hidden = false;
      return;
    }
    const focused = place.contains(document.activeElement) ? document.activeElement.id : "";
    const unfolded = [...place.querySelectorAll("details[open][id]")].map((part) => part.id);
    place.innerHTML = html;
    for (const id of unfolded) document.getElementById(id)?.setAttribute("open", "");
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    const text = place.querySelector("[data-news-text]")?.dataset.newsText;
    for (const news of document.querySelectorAll("[data-news]")) news.textContent = text ?? "";
  }

  place.addEventListener("input", () => { typing = true; });
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  addEventListener("pagehide", close);
  addEventListener("pageshow", open);
  open();
}
