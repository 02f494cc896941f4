// What both servers serve. Nothing here knows an SDK or an era: a tool is given a `talk`, through
// which it logs, tells its progress, asks the client's side and announces changes.
import { askingTools } from "./asking_tools.js";
import { changingTools, isPresent, passingTool } from "./changing_tools.js";
import { plainTools } from "./plain_tools.js";
import { findPrompt } from "./prompts.js";
import { Unanswered } from "./questions.js";

export { listPrompts } from "./prompts.js";
export { contentsOf, listResources, resourceTemplates } from "./resources.js";

export const capabilities = {
  tools: { listChanged: true },
  prompts: { listChanged: true },
  resources: { subscribe: true, listChanged: true },
  completions: {},
  logging: {},
};
export const instructions = "One of each thing there is.";

/** Becomes a JSON-RPC error with this code. */
export class RpcError extends Error {
  constructor(code, message, data) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

const tools = () => [
  ...plainTools,
  ...askingTools,
  ...changingTools,
  ...(isPresent("tools") ? [passingTool] : []),
];

export const listTools = () => tools().map(({ run, ...listed }) => listed);

/** A tool's own failure is a result; what the protocol forbids is an error. */
export async function callTool({ name, arguments: values = {} }, talk) {
  const found = tools().find((one) => one.name === name);
  if (!found) throw new RpcError(-32602, `Unknown tool: ${name}`);
  try {
    return await found.run(values, talk);
  } catch (error) {
    if (error instanceof Unanswered) throw error;
    return { content: [{ type: "text", text: error.message }], isError: true };
  }
}

export async function getPrompt({ name, arguments: values = {} }, talk) {
  const found = findPrompt(name);
  if (!found) throw new RpcError(-32602, `Unknown prompt: ${name}`);
  const missing = found.arguments?.find((one) => one.required && values[one.name] === undefined);
  if (missing) throw new RpcError(-32602, `Missing argument: ${missing.name}`);
  const messages = await found.messages(values, talk);
  return { description: found.description, messages };
}

const words = ["paris", "park", "party", "test", "testing"];
const ids = ["1", "12", "123"];

export function complete({ ref, argument }) {
  const known = ref.type === "ref/prompt" ? words : ids;
  const values = known.filter((word) => word.startsWith(argument.value));
  return { completion: { values, total: values.length, hasMore: false } };
}
