// The page for a dead spot: log a touch or add somebody; it goes out by itself when the line is back.
import { drop, flush, hear, insist, mine, people, put, shut, waiting } from "./outbox.js";

const KINDS = [
  ["Call: reached", "CALL", "REACHED"], ["Call: voicemail", "CALL", "VOICEMAIL"], ["Call: no answer", "CALL", "NO_ANSWER"],
  ["E-mail sent", "EMAIL", "SENT"], ["LinkedIn sent", "LINKEDIN", "SENT"], ["Meeting held", "MEETING", "HELD"],
];
const KEPT = "Saved. It will sync when you’re online.", LOCKED = "Connect and sign in first: this phone keeps nothing for you now.";
const $ = (id) => document.getElementById(id);
const make = (tag, text, classes = "") => Object.assign(document.createElement(tag), { textContent: text, className: classes });

function row(person) {
  const item = document.createElement("li");
  const open = make("button", "", "who");
  open.append(make("b", person.name), make("span", person.under || ""));
  open.setAttribute("aria-expanded", "false");
  item.append(open);
  open.onclick = () => {
    const shown = item.querySelector(".kinds");
    document.querySelectorAll(".kinds").forEach((one) => { one.previousSibling.setAttribute("aria-expanded", "false"); one.remove(); });
    if (shown) return;
    open.setAttribute("aria-expanded", "true");
    const kinds = make("div", "", "kinds");
    KINDS.forEach(([words, type, outcome]) => {
      const button = make("button", words);
      button.onclick = async () => {
        kinds.remove();
        open.setAttribute("aria-expanded", "false");
        const kept = await put("/api/activities", { type, outcome, contact_id: person.id, happened_at: new Date().toISOString() }, `${words} · ${person.name}`);
        say(kept ? KEPT : LOCKED);
        send();
      };
      kinds.append(button);
    });
    item.append(kinds);
  };
  return item;
}

async function list() {
  const wanted = $("find").value.trim().toLowerCase();
  const rows = (await people()).sort((a, b) => a.rank - b.rank).filter((one) => one.name.toLowerCase().includes(wanted));
  $("people").replaceChildren(...rows.map(row));
  $("nobody").hidden = rows.length > 0;
  $("locked").hidden = Boolean(await mine());
}

async function queue() {
  const deeds = await waiting(), others = await shut();
  $("count").textContent = deeds.length ? `${deeds.length} waiting` : others ? `${others} sealed` : "Nothing waits";
  $("sealed").hidden = !others;
  $("waiting").replaceChildren(...deeds.map((deed) => {
    const item = document.createElement("li");
    const text = make("div", "", "deed");
    text.append(make("b", deed.words), make("span", deed.no || new Date(deed.at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" }), deed.no ? "no" : ""));
    item.append(text);
    if (deed.twin) {
      const both = make("button", "Keep both");
      both.onclick = () => insist(deed.key).then(send);
      item.append(both);
    }
    const away = make("button", "Remove");
    away.onclick = () => drop(deed.key);
    item.append(away);
    return item;
  }));
}

const say = (words) => { $("said").textContent = words; };

async function send() {
  const how = await flush();
  const left = (await waiting()).length, away = how === "offline" || !navigator.onLine;
  $("sign-in").hidden = how !== "signed-out";
  $("back").hidden = away;
  $("title").textContent = away ? "No connection" : left ? "Back online" : "Everything is sent";
}

$("add").onsubmit = async (event) => {
  event.preventDefault();
  const body = Object.fromEntries([...new FormData(event.target)].map(([name, value]) => [name, value.trim()]).filter(([, value]) => value));
  if (!body.name) return;
  const kept = await put("/api/contacts", body, `New contact · ${body.name}`);
  if (kept) event.target.reset();
  say(kept ? KEPT : LOCKED);
  send();
};
$("find").oninput = list;
addEventListener("outbox", () => Promise.all([list(), queue()]));
addEventListener("online", send);
addEventListener("offline", send);
setInterval(send, 15000);
// nobody is shown before the server was asked who is signed in, where it answers
await hear(3);
await Promise.all([list(), queue()]);
send();
