// Without a line an open page goes on: what is logged, planned, noted, put to sleep or added is kept on this phone, is seen
// to wait where it belongs, can be taken back, and goes out once when the line is back.
import { drop, flush, insist, mine, put, waiting } from "./outbox.js";

const KEPT = "Saved. It will sync when you’re online.", LOCKED = "No connection, and this phone keeps nothing for you now. Try again when you’re online.";
const ANSWERS = [
  ["Call: reached", "CALL", "REACHED"], ["Call: no answer", "CALL", "NO_ANSWER"], ["Call: voicemail", "CALL", "VOICEMAIL"],
  ["E-mail sent", "EMAIL", "SENT"], ["LinkedIn sent", "LINKEDIN", "SENT"], ["Meeting held", "MEETING", "HELD"],
];
const DAYS = [["Tomorrow", 1], ["In 3 days", 3], ["In a week", 7]], SLEEPS = [["Until tomorrow", 1], ["A week", 7], ["A month", 30]];
const make = (tag, kind = "", text = "", more = {}) => Object.assign(document.createElement(tag), { className: kind, textContent: text }, more);
const morning = (days) => { const at = new Date(); at.setDate(at.getDate() + days); at.setHours(9, 0, 0, 0); return at.toISOString(); };

function sheet(title, hint) {
  const box = make("dialog", "pd-away pd-sheet");
  box.setAttribute("aria-label", title);
  box.append(make("div", "pd-muted pd-small", hint), make("h2", "pd-head-name", title));
  box.addEventListener("click", (e) => e.target === box && box.close());
  const escape = (e) => e.key === "Escape" && box.close();
  addEventListener("keydown", escape);
  box.addEventListener("close", () => { removeEventListener("keydown", escape); box.remove(); });
  document.body.append(box);
  return box;
}

function chips(box, heading, options, on) {
  box.append(make("h3", "pd-h2", heading));
  const row = make("div", "pd-away-chips");
  options.forEach(([word, ...more]) => row.append(make("button", "pd-away-chip", word, { type: "button", onclick: () => on(word, ...more) })));
  box.append(row);
}

// with somebody: log, plan, note, put to sleep
export function withContact(id, name) {
  const box = sheet(name, "No connection: what you tap is kept on this phone.");
  const note = make("textarea", "pd-away-field", "", { rows: 2, placeholder: "Note", ariaLabel: "Note", maxLength: 5000 });
  const keep = async (path, body, words) => { if (await kept(path, body, `${words} · ${name}`)) box.close(); };
  const touch = (more) => ({ contact_id: id, ...(note.value.trim() ? { note: note.value.trim() } : {}), ...more });
  box.append(note);
  chips(box, "How did it go?", ANSWERS, (word, type, outcome) => keep("/api/activities", touch({ type, outcome, happened_at: new Date().toISOString() }), word));
  chips(box, "Follow up", DAYS, (word, days) => keep("/api/activities", touch({ type: "CALL", due_date: morning(days), done: false }), `Follow-up: ${word.toLowerCase()}`));
  chips(box, "Snooze", SLEEPS, (word, days) => keep(`/api/contacts/${id}/snooze`, { days }, `Snooze: ${word.toLowerCase()}`));
  box.showModal();
}

export function addSomebody() {
  const box = sheet("Add a contact", "No connection: it is kept on this phone.");
  const form = make("form", "pd-stack", "", { onsubmit: save });
  const field = (label, more) => make("input", "pd-away-field", "", { placeholder: label, ariaLabel: label, ...more });
  const name = field("Name", { required: true, maxLength: 200, autocomplete: "off" });
  const phone = field("Phone", { type: "tel", autocomplete: "off" }), email = field("E-mail", { type: "email", autocomplete: "off" });
  form.append(name, phone, email, make("button", "pd-away-main", "Save", { type: "submit" }));
  async function save(e) {
    e.preventDefault();
    const body = Object.fromEntries(Object.entries({ name: name.value.trim(), phone: phone.value.trim(), email: email.value.trim() }).filter(([, said]) => said));
    if (body.name && await kept("/api/contacts", body, `New contact · ${body.name}`)) box.close();
  }
  box.append(form);
  box.showModal();
}

// what waits on this phone, each with a way to take it back
export async function whatWaits(away) {
  const box = sheet(away ? "No connection" : "Waiting to sync", away ? "Log, add, plan and snooze as usual: it goes out when you’re online." : "");
  const list = make("ul", "pd-away-list");
  async function draw() {
    const deeds = await waiting();
    list.replaceChildren(...deeds.map((deed) => {
      const item = make("li"), text = make("span", "pd-grow", deed.words);
      if (deed.no) text.append(make("span", "pd-bad pd-small", ` ${deed.no}`));
      item.append(text);
      if (deed.twin) item.append(make("button", "pd-away-chip", "Keep both", { type: "button", onclick: () => insist(deed.key).then(flush).then(draw) }));
      item.append(make("button", "pd-away-chip", "Remove", { type: "button", ariaLabel: `Remove: ${deed.words}`, onclick: () => drop(deed.key).then(draw) }));
      return item;
    }));
    if (!deeds.length) list.append(make("li", "pd-muted", "Nothing waits."));
  }
  await draw();
  box.append(list, make("a", "pd-away-chip", "Everybody on this phone", { href: "/static/offline.html" }));
  box.showModal();
}

async function kept(path, body, words) {
  const key = await put(path, body, words);
  say(key ? KEPT : LOCKED, key);
  if (key) flush();
  return key;
}

export function say(words, key) {
  document.querySelector(".pd-away-said")?.remove();
  const line = make("div", "pd-toasts pd-away-said"), toast = make("div", "pd-toast", words);
  line.setAttribute("role", "status");
  if (key) toast.append(make("button", "pd-away-undo", "Undo", { type: "button", onclick: () => { drop(key); line.remove(); } }));
  line.append(toast);
  document.body.append(line);
  setTimeout(() => line.remove(), 8000);
}

// the rows of those for whom something waits say so
export async function mark() {
  const ids = new Set((await mine() ? await waiting() : []).map((deed) => deed.body.contact_id || deed.path.split("/")[3]));
  for (const link of document.querySelectorAll('#app a[href^="/contacts/"]')) {
    link.closest(".pd-row, .pd-touch")?.toggleAttribute("data-waits", ids.has(link.getAttribute("href").split("/")[2]));
  }
}
