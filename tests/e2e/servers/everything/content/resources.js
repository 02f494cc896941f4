import { png } from "./media.js";

const fixed = [
  {
    uri: "test://static-text",
    name: "static text",
    description: "A text that never changes.",
    mimeType: "text/plain",
    body: { text: "This is the content of the static text resource." },
  },
  {
    uri: "test://static-binary",
    name: "static binary",
    description: "An image that never changes.",
    mimeType: "image/png",
    body: { blob: png },
  },
  {
    uri: "test://watched-resource",
    name: "watched",
    description: "A text that may be watched.",
    mimeType: "text/plain",
    body: { text: "This resource may be watched." },
  },
];

export const resourceTemplates = [
  {
    uriTemplate: "test://template/{id}/data",
    name: "data by id",
    description: "Data for each id.",
    mimeType: "application/json",
  },
];

export const listResources = () => fixed.map(({ body, ...listed }) => listed);

/** @returns what the URI stands for; undefined = nothing */
export function contentsOf(uri) {
  const found = fixed.find((one) => one.uri === uri);
  if (found) return [{ uri, mimeType: found.mimeType, ...found.body }];
  const id = /^test:\/\/template\/([^/]+)\/data$/.exec(uri)?.[1];
  if (id === undefined) return undefined;
  const data = { id, templateTest: true, data: `Data for ID: ${id}` };
  return [{ uri, mimeType: "application/json", text: JSON.stringify(data) }];
}
