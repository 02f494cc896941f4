// Tools that need an answer from the client's side before they have one of their own.
import { capabilityOf, elicitation, roots, sampling } from "./questions.js";

const noArguments = { type: "object", properties: {} };
const oneString = (name) => ({
  type: "object",
  properties: { [name]: { type: "string" } },
  required: [name],
});
const string = { type: "string" };

/** `run` gives the text of the answer. */
const tool = (name, description, run, inputSchema = noArguments) => ({
  name,
  description,
  inputSchema,
  run: async (values, talk) => ({
    content: [{ type: "text", text: await run(values, talk) }],
  }),
});

const askName = () => elicitation("What is your name?", { name: string });
const said = (answer) => `action=${answer.action}, content=${JSON.stringify(answer.content)}`;
const textOf = (answer) => answer?.content?.text ?? JSON.stringify(answer?.content);

async function one(talk, question, note) {
  return (await talk.ask({ answer: question }, note)).answer;
}

const defaults = {
  name: { type: "string", default: "John Doe" },
  age: { type: "integer", default: 30 },
  score: { type: "number", default: 95.5 },
  status: { type: "string", enum: ["active", "inactive", "pending"], default: "active" },
  verified: { type: "boolean", default: true },
};

const titled = (noun) =>
  ["First", "Second", "Third"].map((rank, index) => ({
    const: `value${index + 1}`,
    title: `${rank} ${noun}`,
  }));
const options = ["option1", "option2", "option3"];
const enums = {
  untitledSingle: { type: "string", enum: options },
  titledSingle: { type: "string", oneOf: titled("Option") },
  legacyEnum: {
    type: "string",
    enum: ["opt1", "opt2", "opt3"],
    enumNames: ["Option One", "Option Two", "Option Three"],
  },
  untitledMulti: { type: "array", items: { type: "string", enum: options } },
  titledMulti: { type: "array", items: { anyOf: titled("Choice") } },
};

async function twoRounds(values, talk) {
  const first = await talk.ask(
    { step1: elicitation("Step 1: What is your name?", { name: string }) },
    "name",
  );
  const second = await talk.ask(
    { step2: elicitation("Step 2: What is your favorite color?", { color: string }) },
    "color",
  );
  return `${first.step1.content?.name} likes ${second.step2.content?.color}.`;
}

async function threeAtOnce(values, talk) {
  const { user_name, greeting, client_roots } = await talk.ask(
    { user_name: askName(), greeting: sampling("Generate a greeting", 50), client_roots: roots() },
    "all three",
  );
  const names = client_roots?.roots.map((root) => root.name ?? root.uri);
  return `${textOf(greeting)} ${user_name?.content?.name}: ${names?.join(", ")}`;
}

// Asks for what the client can give, and goes on with what it gave.
async function whatIsDeclared(values, talk) {
  const questions = {
    capital_question: sampling("What is the capital of France?", 100),
    user_name: askName(),
  };
  const able = Object.entries(questions).filter(([, asked]) => talk.can(capabilityOf(asked)));
  if (able.length === 0) return "The client can give no answers.";
  const answers = await talk.ask(Object.fromEntries(able));
  return `Answered: ${Object.keys(answers).sort().join(", ")}`;
}

const confirm = () => ({ confirm: elicitation("Please confirm", { ok: { type: "boolean" } }) });

export const askingTools = [
  tool(
    "test_sampling",
    "Asks the client's model.",
    async ({ prompt }, talk) =>
      `LLM response: ${textOf(await one(talk, sampling(String(prompt), 100)))}`,
    oneString("prompt"),
  ),
  tool(
    "test_elicitation",
    "Asks the user for a name and an address.",
    async ({ message }, talk) => {
      const properties = {
        username: { type: "string", description: "User's response" },
        email: { type: "string", description: "User's email address" },
      };
      return `User response: ${said(await one(talk, elicitation(String(message), properties)))}`;
    },
    oneString("message"),
  ),
  tool(
    "test_elicitation_sep1034_defaults",
    "Asks with a default for each kind of value.",
    async (values, talk) => {
      const asked = elicitation("Please review your details", defaults, []);
      return `Elicitation completed: ${said(await one(talk, asked))}`;
    },
  ),
  tool(
    "test_elicitation_sep1330_enums",
    "Asks for a choice in each of the five ways.",
    async (values, talk) => {
      const asked = elicitation("Please choose", enums, []);
      return `Elicitation completed: ${said(await one(talk, asked))}`;
    },
  ),
  tool(
    "test_missing_capability",
    "Cannot do without the client's model.",
    async (values, talk) => textOf(await one(talk, sampling("Say something", 10))),
  ),
  tool("test_streaming_elicitation", "Tells its progress, then asks.", async (values, talk) => {
    await talk.progress(0, 1);
    return `Hello, ${(await one(talk, askName())).content?.name}!`;
  }),
  tool(
    "test_input_required_result_elicitation",
    "Asks for a name.",
    async (values, talk) =>
      `Hello, ${(await talk.ask({ user_name: askName() })).user_name.content?.name}!`,
  ),
  tool(
    "test_input_required_result_sampling",
    "Asks the client's model for a capital.",
    async (values, talk) => {
      const question = sampling("What is the capital of France?", 100);
      return textOf((await talk.ask({ capital_question: question })).capital_question);
    },
  ),
  tool(
    "test_input_required_result_list_roots",
    "Asks for the client's roots.",
    async (values, talk) => {
      const { client_roots } = await talk.ask({ client_roots: roots() });
      return `Roots: ${client_roots.roots.map((root) => root.uri).join(", ")}`;
    },
  ),
  tool(
    "test_input_required_result_request_state",
    "Asks, and keeps its state with the client meanwhile.",
    async (values, talk) => {
      await talk.ask(confirm(), "confirm");
      return "state-ok";
    },
  ),
  tool(
    "test_input_required_result_tampered_state",
    "Asks, and notices when its state was changed meanwhile.",
    async (values, talk) => {
      await talk.ask(confirm(), "confirm");
      return "The state came back as it went.";
    },
  ),
  tool(
    "test_input_required_result_multiple_inputs",
    "Asks the user, the model and the client at once.",
    threeAtOnce,
  ),
  tool("test_input_required_result_multi_round", "Asks twice.", twoRounds),
  tool("test_input_required_result_capabilities", "Asks for what it may.", whatIsDeclared),
];
