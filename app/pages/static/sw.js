// Keeps the page for a dead spot, which takes the place of any page that cannot be fetched. The app's own files need no
// worker: the browser keeps them for a year, and quicker than through here.
const CACHE = "pipedriven-5";
const ASSETS = [{ pathname: "/_nicegui/*" }, { pathname: "/static/*", search: "v=*" }];
const OFFLINE = ["/static/offline.html", "/static/offline.js", "/static/outbox.js", "/static/away.js"];

self.addEventListener("install", (e) => {
  self.skipWaiting();
  // where the browser can be told so, it does not even ask
  e.addRoutes?.(ASSETS.map((urlPattern) => ({ condition: { urlPattern }, source: "network" }))).catch(() => {});
  e.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(OFFLINE.map((path) => new Request(path, { cache: "reload" })))));
});

self.addEventListener("activate", (e) => e.waitUntil((async () => {
  await Promise.all((await caches.keys()).filter((name) => name !== CACHE).map((name) => caches.delete(name)));
  // the page is on its way while this worker still wakes up
  await self.registration.navigationPreload?.enable();
  await self.clients.claim();
})()));

self.addEventListener("fetch", (e) => {
  const url = new URL(e.request.url);
  if (e.request.method === "POST" && url.origin === location.origin && url.pathname === "/import/shared") return e.respondWith(shared(e.request));
  if (e.request.method !== "GET" || url.origin !== location.origin) return;
  if (OFFLINE.includes(url.pathname)) return e.respondWith(fetch(e.request).catch(() => caches.match(url.pathname)));
  if (e.request.mode === "navigate") e.respondWith(page(e));
});

async function page(e) {
  try {
    return (await e.preloadResponse) || (await fetch(e.request));
  } catch {
    return (await caches.match("/static/offline.html")) || Response.error();
  }
}

// files from the phone's share sheet wait here until the import screen takes them; nothing is sent before that
async function shared(request) {
  // another site that posts a form here is no share sheet: a share sheet names no page, our own pages name themselves
  const from = request.referrer && new URL(request.referrer).origin;
  if (from && from !== location.origin) return Response.redirect("/", 303);
  const mark = { "X-From": from ? "own" : "outside" };
  const form = await request.formData(), files = form.getAll("file").filter((file) => file instanceof File);
  const cache = await caches.open(CACHE);
  if (!files.length) {
    await cache.put("/shared/text", new Response(blob(...["title", "text", "url"].map((name) => form.get(name) || "")), { headers: mark }));
    return Response.redirect("/contacts?shared", 303);
  }
  await Promise.all(files.slice(0, 20).map((file, at) => cache.put(`/import/shared/${at}`, new Response(file, { headers: { ...mark, "X-Name": encodeURIComponent(file.name) } }))));
  return Response.redirect("/import?shared", 303);
}

// a page that was shared, as somebody would paste it: of a profile the name and the address, of anything else every word
function blob(title, text, url) {
  const link = url || text.match(/https?:\/\/\S+/)?.[0] || "";
  if (!/linkedin\.com\/(in|pub)\//.test(link)) return [title, text, url].filter(Boolean).join("\n").slice(0, 9000);
  const name = / \| LinkedIn/.test(title) ? title.replace(/^\(\d+\) /, "").split(/ [-–|] /)[0] : "";
  return [name, link].filter(Boolean).join("\n").slice(0, 9000);
}

// a notice for the lock screen; only addresses of our own are opened
self.addEventListener("push", (e) => {
  let said = {};
  try { said = e.data?.json() ?? {}; } catch { /* shown all the same: a browser takes the right away from who stays silent */ }
  e.waitUntil(self.registration.showNotification("Pipedriven", {
    body: said.words || "Something is new.", tag: said.tag, data: { path: said.path }, icon: "/static/icon-192.png", badge: "/static/icon-192.png",
  }));
});

self.addEventListener("notificationclick", (e) => {
  e.notification.close();
  const wanted = new URL(e.notification.data?.path || "/", location.origin);
  const address = wanted.origin === location.origin ? wanted.href : location.origin;
  e.waitUntil((async () => {
    const open = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
    const here = open.find((one) => one.url === address) || open.find((one) => one.visibilityState === "visible") || open[0];
    if (!here) return self.clients.openWindow(address);
    await here.focus().catch(() => {});
    return here.url === address ? undefined : here.navigate(address).catch(() => self.clients.openWindow(address));
  })());
});

// the push service changed this browser's address
self.addEventListener("pushsubscriptionchange", (e) => e.waitUntil((async () => {
  const fresh = e.newSubscription || (e.oldSubscription && await self.registration.pushManager.subscribe(e.oldSubscription.options));
  if (!fresh) return;
  const plain = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const body = { endpoint: fresh.endpoint, p256dh: plain(fresh.getKey("p256dh")), auth: plain(fresh.getKey("auth")) };
  await fetch("/api/notices/push", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
})()));
