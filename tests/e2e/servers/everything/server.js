// The server on the SDK that knows both eras. A tool that asks is run again for each answer: the
// SDK turns that into a retry of the client's, or, for a legacy client, into requests of ours.
import { randomBytes } from "node:crypto";
import {
  CLIENT_CAPABILITIES_META_KEY,
  Server,
  createRequestStateCodec,
  inputRequired,
} from "@modelcontextprotocol/server";
import * as content from "./content/index.js";
import { Unanswered, isAnswer } from "./content/questions.js";

const states = createRequestStateCodec({ key: randomBytes(32) });

class Talk {
  constructor(server, context, announce) {
    this.server = server;
    this.context = context.mcpReq;
    this.closeStream = () => context.http?.closeSSE?.();
    this.announce = announce;
    this.answers = { ...this.context.requestState()?.answers, ...this.context.inputResponses };
    this.known = {}; // Of all rounds so far; the next retry brings the last round's alone.
  }

  log(level, text) {
    return this.context.log(level, text);
  }

  async progress(progress, total) {
    const progressToken = this.context._meta?.progressToken;
    if (progressToken === undefined) return;
    const params = { progressToken, progress, total };
    await this.context.notify({ method: "notifications/progress", params });
  }

  can(capability) {
    const declared =
      this.context.envelope?.[CLIENT_CAPABILITIES_META_KEY] ?? this.server.getClientCapabilities();
    return declared?.[capability] !== undefined;
  }

  /** `note` = what the state tells that the client keeps for us; none = it keeps nothing. */
  async ask(questions, note) {
    const open = {};
    const known = {};
    for (const [key, question] of Object.entries(questions)) {
      if (isAnswer(question, this.answers[key])) known[key] = this.answers[key];
      else open[key] = question;
    }
    Object.assign(this.known, known);
    if (Object.keys(open).length === 0) return known;
    const kept = note !== undefined || Object.keys(this.known).length > 0;
    throw new Unanswered(open, kept ? { note, answers: this.known } : undefined);
  }

  changed(kind) {
    return this.announce.changed(kind);
  }

  updated(uri) {
    return this.announce.updated(uri);
  }
}

/** Announces to whoever is connected to `server`. */
const announceBy = (server) => ({
  changed: (kind) =>
    kind === "tools" ? server.sendToolListChanged() : server.sendPromptListChanged(),
  updated: (uri) => server.sendResourceUpdated({ uri }),
});

function contentsOf(uri) {
  const contents = content.contentsOf(uri);
  if (!contents) throw new content.RpcError(-32602, "Resource not found", { uri });
  return { contents };
}

/** @param announce where changes are told; by default on this server's own connection */
export function makeServer(announce) {
  const server = new Server(
    { name: "everything", version: "1.0.0" },
    {
      capabilities: content.capabilities,
      instructions: content.instructions,
      cacheHints: { "tools/list": { ttlMs: 1000, cacheScope: "public" } },
      requestState: { verify: states.verify },
    },
  );
  const answering = async (context, run) => {
    try {
      return await run(new Talk(server, context, announce ?? announceBy(server)));
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error;
      const requestState = error.state && (await states.mint(error.state, context));
      return inputRequired({ inputRequests: error.questions, requestState });
    }
  };
  const on = (method, handler) => server.setRequestHandler(method, handler);
  on("tools/list", () => ({ tools: content.listTools() }));
  on("tools/call", ({ params }, context) =>
    answering(context, (talk) => content.callTool(params, talk)),
  );
  on("prompts/list", () => ({ prompts: content.listPrompts() }));
  on("prompts/get", ({ params }, context) =>
    answering(context, (talk) => content.getPrompt(params, talk)),
  );
  on("resources/list", () => ({ resources: content.listResources() }));
  on("resources/templates/list", () => ({ resourceTemplates: content.resourceTemplates }));
  on("resources/read", ({ params }) => contentsOf(params.uri));
  // Watching is a matter of the legacy era; a modern client's stream says what it wants to hear.
  on("resources/subscribe", () => ({}));
  on("resources/unsubscribe", () => ({}));
  on("completion/complete", ({ params }) => content.complete(params));
  return server;
}
