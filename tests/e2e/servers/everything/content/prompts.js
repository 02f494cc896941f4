import { isPresent } from "./changing_tools.js";
import { png } from "./media.js";
import { elicitation } from "./questions.js";

const user = (content) => ({ role: "user", content });
const text = (value) => user({ type: "text", text: value });
const required = (name, description) => ({ name, description, required: true });

const prompts = [
  {
    name: "test_simple_prompt",
    description: "A prompt without arguments.",
    messages: () => [text("This is a simple prompt for testing.")],
  },
  {
    name: "test_prompt_with_arguments",
    description: "A prompt with two arguments.",
    arguments: [required("arg1", "First test argument"), required("arg2", "Second test argument")],
    messages: ({ arg1, arg2 }) => [text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)],
  },
  {
    name: "test_prompt_with_embedded_resource",
    description: "A prompt with a resource in it.",
    arguments: [required("resourceUri", "URI of the resource to embed")],
    messages: ({ resourceUri }) => [
      user({
        type: "resource",
        resource: {
          uri: resourceUri,
          mimeType: "text/plain",
          text: "Embedded resource content for testing.",
        },
      }),
      text("Please process the embedded resource above."),
    ],
  },
  {
    name: "test_prompt_with_image",
    description: "A prompt with an image in it.",
    messages: () => [
      user({ type: "image", data: png, mimeType: "image/png" }),
      text("Please analyze the image above."),
    ],
  },
  {
    name: "test_input_required_result_prompt",
    description: "A prompt that asks first.",
    messages: async (values, talk) => {
      const properties = { context: { type: "string" } };
      const asked = elicitation("What context should the prompt use?", properties);
      const { user_context } = await talk.ask({ user_context: asked });
      return [text(`Context: ${user_context.content?.context}`)];
    },
  },
];

const passingPrompt = {
  name: "test_passing_prompt",
  description: "Comes and goes.",
  messages: () => [text("Here for now.")],
};

const all = () => (isPresent("prompts") ? [...prompts, passingPrompt] : prompts);

export const listPrompts = () => all().map(({ messages, ...listed }) => listed);

export const findPrompt = (name) => all().find((one) => one.name === name);
