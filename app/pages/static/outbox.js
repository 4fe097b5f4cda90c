// What this phone keeps for the person who is signed in on it: whom to call, and what was done without a connection.
// All of it is one person's. What waits and what is half written lies here sealed, with a key that the server gives to
// that person alone and that no script can read; the key and everybody's names go as soon as the phone hears that the
// session ended, has not heard from the server for a day, or somebody else signs in.
// A deed carries a random key that the server knows it by: sent three times, it is done once.
const HOUR = 3600000, MONTH = 30 * 24 * HOUR;

const open = () => new Promise((done, no) => {
  const wish = indexedDB.open("pipedriven", 1);
  wish.onupgradeneeded = () => {
    wish.result.createObjectStore("people", { keyPath: "id" });
    wish.result.createObjectStore("waiting", { keyPath: "key" });
    wish.result.createObjectStore("me", { keyPath: "id" });
  };
  wish.onsuccess = () => done(wish.result);
  wish.onerror = () => no(wish.error);
});

async function turn(store, mode, work) {
  const db = await open();
  try {
    return await new Promise((done, no) => {
      const transaction = db.transaction(store, mode);
      const request = work(transaction.objectStore(store));
      transaction.oncomplete = () => done(request?.result);
      transaction.onerror = transaction.onabort = () => no(transaction.error);
    });
  } finally {
    db.close();
  }
}

const told = () => globalThis.dispatchEvent?.(new Event("outbox"));
const all = (store) => turn(store, "readonly", (one) => one.getAll());

// ----- whose phone it is: { id, key, hours, heard }
const lapsed = (kept) => Date.now() - kept.heard > kept.hours * HOUR || kept.heard - Date.now() > HOUR;

// the person whose things may be shown here now, if there is one
export async function mine() {
  const [kept] = await all("me");
  if (kept?.key && !lapsed(kept)) return kept;
  if (kept) await forget();
  return undefined;
}

// the server has just said who is signed in here; where the browser cannot seal (http without TLS), nothing is kept
export async function own(id) {
  let kept = await mine();
  if (kept && kept.id !== id) { await forget(); kept = undefined; }
  kept = kept ? { ...kept, heard: Date.now() } : await fresh(id);
  await turn("me", "readwrite", (store) => { store.clear(); return kept && store.put(kept); });
  if (kept) await sealOld(kept);
  return kept;
}

async function fresh(id) {
  if (!globalThis.crypto?.subtle) return undefined;
  const answer = await fetch("/api/me/phone-key");
  if (!answer.ok) return undefined;
  const { user_id, key, hours } = await answer.json();
  if (user_id !== id) return undefined;
  const raw = Uint8Array.from(atob(key), (c) => c.charCodeAt(0));
  return { id, hours, heard: Date.now(), key: await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]) };
}

// what waits and what is half written stays, sealed
export async function forget() {
  await turn("people", "readwrite", (store) => store.clear());
  await turn("me", "readwrite", (store) => store.clear());
  for (const name of await globalThis.caches?.keys() ?? []) {
    const cache = await caches.open(name);
    for (const key of await cache.keys()) if (/^\/(shared|import\/shared)\//.test(new URL(key.url).pathname)) await cache.delete(key);
  }
  const worker = await globalThis.navigator?.serviceWorker?.getRegistration?.().catch(() => undefined);
  for (const one of await worker?.getNotifications?.().catch(() => []) ?? []) one.close();
  told();
}

// "in" with the person's id, "signed-out" or "offline"
export async function hear(seconds = 20) {
  let answer;
  try { answer = await fetch("/api/auth/session", { signal: AbortSignal.timeout(seconds * 1000) }); } catch { return { how: "offline" }; }
  if (answer.status === 401) { await forget(); return { how: "signed-out" }; }
  if (!answer.ok) return { how: "offline" };
  const { user } = await answer.json();
  await own(user.id);
  return { how: "in", id: user.id };
}

// ----- sealing
async function seal(kept, said) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const box = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, kept.key, new TextEncoder().encode(JSON.stringify(said)));
  return { iv, box: new Uint8Array(box) };
}

async function unseal(kept, { iv, box }) {
  try {
    return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, kept.key, box)));
  } catch { return undefined; }
}

async function sealed(kept, { key, at, who, ...said }) {
  return { key, at, who: kept.id, ...await seal(kept, said) };
}

// what an earlier release kept in clear: one's own is sealed, everybody else's goes, as does what nobody came back for
async function sealOld(kept) {
  for (const row of await all("waiting")) {
    const own = !row.box && (!row.who || row.who === kept.id), next = own && await sealed(kept, row);
    if (own || !row.box || Date.now() - row.at > MONTH) {
      await turn("waiting", "readwrite", (store) => next ? store.put(next) : store.delete(row.key));
    }
  }
  for (const key of Object.keys(globalThis.localStorage ?? {})) if (/^pd-draft:(?![0-9a-f-]{36}$)/.test(key)) localStorage.removeItem(key);
}

// ----- people and deeds
export const people = async () => await mine() ? all("people") : [];

// one's own, opened, the oldest first
export async function waiting() {
  const kept = await mine();
  if (!kept) return [];
  const rows = (await all("waiting")).filter((row) => row.box && row.who === kept.id);
  const opened = await Promise.all(rows.map(async ({ key, at, who, ...row }) => ({ key, at, who, ...await unseal(kept, row) })));
  return opened.filter((deed) => deed.path).sort((a, b) => a.at - b.at);
}

// how many lie here for somebody who is not signed in
export const shut = async () => (await all("waiting")).length - (await waiting()).length;

async function store(deed) {
  const kept = await mine();
  if (!kept) return false;
  const row = await sealed(kept, deed);
  await turn("waiting", "readwrite", (store) => store.put(row));
  told();
  return true;
}

// the key under which it is kept, false where it is not
export async function put(path, body, words) {
  const key = crypto.randomUUID();
  return await store({ key, path, body, words, at: Date.now(), no: "" }) && key;
}

export async function drop(key) {
  await turn("waiting", "readwrite", (store) => store.delete(key));
  told();
}

// the same deed under a new key: the person has read the objection and means it
export async function insist(key) {
  const deed = (await waiting()).find((one) => one.key === key);
  if (!deed) return;
  await store({ ...deed, key: crypto.randomUUID(), path: deed.path + "?force=true", no: "", twin: false });
  await drop(key);
}

// whom to call is at hand in a dead spot too
export async function keep() {
  const { id } = await hear();
  if (!id || !await mine()) return;
  const found = await Promise.all(["/api/contacts/suggested?limit=20", "/api/contacts?sort=-warmness&limit=100"].map((path) => fetch(path).then((answer) => answer.ok ? answer.json() : { items: [] })));
  const rows = new Map();
  found[0].items.forEach((one) => rows.set(one.id, { id: one.id, name: one.name, under: one.reason, phone: one.phone, rank: rows.size }));
  found[1].items.forEach((one) => rows.has(one.id) || rows.set(one.id, { id: one.id, name: one.name, under: one.organisation || "", phone: one.phone, rank: rows.size }));
  if ((await mine())?.id !== id) return;
  await turn("people", "readwrite", (store) => { store.clear(); rows.forEach((row) => store.put(row)); });
}

// "sent", "signed-out" or "offline"; what the server refuses stays, with its sentence
export async function flush() {
  const send = async () => {
    const { how, id } = await hear();
    if (how !== "in") return how;
    for (const deed of (await waiting()).filter((one) => !one.no)) {
      let answer;
      try {
        answer = await fetch(deed.path, { method: "POST", headers: { "Content-Type": "application/json", "Idempotency-Key": deed.key, "X-Meant-For": id }, body: JSON.stringify(deed.body) });
      } catch { return "offline"; }
      if (answer.ok) { await drop(deed.key); continue; }
      if (answer.status === 401) { await forget(); return "signed-out"; }
      if (answer.status >= 500 || answer.status === 429) return "offline";
      if (answer.status === 403 && (await hear()).id !== id) return "signed-out";
      const said = await answer.json().catch(() => ({}));
      if (deed.who === id) await store({ ...deed, no: said.detail || "This was refused.", twin: answer.status === 409 });
    }
    return "sent";
  };
  return navigator.locks ? navigator.locks.request("pipedriven-outbox", send) : send();
}

// ----- what is half written: { sheet: { at, said } } (drafts.js), sealed as one
const place = (kept) => `pd-draft:${kept.id}`, text = (bytes) => btoa(String.fromCharCode(...bytes));
const bytes = (said) => Uint8Array.from(atob(said), (c) => c.charCodeAt(0));

export async function readDrafts(kept) {
  try {
    const { iv, box } = JSON.parse(localStorage.getItem(place(kept)));
    const held = await unseal(kept, { iv: bytes(iv), box: bytes(box) }) ?? {};
    return Object.fromEntries(Object.entries(held).filter(([, draft]) => draft.at > Date.now() - 24 * HOUR));
  } catch { return {}; }
}

export async function keepDrafts(kept, held) {
  try {
    if (!Object.keys(held).length) { localStorage.removeItem(place(kept)); return; }
    const { iv, box } = await seal(kept, held);
    localStorage.setItem(place(kept), JSON.stringify({ iv: text(iv), box: text(box) }));
  } catch { /* a full or closed storage keeps nothing */ }
}
