// Server-sent events replace a fragment of the page by what the server made; without this module a page is loaded anew.
// <div data-live="/my/…/events" id="…">: each message is the HTML that takes the place of its content.
// A person who is filling in a form there is not disturbed: [data-stale] says that something has changed.

for (const place of document.querySelectorAll("[data-live]")) watch(place);

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
