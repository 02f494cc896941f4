#!/usr/bin/env node
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { makeServer } from "./server.js";

// This SDK's transport does not notice that nobody writes to us any more.
process.stdin.on("end", () => process.exit(0));
await makeServer().connect(new StdioServerTransport());
