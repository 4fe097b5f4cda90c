// What was done without a connection: kept on this phone, sent when the line is back, each deed once.
// A deed carries a random key that the server knows it by: sent three times, it is done once.
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

const told = () => dispatchEvent(new Event("outbox"));
export const people = () => turn("people", "readonly", (store) => store.getAll());
export const waiting = async () => (await turn("waiting", "readonly", (store) => store.getAll())).sort((a, b) => a.at - b.at);
const me = async () => (await turn("me", "readonly", (store) => store.getAll()))[0];

export async function put(path, body, words) {
  const mine = await me();
  const deed = { key: crypto.randomUUID(), path, body, words, at: Date.now(), who: mine?.id, no: "" };
  await turn("waiting", "readwrite", (store) => store.put(deed));
  told();
  return deed;
}

export async function drop(key) {
  await turn("waiting", "readwrite", (store) => store.delete(key));
  told();
}

// the same deed under a new key: the person has read the objection and means it
export async function insist(key) {
  const deed = (await waiting()).find((one) => one.key === key);
  if (!deed) return;
  await turn("waiting", "readwrite", (store) => {
    store.delete(key);
    return store.put({ ...deed, key: crypto.randomUUID(), path: deed.path + "?force=true", no: "", twin: false });
  });
  told();
}

// whom to call is at hand in a dead spot too
export async function keep() {
  const session = await fetch("/api/auth/session");
  if (!session.ok) return;
  const { user } = await session.json();
  const found = await Promise.all(["/api/contacts/suggested?limit=20", "/api/contacts?sort=-warmness&limit=100"].map((path) => fetch(path).then((answer) => answer.ok ? answer.json() : { items: [] })));
  const rows = new Map();
  found[0].items.forEach((one) => rows.set(one.id, { id: one.id, name: one.name, under: one.reason, phone: one.phone, rank: rows.size }));
  found[1].items.forEach((one) => rows.has(one.id) || rows.set(one.id, { id: one.id, name: one.name, under: one.organisation || "", phone: one.phone, rank: rows.size }));
  await turn("me", "readwrite", (store) => { store.clear(); return store.put({ id: user.id, name: user.name }); });
  await turn("people", "readwrite", (store) => { store.clear(); rows.forEach((row) => store.put(row)); });
}

// "sent", "signed-out" or "offline"; what the server refuses stays, with its sentence
export async function flush() {
  const send = async () => {
    const deeds = (await waiting()).filter((deed) => !deed.no);
    if (!deeds.length) return "sent";
    let session;
    try { session = await fetch("/api/auth/session"); } catch { return "offline"; }
    if (session.status === 401) return "signed-out";
    if (!session.ok) return "offline";
    const { user } = await session.json();
    for (const deed of deeds) {
      if (deed.who && deed.who !== user.id) continue;
      let answer;
      try {
        answer = await fetch(deed.path, { method: "POST", headers: { "Content-Type": "application/json", "Idempotency-Key": deed.key }, body: JSON.stringify(deed.body) });
      } catch { return "offline"; }
      if (answer.ok) { await drop(deed.key); continue; }
      if (answer.status === 401) return "signed-out";
      if (answer.status >= 500 || answer.status === 429) return "offline";
      const said = await answer.json().catch(() => ({}));
      await turn("waiting", "readwrite", (store) => store.put({ ...deed, no: said.detail || "This was refused.", twin: answer.status === 409 }));
      told();
    }
    return "sent";
  };
  return navigator.locks ? navigator.locks.request("pipedriven-outbox", send) : send();
}
