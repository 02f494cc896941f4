// What a server asks of its client's side, and what it takes for an answer.

/** Thrown where a call cannot go on before its questions are answered by a retry. */
export class Unanswered extends Error {
  constructor(questions, state) {
    super("the client has not answered yet");
    this.questions = questions; // key -> { method, params }
    this.state = state; // To be sealed; undefined = none.
  }
}

export const elicitation = (message, properties, required = Object.keys(properties)) => ({
  method: "elicitation/create",
  params: { message, requestedSchema: { type: "object", properties, required } },
});

export const sampling = (text, maxTokens) => ({
  method: "sampling/createMessage",
  params: { messages: [{ role: "user", content: { type: "text", text } }], maxTokens },
});

export const roots = () => ({ method: "roots/list", params: {} });

/** The client capability that each question needs. */
export const capabilityOf = (question) => question.method.split("/")[0];

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

function isElicited(question, answer) {
  if (answer.action === "decline" || answer.action === "cancel") return true;
  const { required } = question.params.requestedSchema;
  return (
    answer.action === "accept" &&
    isObject(answer.content) &&
    required.every((name) => answer.content[name] !== undefined)
  );
}

/** Whatever else a retry carries is to be asked for again. */
export function isAnswer(question, answer) {
  if (!isObject(answer)) return false;
  switch (question.method) {
    case "elicitation/create":
      return isElicited(question, answer);
    case "sampling/createMessage":
      return typeof answer.role === "string" && answer.content !== undefined;
    default:
      return Array.isArray(answer.roots);
  }
}
