// Passkeys: signing in with one (also from the browser's own list under the e-mail field), and making one in Settings.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const known = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));
const BROKEN = "This did not work. Please try again.";

// a person who closes the browser's question has said enough
const why = (error) => ({
  NotAllowedError: "", AbortError: "",
  InvalidStateError: "This device has a passkey for you already.",
  SecurityError: "Passkeys work only at the address that this Pipedriven is set up for.",
})[error.name] ?? BROKEN;

async function ask(path, method, body) {
  const answer = await fetch(path, { method, headers: body && { "Content-Type": "application/json" }, body: body && JSON.stringify(body) });
  const told = await answer.json().catch(() => ({}));
  return answer.ok ? told : Promise.reject(Object.assign(new Error(told.detail || BROKEN), { said: told.detail || BROKEN }));
}

function answered(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"])
    if (credential.response[name]) response[name] = text(credential.response[name]);
  return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response };
}

// an empty sentence once the browser goes on to `next`, else why it does not
export async function enter(next, { quiet = false, signal } = {}) {
  let chosen = false;
  try {
    const publicKey = await ask("/login/passkey", "GET");
    publicKey.challenge = bytes(publicKey.challenge);
    publicKey.allowCredentials = known(publicKey.allowCredentials);
    const credential = await navigator.credentials.get({ publicKey, signal, ...(quiet && { mediation: "conditional" }) });
    chosen = true;
    const { to } = await ask("/login/passkey", "POST", { credential: answered(credential), next });
    location.assign(to);
    return "";
  } catch (error) {
    // of what nobody asked for, nobody is told
    return quiet && !chosen ? "" : error.said ?? why(error);
  }
}

// an empty sentence once it is kept, else why it is not
export async function add(name, password) {
  if (!window.PublicKeyCredential) return "This browser knows no passkeys.";
  try {
    const { public_key: publicKey, ticket } = await ask("/api/me/passkeys/begin", "POST", password ? { password } : {});
    publicKey.challenge = bytes(publicKey.challenge);
    publicKey.user.id = bytes(publicKey.user.id);
    publicKey.excludeCredentials = known(publicKey.excludeCredentials);
    const credential = await navigator.credentials.create({ publicKey });
    await ask("/api/me/passkeys", "POST", { name, ticket, credential: answered(credential) });
    return "";
  } catch (error) {
    return error.said ?? (why(error) || "No passkey was made.");
  }
}

// on a page that signs in: the button is shown where the browser can, and the list under the field is filled
const door = document.querySelector("[data-passkey]");
if (door && window.PublicKeyCredential) {
  const next = door.dataset.passkey, button = door.querySelector("button"), said = door.querySelector("[role=status]");
  let listening = new AbortController();
  const listen = async () => {
    if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
    listening = new AbortController();
    // asked anew before its question is too old
    const renew = setTimeout(() => { listening.abort(); listen(); }, 240000);
    const sentence = await enter(next, { quiet: true, signal: listening.signal });
    clearTimeout(renew);
    if (sentence) said.textContent = sentence;
  };
  door.hidden = false;
  button.addEventListener("click", async () => {
    listening.abort();
    said.textContent = "";
    said.textContent = await enter(next);
  });
  listen();
}

// on the page that asks for a second step: a passkey of this device is one
const first = document.querySelector("[data-passkey-new]");
if (first && window.PublicKeyCredential) {
  const said = first.querySelector("[role=status]");
  first.hidden = false;
  first.querySelector("button").addEventListener("click", async () => {
    said.textContent = await add("My first passkey");
    if (!said.textContent) location.assign("/");
  });
}
