// Keeps the hashed assets of the app, so that a repeat visit asks the network for the page alone.
const CACHE = "pipedriven-1";
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (e) => e.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (e) => {
  const url = new URL(e.request.url);
  const kept = e.request.method === "GET" && url.origin === location.origin
    && ((url.pathname.startsWith("/_nicegui/") && !url.pathname.startsWith("/_nicegui/client")) || (url.pathname.startsWith("/static/") && url.searchParams.has("v")));
  if (!kept) return;
  e.respondWith(caches.open(CACHE).then(async (cache) => {
    const hit = await cache.match(e.request);
    if (hit) return hit;
    const fresh = await fetch(e.request);
    if (fresh.ok) cache.put(e.request, fresh.clone());
    return fresh;
  }));
});
