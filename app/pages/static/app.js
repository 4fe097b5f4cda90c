// What the server cannot know: the person came back from the dialler, where the keyboard lies, what had the focus.
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible" && window.emitEvent) emitEvent("came_back");
});
if ("serviceWorker" in navigator) addEventListener("load", () => navigator.serviceWorker.register("/sw.js").catch(() => {}));

// every event says up to which message this page had been read, so that the server knows a second deed from a tap that was
// sent twice; what was pressed looks so until something comes back
const pressed = new Set();
const released = () => { for (const one of pressed) one.classList.remove("pd-pressed"); pressed.clear(); };
function listening(wire) {
  const emit = wire.emit.bind(wire);
  wire.emit = (kind, said, ...rest) => {
    if (kind !== "event" || !said) return emit(kind, said, ...rest);
    const now = window.event, at = /^(click|submit|keydown)$/.test(now?.type) && (now.submitter || now.target)?.closest?.("button, .pd-act");
    if (at) { at.classList.add("pd-pressed"); pressed.add(at); }
    return emit(kind, { ...said, seen: Number(window.nextMessageId) || 0 }, ...rest);
  };
  wire.onAny(() => requestAnimationFrame(released));
  wire.on("connect", () => { joined = true; waits(); });
  wire.on("disconnect", () => { cut = Date.now(); setTimeout(waits, 1600); });
  return wire;
}
let wire = window.socket && listening(window.socket);
Object.defineProperty(window, "socket", { configurable: true, get: () => wire, set: (made) => { wire = listening(made); } });

// the 21st tab of one person takes the line of the oldest: that one says so, and comes back when somebody looks at it
window.pausedByTabs = () => {
  if (document.querySelector(".pd-paused")) return;
  const box = document.createElement("div"), again = document.createElement("button");
  box.className = "pd-paused";
  box.setAttribute("role", "alert");
  box.append("Paused: more than 20 tabs are open. ", again);
  again.type = "button";
  again.textContent = "Reload";
  again.onclick = () => location.reload();
  document.body.append(box);
  document.documentElement.classList.add("pd-is-paused");
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") location.reload(); });
};

// one way to the search box from every screen
const finder = () => document.querySelector("#app input[type=search]");
function find() {
  if (finder()) { finder().focus(); finder().select(); return; }
  document.querySelector('#app .pd-link[href="/contacts"]')?.click();
  const wait = new MutationObserver(() => { if (finder()) { wait.disconnect(); finder().focus(); } });
  wait.observe(document.body, { childList: true, subtree: true });
  setTimeout(() => wait.disconnect(), 4000);
}
document.addEventListener("click", (e) => {
  if (!e.target.closest(".pd-search") || e.metaKey || e.ctrlKey) return;
  e.preventDefault();
  e.stopPropagation();
  find();
}, true);

// the answers of a sheet by their number: never while somebody types
document.addEventListener("keydown", (e) => {
  if (e.metaKey || e.ctrlKey || e.altKey || e.repeat || e.target.closest("input, textarea, select, [contenteditable]")) return;
  const sheet = [...document.querySelectorAll(".q-dialog--modal")].at(-1);
  sheet?.querySelector(`.pd-outcomes [aria-keyshortcuts="${CSS.escape(e.key)}"]`)?.click();
});

// shortcuts for a keyboard: never while somebody types, never under an open sheet
document.addEventListener("keydown", (e) => {
  if (e.metaKey || e.ctrlKey || e.altKey || document.querySelector(".q-dialog, .q-menu")) return;
  if (e.target.closest("input, textarea, select, [contenteditable]")) {
    if (e.key === "Escape") e.target.blur();
    return;
  }
  if (e.key === "/") { e.preventDefault(); find(); }
  if (e.key === "n" && window.emitEvent) { e.preventDefault(); emitEvent("add_contact"); }
  if (e.key === "?" && window.emitEvent) { e.preventDefault(); emitEvent("show_keys"); }
});

// a keyboard on the screen covers the lower part of the page on iOS: sheets stand on top of it
if (window.visualViewport) {
  const measure = () => document.documentElement.style.setProperty("--kb", `${Math.max(0, Math.round(innerHeight - visualViewport.height - visualViewport.offsetTop))}px`);
  visualViewport.addEventListener("resize", measure);
  visualViewport.addEventListener("scroll", measure);
}

// news redraws a part of the screen: whoever stands there with the keyboard keeps their place
let last = null;
const name = (e) => e.getAttribute("aria-label") || e.innerText;
document.addEventListener("focusin", (e) => {
  const element = e.target.closest("a, button");
  last = element && { element, name: name(element) };
});
new MutationObserver(() => {
  if (!last || last.element.isConnected || document.activeElement !== document.body) return;
  const twin = [...document.querySelectorAll(last.element.tagName)].find((e) => e.offsetParent && name(e) === last.name);
  last = null;
  twin?.focus({ preventScroll: true });
}).observe(document, { childList: true, subtree: true });

// what this phone keeps is the person's whom this page is for: whatever it kept for somebody else goes at once
const outbox = () => import("/static/outbox.js");
const owner = (async () => {
  const id = document.querySelector("[data-user]")?.dataset.user, { own, hear, mine } = await outbox();
  if (id) return own(id);
  await hear();
  return mine();
})().catch(() => undefined);
// a page whose phone has not heard from the server for a day shows nobody any more
async function stillMine() {
  const kept = await owner, { own, mine } = await outbox();
  if (!kept) return;
  if (window.socket?.connected) await own(kept.id); else if (!await mine()) location.replace("/static/offline.html");
}
setInterval(stillMine, 60000);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && stillMine());

// a dead spot: an open page goes on (away.js), and a line above the bar says what waits
let joined = false, cut = 0;
const isAway = () => !navigator.onLine || joined && !window.socket?.connected && Date.now() - cut > 1500;
// fetched a while after the first visit; where the line was cut before, the page's own worker has it, or taps wait as ever
let away = null;
const fetchAway = async () => (away ||= await import("/static/away.js").catch(() => null));
async function waits() {
  const { waiting } = await outbox();
  const count = (await waiting()).length, gone = isAway();
  if (count || gone || document.querySelector(".pd-offline")) (await fetchAway())?.mark();
  // from here on nothing is awaited: two that come together draw one line
  let line = document.querySelector(".pd-offline");
  if (!count && !gone) { line?.remove(); return; }
  if (!line) {
    line = Object.assign(document.createElement("button"), { type: "button", className: "pd-offline", onclick: () => away ? away.whatWaits(isAway()) : location.assign("/static/offline.html") });
    line.setAttribute("aria-live", "polite");
    document.body.append(line);
  }
  line.textContent = [gone ? "No connection" : "", count ? `${count} waiting` : ""].filter(Boolean).join(" · ");
}
let touched = null;
const LOGS = '.pd-log, [aria-label^="Log activity with"], .pd-deeds .q-btn:last-child', REST = '.pd-verbs .q-btn, .pd-ahead-of .pd-line .q-btn, .q-menu [role=menuitem]';
addEventListener("click", (e) => {
  const row = e.target.closest?.(".pd-row, .pd-touch");
  if (row) touched = row;
  if (!away || !isAway() || !document.querySelector("[data-user]")) return;
  const one = e.target.closest?.(`${LOGS}, ${REST}, .pd-plus`);
  if (!one || one.matches("[href]") || one.matches(REST) && !/^(Snooze|Not today|Plan a follow-up)/.test(one.getAttribute("aria-label") || one.innerText.trim())) return;
  e.preventDefault();
  e.stopImmediatePropagation();
  if (one.matches(".pd-plus")) { away.addSomebody(); return; }
  const link = (one.closest(".q-menu") ? touched : row)?.querySelector('a[href^="/contacts/"]'), name = link?.querySelector(".pd-row-name") || link;
  const id = link?.getAttribute("href").split("/")[2] || location.pathname.split("/")[2];
  if (id) away.withContact(id, (link ? name : document.querySelector(".pd-head-name"))?.innerText || "");
}, true);
addEventListener("offline", waits);
addEventListener("online", async () => { await (await outbox()).flush(); waits(); });
addEventListener("outbox", waits);
// once the worker keeps it, it costs the network nothing
if (navigator.serviceWorker?.controller) addEventListener("load", () => setTimeout(waits, 300));
addEventListener("load", () => setTimeout(async () => {
  const { flush, keep } = await outbox();
  await flush();
  await keep();
  await fetchAway();
  waits();
}, 6000));

// notices on the lock screen: asked for within the tap itself, or the browser does not ask
document.addEventListener("click", async (e) => {
  const button = e.target.closest?.(".pd-ring-here, .pd-ring-end");
  if (!button) return;
  const push = await import("/static/push.js");
  const said = document.querySelector(".pd-ring-said");
  if (button.matches(".pd-ring-end")) { push.end(); return; }
  if (said) said.textContent = "One moment …";
  const why = await push.begin();
  if (said) said.textContent = why;
  if (!why && window.emitEvent) emitEvent("rings_here");
});

// a passkey for this device: asked for within the tap itself, as above
document.addEventListener("click", async (e) => {
  const card = e.target.closest?.(".pd-passkey-add")?.closest(".pd-passkeys");
  if (!card) return;
  const typed = (name) => card.querySelector(`${name} input`)?.value || "", said = card.querySelector(".pd-passkey-said");
  const name = typed(".pd-passkey-name");
  if (!name) { said.textContent = "Give it a name first."; return; }
  said.textContent = "One moment …";
  said.textContent = await (await import("/static/passkey.js")).add(name, typed(".pd-passkey-proof"));
  if (!said.textContent && window.emitEvent) emitEvent("passkey_made");
});

// a passkey in place of the password: it signs in anew, and the page comes back
document.addEventListener("click", async (e) => {
  const said = e.target.closest?.(".pd-passkey-again")?.parentElement.querySelector(".pd-passkey-said");
  if (!said) return;
  said.textContent = "One moment …";
  said.textContent = await (await import("/static/passkey.js")).enter(location.pathname + location.search);
});

// files for the import: dropped on its door, or left by the share sheet; they go the way of files that were chosen
const hand = (files) => {
  const input = document.querySelector(".pd-files input[type=file]"), given = new DataTransfer();
  if (!input || !files.length) return;
  for (const file of files) given.items.add(file);
  input.files = given.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
};
for (const kind of ["dragover", "dragleave", "drop"]) document.addEventListener(kind, (e) => {
  const door = e.target.closest?.(".pd-drop");
  document.querySelectorAll(".pd-drop").forEach((one) => one.classList.toggle("over", one === door && kind === "dragover"));
  if (!door) return;
  e.preventDefault();
  if (kind === "drop") hand([...e.dataTransfer.files]);
});
// only an installed app is in a share sheet: what comes from nowhere into a tab was sent by some other page
const installed = matchMedia("(display-mode: standalone), (display-mode: minimal-ui), (display-mode: fullscreen)").matches;
const taken = (kept) => kept && (kept.headers.get("X-From") === "own" || installed);
if (location.pathname === "/import" && location.search === "?shared") {
  const wait = new MutationObserver(async () => {
    if (!window.socket?.connected || !document.querySelector(".pd-files input[type=file]")) return;
    wait.disconnect();
    history.replaceState(history.state, "", "/import");
    const files = [];
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const key of (await cache.keys()).filter((one) => new URL(one.url).pathname.startsWith("/import/shared/"))) {
        const kept = await cache.match(key);
        if (taken(kept)) files.push(new File([await kept.blob()], decodeURIComponent(kept.headers.get("X-Name"))));
        await cache.delete(key);
      }
    }
    hand(files);
  });
  wait.observe(document, { childList: true, subtree: true, attributes: true });
}
// a page from the share sheet: looked over in the sheet for a new contact
if (location.pathname === "/contacts" && location.search === "?shared") {
  const wait = new MutationObserver(async () => {
    if (!window.socket?.connected || !window.emitEvent || !document.querySelector(".pd-main h1, .pd-main .pd-h1")) return;
    wait.disconnect();
    history.replaceState(history.state, "", "/contacts");
    const kept = await caches.match("/shared/text");
    if (taken(kept)) emitEvent("add_shared", await kept.text());
    for (const name of await caches.keys()) await (await caches.open(name)).delete("/shared/text");
  });
  wait.observe(document, { childList: true, subtree: true, attributes: true });
}

// a photo of a card's code: made small here, the camera's full size is of no use to anybody
document.addEventListener("change", async (e) => {
  const input = e.target, file = input.files?.[0];
  if (!input.closest?.(".pd-photo") || !file || file.size < 1200000 || input.dataset.small) return;
  e.stopImmediatePropagation();
  input.dataset.small = "yes";
  try {
    const picture = await createImageBitmap(file), part = Math.min(1, 2000 / Math.max(picture.width, picture.height));
    const canvas = Object.assign(document.createElement("canvas"), { width: Math.round(picture.width * part), height: Math.round(picture.height * part) });
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const small = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85)), given = new DataTransfer();
    given.items.add(new File([small], "photo.jpg", { type: "image/jpeg" }));
    input.files = given.files;
  } catch { /* sent as it is: the server says whether it can read it */ }
  input.dispatchEvent(new Event("change", { bubbles: true }));
  delete input.dataset.small;
}, true);
