// The server on the SDK that knows the legacy era alone. A tool that asks waits for the answer.
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import * as types from "@modelcontextprotocol/sdk/types.js";
import * as content from "../everything/content/index.js";
import { capabilityOf } from "../everything/content/questions.js";

const answerSchemas = {
  "elicitation/create": types.ElicitResultSchema,
  "sampling/createMessage": types.CreateMessageResultSchema,
  "roots/list": types.ListRootsResultSchema,
};

class Talk {
  constructor(server, extra) {
    this.server = server;
    this.extra = extra;
  }

  log(level, data) {
    return this.server.sendLoggingMessage({ level, data }, this.extra.sessionId);
  }

  async progress(progress, total) {
    const progressToken = this.extra._meta?.progressToken;
    if (progressToken === undefined) return;
    const params = { progressToken, progress, total };
    await this.extra.sendNotification({ method: "notifications/progress", params });
  }

  can(capability) {
    return this.server.getClientCapabilities()?.[capability] !== undefined;
  }

  /** Asks all at once. @returns what was answered; throws if nothing was */
  async ask(questions) {
    const asked = Object.entries(questions).map(async ([key, question]) => {
      const capability = capabilityOf(question);
      if (!this.can(capability)) throw new Error(`The client does not support ${capability}`);
      return [key, await this.extra.sendRequest(question, answerSchemas[question.method])];
    });
    const ends = await Promise.allSettled(asked);
    const answered = ends.filter((end) => end.status === "fulfilled").map((end) => end.value);
    if (answered.length === 0) throw ends[0].reason;
    return Object.fromEntries(answered);
  }

  changed(kind) {
    return kind === "tools"
      ? this.server.sendToolListChanged()
      : this.server.sendPromptListChanged();
  }

  async updated(uri) {
    if (this.server.watched.has(uri)) await this.server.sendResourceUpdated({ uri });
  }

  closeStream() {
    this.extra.closeSSEStream?.();
  }
}

class WatchedServer extends Server {
  watched = new Set();
}

function contentsOf(uri) {
  const contents = content.contentsOf(uri);
  if (!contents) throw new content.RpcError(-32002, "Resource not found", { uri });
  return { contents };
}

export function makeServer() {
  const server = new WatchedServer(
    { name: "everything-legacy", version: "1.0.0" },
    { capabilities: content.capabilities, instructions: content.instructions },
  );
  const on = (method, handler) =>
    server.setRequestHandler(types[`${method}RequestSchema`], (request, extra) =>
      handler(request.params ?? {}, new Talk(server, extra)),
    );
  on("ListTools", () => ({ tools: content.listTools() }));
  on("CallTool", content.callTool);
  on("ListPrompts", () => ({ prompts: content.listPrompts() }));
  on("GetPrompt", content.getPrompt);
  on("ListResources", () => ({ resources: content.listResources() }));
  on("ListResourceTemplates", () => ({ resourceTemplates: content.resourceTemplates }));
  on("ReadResource", ({ uri }) => contentsOf(uri));
  on("Subscribe", ({ uri }) => {
    server.watched.add(uri);
    return {};
  });
  on("Unsubscribe", ({ uri }) => {
    server.watched.delete(uri);
    return {};
  });
  on("Complete", content.complete);
  return server;
}
