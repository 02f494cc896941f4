#!/usr/bin/env node
// The same server over HTTP with no gateway in between, to prove the server itself.
import {
  WebStandardStreamableHTTPServerTransport,
  createMcpHandler,
  isLegacyRequest,
} from "@modelcontextprotocol/server";
import { makeServer } from "./server.js";
import { listen } from "./web/listen.js";
import { Sessions, isForeign, refuseForeign } from "./web/sessions.js";

// A modern server lives for one request; changes are told on the streams of other requests.
const announce = {
  changed: (kind) =>
    kind === "tools" ? modern.notify.toolsChanged() : modern.notify.promptsChanged(),
  updated: (uri) => modern.notify.resourceUpdated(uri),
};
const modern = createMcpHandler(() => makeServer(announce), { legacy: "reject" });
const legacy = new Sessions(WebStandardStreamableHTTPServerTransport, makeServer);

listen(async (request) => {
  if (isForeign(request)) return refuseForeign();
  return (await isLegacyRequest(request)) ? legacy.answer(request) : modern.fetch(request);
});
