// Tools that change what the server offers, so that whoever listens has something to hear.

const present = { tools: false, prompts: false };

export const isPresent = (kind) => present[kind];

const noArguments = { type: "object", properties: {} };
const answer = (text) => ({ content: [{ type: "text", text }] });

const trigger = (name, kind, description) => ({
  name,
  description,
  inputSchema: noArguments,
  run: async (values, talk) => {
    present[kind] = !present[kind];
    await talk.changed(kind);
    return answer(`The list of ${kind} is ${present[kind] ? "longer" : "shorter"} by one.`);
  },
});

export const changingTools = [
  trigger("test_trigger_tool_change", "tools", "Adds a tool to the list, or takes it away."),
  trigger("test_trigger_prompt_change", "prompts", "Adds a prompt to the list, or takes it away."),
  {
    name: "test_trigger_resource_change",
    description: "Tells who watches test://watched-resource that it changed.",
    inputSchema: noArguments,
    run: async (values, talk) => {
      await talk.updated("test://watched-resource");
      return answer("Told.");
    },
  },
];

export const passingTool = {
  name: "test_passing_tool",
  description: "Comes and goes.",
  inputSchema: noArguments,
  run: async () => answer("Here for now."),
};
