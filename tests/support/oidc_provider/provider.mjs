// A certified OpenID provider on the loopback: `node provider.mjs PORT CLIENT PEOPLE`, the last two as JSON.
import Provider from "oidc-provider";

const [port, client, people] = [process.argv[2], JSON.parse(process.argv[3]), JSON.parse(process.argv[4])];
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [client],
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"], groups: ["groups"] },
  scopes: ["openid", "email", "profile", "groups"],
  conformIdTokenClaims: false,
  features: { backchannelLogout: { enabled: true }, devInteractions: { enabled: true } },
  // by itself it calls no address of its own machine, which is where the product of the tests is
  fetch: (url, { dispatcher, ...options }) => globalThis.fetch(url, options),
  cookies: { keys: ["only for tests"] },
  findAccount: async (_, id) => ({ accountId: id, claims: async () => ({ sub: id, ...people[id] }) }),
});
for (const told of ["backchannel.success", "backchannel.error"])
  provider.on(told, (_, error) => console.log(told, error?.message ?? ""));
provider.on("server_error", (_, error) => console.log("server_error", error.stack));
provider.listen(port, "127.0.0.1", () => console.log("listening"));
