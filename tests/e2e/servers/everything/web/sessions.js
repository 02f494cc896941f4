import { randomUUID } from "node:crypto";

/** What a stream has sent, for a client that comes back for the rest. */
class Replay {
  events = [];

  async storeEvent(stream, message) {
    return String(this.events.push({ stream, message }));
  }

  async getStreamIdForEventId(id) {
    return this.events[Number(id) - 1]?.stream;
  }

  async replayEventsAfter(id, { send }) {
    const stream = await this.getStreamIdForEventId(id);
    for (const [index, event] of this.events.entries())
      if (index >= Number(id) && event.stream === stream)
        await send(String(index + 1), event.message);
    return stream;
  }
}

const refuse = (status, message) =>
  Response.json({ jsonrpc: "2.0", error: { code: -32600, message } }, { status });

/** The legacy era over HTTP: one server and one transport for each session. */
export class Sessions {
  transports = new Map();

  constructor(Transport, makeServer) {
    this.Transport = Transport;
    this.makeServer = makeServer;
  }

  async answer(request) {
    const id = request.headers.get("mcp-session-id");
    if (id !== null) {
      const known = this.transports.get(id);
      return known ? known.handleRequest(request) : refuse(404, "no such session");
    }
    const body = await request.clone().json().catch(() => undefined);
    if (body?.method !== "initialize") return refuse(400, "Mcp-Session-Id is missing");
    return (await this.open()).handleRequest(request);
  }

  async open() {
    const transport = new this.Transport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void this.transports.set(id, transport),
      onsessionclosed: (id) => void this.transports.delete(id),
      eventStore: new Replay(),
      retryInterval: 200,
    });
    await this.makeServer().connect(transport);
    return transport;
  }
}

const loopback = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** @returns true if a page of another origin, or one behind another name, sends this */
export function isForeign(request) {
  const origin = request.headers.get("origin");
  const names = [`http://${request.headers.get("host")}`, ...(origin ? [origin] : [])];
  return names.some((name) => !URL.canParse(name) || !loopback.has(new URL(name).hostname));
}

export const refuseForeign = () => refuse(403, "not from here");
