// Server-sent events replace a fragment of the page by what the server made; without this module a page is loaded anew.
// <div data-live="/my/…/events" id="…">: each message is the HTML that takes the place of its content.

for (const place of document.querySelectorAll("[data-live]")) {
  const source = new EventSource(place.dataset.live);
  source.addEventListener("message", (event) => {
    if (place.contains(document.activeElement) && document.activeElement !== document.body) return;
    place.innerHTML = event.data;
  });
  source.addEventListener("end", () => source.close());
  addEventListener("pagehide", () => source.close());
}
