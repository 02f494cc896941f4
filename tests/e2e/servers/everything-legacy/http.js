#!/usr/bin/env node
// The same server over HTTP with no gateway in between, to prove the server itself.
import * as web from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import { listen } from "../everything/web/listen.js";
import { Sessions, isForeign, refuseForeign } from "../everything/web/sessions.js";
import { makeServer } from "./server.js";

const sessions = new Sessions(web.WebStandardStreamableHTTPServerTransport, makeServer);
listen((request) => (isForeign(request) ? refuseForeign() : sessions.answer(request)));
