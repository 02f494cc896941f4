// One client that others use, against one address: client.js SDK ERA WAY, with SDK v1 or v2, ERA
// legacy, auto or modern, and WAY an http URL (of HTTP+SSE where it ends so) or the words of a command. Prints what it saw, as
// one JSON object; exits 1 when it saw something else than it should.
import assert from "node:assert/strict";

const [major, era, ...way] = process.argv.slice(2);
const asked = [];
const capabilities = { elicitation: {} };
const person = { username: "Ada", email: "ada@example.org" };
const seen = { major, era };

async function load() {
  if (major === "v2") {
    const main = await import("@modelcontextprotocol/client");
    const { StdioClientTransport } = await import("@modelcontextprotocol/client/stdio");
    const mode = era === "modern" ? { pin: "2026-07-28" } : era;
    return { ...main, StdioClientTransport, options: { versionNegotiation: { mode } } };
  }
  const sdk = "@modelcontextprotocol/sdk";
  const { Client } = await import(`${sdk}/client/index.js`);
  const { StdioClientTransport } = await import(`${sdk}/client/stdio.js`);
  const { StreamableHTTPClientTransport } = await import(`${sdk}/client/streamableHttp.js`);
  const { SSEClientTransport } = await import(`${sdk}/client/sse.js`);
  const types = await import(`${sdk}/types.js`);
  const transports = { StdioClientTransport, StreamableHTTPClientTransport, SSEClientTransport };
  return { Client, ...transports, types, options: {} };
}

const sdk = await load();

function on(client, kind, method, schema, then) {
  client[`set${kind}Handler`](sdk.types ? sdk.types[schema] : method, then);
}

/** Resolves with the first message of that method. */
const first = (client, method, schema) =>
  new Promise((done, late) => {
    const timer = setTimeout(() => late(new Error(`no ${method} in time`)), 10_000);
    on(client, "Notification", method, schema, (note) => {
      clearTimeout(timer);
      done(note);
    });
  });

function transport() {
  if (way[0].endsWith("/sse")) return new sdk.SSEClientTransport(new URL(way[0]));
  if (way[0].startsWith("http")) return new sdk.StreamableHTTPClientTransport(new URL(way[0]));
  return new sdk.StdioClientTransport({ command: way[0], args: way.slice(1), stderr: "inherit" });
}

const text = (result) => result.content[0].text;
const call = (client, name, values = {}, options = undefined) => {
  const params = { name, arguments: values };
  return sdk.types ? client.callTool(params, undefined, options) : client.callTool(params, options);
};

async function run() {
  const client = new sdk.Client({ name: "clients", version: "1" }, { capabilities, ...sdk.options });
  on(client, "Request", "elicitation/create", "ElicitRequestSchema", (request) => {
    asked.push(request.params.message);
    return { action: "accept", content: person };
  });
  const listLonger = first(client, "notifications/tools/list_changed", "ToolListChangedNotificationSchema");
  const updated = first(client, "notifications/resources/updated", "ResourceUpdatedNotificationSchema");
  await client.connect(transport());
  const modern = client.getProtocolEra?.() === "modern";
  seen.spoke = modern ? "modern" : "legacy";
  assert.equal(seen.spoke, era === "legacy" ? "legacy" : "modern");

  const { tools } = await client.listTools();
  seen.tools = tools.length;
  assert.ok(tools.some((tool) => tool.name === "test_simple_text"));
  assert.equal(text(await call(client, "test_simple_text")), "This is a simple text response for testing.");

  const steps = [];
  await call(client, "test_tool_with_progress", {}, { onprogress: (x) => steps.push(x.progress) });
  // Both SDKs lose a step that is read together with the answer, with any server.
  const sure = way[0].startsWith("http") && !way[0].endsWith("/sse") ? 3 : 2;
  assert.deepEqual(steps.slice(0, sure), [0, 50, 100].slice(0, sure));
  assert.match(text(await call(client, "test_x_mcp_header", { region: "zürich" })), /zürich/);

  const answer = text(await call(client, "test_elicitation", { message: "Who?" }));
  assert.match(answer, /action=accept.*Ada/);
  assert.deepEqual(asked, ["Who?"]);

  const stop = new AbortController();
  setTimeout(() => stop.abort("enough"), 20);
  await assert.rejects(call(client, "test_tool_with_progress", {}, { signal: stop.signal }));

  const watched = "test://watched-resource";
  const ear = modern && (await client.listen({ toolsListChanged: true, resourceSubscriptions: [watched] }));
  if (!ear) await client.subscribeResource({ uri: watched });
  if (!ear) await new Promise((done) => setTimeout(done, 300)); // Its stream opens behind our back.
  await call(client, "test_trigger_resource_change");
  assert.equal((await updated).params.uri, watched);
  await call(client, "test_trigger_tool_change");
  await listLonger;
  await ear?.close?.();
  await client.close();
}

const timer = setTimeout(() => {
  console.error("not done within 45 s");
  process.exit(1);
}, 45_000);
await run();
clearTimeout(timer);
console.log(JSON.stringify(seen));
