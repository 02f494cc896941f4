// Tools that answer by themselves.
import { png, wav } from "./media.js";

const noArguments = { type: "object", properties: {} };
const text = (value) => ({ type: "text", text: value });
const image = { type: "image", data: png, mimeType: "image/png" };
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** One tool without arguments; `run` gives its content. */
const tool = (name, description, run, inputSchema = noArguments) => ({
  name,
  description,
  inputSchema,
  run: async (values, talk) => ({ content: await run(values, talk) }),
});

async function log(values, talk) {
  await talk.log("info", "Tool execution started");
  await pause(50);
  await talk.log("info", "Tool processing data");
  await pause(50);
  await talk.log("info", "Tool execution completed");
  return [text("Logged three times.")];
}

async function progress(values, talk) {
  await talk.progress(0, 100);
  await pause(50);
  await talk.progress(50, 100);
  await pause(50);
  await talk.progress(100, 100);
  return [text("Went from 0 to 100.")];
}

// The stream ends before the answer is there; a client that asks again gets it all the same.
async function reconnect(values, talk) {
  await pause(100);
  talk.closeStream();
  await pause(100);
  return [text("The answer came after the stream had been closed.")];
}

// Each keyword is one that a lesser relay drops or resolves.
const schema2020 = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  $defs: {
    address: {
      $anchor: "addressDef",
      type: "object",
      properties: { street: { type: "string" }, city: { type: "string" } },
    },
  },
  properties: {
    name: { type: "string" },
    address: { $ref: "#/$defs/address" },
    contactMethod: { type: "string", enum: ["phone", "email"] },
    phone: { type: "string" },
    email: { type: "string" },
  },
  allOf: [{ anyOf: [{ required: ["phone"] }, { required: ["email"] }] }],
  if: { properties: { contactMethod: { const: "phone" } }, required: ["contactMethod"] },
  then: { required: ["phone"] },
  else: { required: ["email"] },
  additionalProperties: false,
};

const headerSchema = {
  type: "object",
  properties: {
    region: { type: "string", "x-mcp-header": "Region" },
    priority: { type: "integer", "x-mcp-header": "Priority" },
    verbose: { type: "boolean", "x-mcp-header": "Verbose" },
    query: { type: "string" },
  },
  required: ["region"],
};

const weather = {
  name: "test_structured_content",
  title: "Structured content",
  description: "Answers with structured content and its text twin.",
  inputSchema: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  outputSchema: {
    type: "object",
    properties: { city: { type: "string" }, celsius: { type: "number" } },
    required: ["city", "celsius"],
  },
  annotations: { title: "Structured content", readOnlyHint: true, openWorldHint: false },
  run: async ({ city }) => {
    const structuredContent = { city: String(city), celsius: 21.5 };
    return { content: [text(JSON.stringify(structuredContent))], structuredContent };
  },
};

const embedded = (uri, mimeType, value) => ({
  type: "resource",
  resource: { uri, mimeType, text: value },
});

export const plainTools = [
  tool("test_simple_text", "Answers with one text.", () => [
    text("This is a simple text response for testing."),
  ]),
  tool("test_image_content", "Answers with one image.", () => [image]),
  tool("test_audio_content", "Answers with one sound.", () => [
    { type: "audio", data: wav, mimeType: "audio/wav" },
  ]),
  tool("test_embedded_resource", "Answers with one embedded resource.", () => [
    embedded("test://embedded-resource", "text/plain", "This is an embedded resource content."),
  ]),
  tool("test_multiple_content_types", "Answers with a text, an image and a resource.", () => [
    text("Multiple content types test:"),
    image,
    embedded("test://mixed-content-resource", "application/json", '{"test":"data","value":123}'),
  ]),
  tool("test_resource_link", "Answers with a link to a resource.", () => [
    { type: "resource_link", uri: "test://static-text", name: "static text" },
  ]),
  weather,
  tool("test_error_handling", "Fails, always.", () => {
    throw new Error("This tool intentionally returns an error for testing");
  }),
  tool("test_tool_with_logging", "Logs three times while it runs.", log),
  tool("test_logging_tool", "Logs three times while it runs, too.", log),
  tool("test_tool_with_progress", "Tells its progress three times while it runs.", progress),
  tool("test_reconnection", "Closes its stream before it answers.", reconnect),
  tool(
    "json_schema_2020_12_tool",
    "Has an input schema with the keywords of JSON Schema 2020-12.",
    (values) => [text(JSON.stringify(values))],
    schema2020,
  ),
  tool(
    "test_x_mcp_header",
    "Has arguments that are mirrored in HTTP headers.",
    (values) => [text(JSON.stringify(values))],
    headerSchema,
  ),
];
