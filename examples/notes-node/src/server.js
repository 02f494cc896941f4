#!/usr/bin/env node
// The wire: JSON-RPC lines on stdin and stdout, logs on stderr. No dependencies.
import { createInterface } from "node:readline";
import { addNote, listNotes, searchNotes } from "./notes.js";

const versions = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"];
const textSchema = (name) => ({
  type: "object",
  properties: { [name]: { type: "string" } },
  required: [name],
});
const tools = [
  { name: "add_note", description: "Keeps one note.", inputSchema: textSchema("text") },
  { name: "list_notes", description: "Lists all notes.", inputSchema: { type: "object" } },
  { name: "search_notes", description: "Finds notes by a word.", inputSchema: textSchema("query") },
];

class RpcError extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

function text(params, name) {
  const value = params.arguments?.[name];
  if (typeof value !== "string" || value === "")
    throw new RpcError(-32602, `${name} must be a string that is not empty`);
  return value;
}

function runTool(params) {
  switch (params.name) {
    case "add_note":
      return addNote(text(params, "text"));
    case "list_notes":
      return listNotes();
    case "search_notes":
      return searchNotes(text(params, "query"));
    default:
      throw new RpcError(-32602, `unknown tool: ${params.name}`);
  }
}

function callTool(params) {
  try {
    return { content: [{ type: "text", text: JSON.stringify(runTool(params)) }], isError: false };
  } catch (problem) {
    if (problem instanceof RpcError) throw problem;
    return { content: [{ type: "text", text: problem.message }], isError: true };
  }
}

const methods = {
  initialize: (params) => ({
    protocolVersion: versions.includes(params.protocolVersion)
      ? params.protocolVersion
      : versions.at(-1),
    capabilities: { tools: {} },
    serverInfo: { name: "notes-server", version: "0.3.0" },
  }),
  ping: () => ({}),
  "tools/list": () => ({ tools }),
  "tools/call": callTool,
};

function answer(message) {
  if (typeof message?.method !== "string")
    return { jsonrpc: "2.0", id: null, error: { code: -32600, message: "not a request" } };
  if (message.id === undefined) return undefined;
  const response = { jsonrpc: "2.0", id: message.id };
  try {
    if (!Object.hasOwn(methods, message.method))
      throw new RpcError(-32601, `unknown method: ${message.method}`);
    response.result = methods[message.method](message.params ?? {});
  } catch (problem) {
    response.error = { code: problem.code ?? -32603, message: problem.message };
  }
  return response;
}

console.error("notes-server ready");
createInterface({ input: process.stdin }).on("line", (line) => {
  if (line.trim() === "") return;
  let response;
  try {
    response = answer(JSON.parse(line));
  } catch (problem) {
    response = { jsonrpc: "2.0", id: null, error: { code: -32700, message: problem.message } };
  }
  if (response !== undefined) process.stdout.write(JSON.stringify(response) + "\n");
});
