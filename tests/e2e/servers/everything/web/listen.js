import { createServer } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** Serves `answer`, a function from Request to Response, on $PORT of loopback, or on any, and
 * prints its URL. */
export function listen(answer) {
  const server = createServer(async (request, response) => {
    try {
      await relay(answer, request, response);
    } catch {
      response.destroy(); // The client has gone, or we have no answer for it.
    }
  });
  server.listen(Number(process.env.PORT ?? 0), "127.0.0.1", () => {
    console.log(`http://127.0.0.1:${server.address().port}/mcp`);
  });
}

async function relay(answer, request, response) {
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  const parts = [];
  for await (const part of request) parts.push(part);
  const made = new Request(new URL(request.url, `http://${request.headers.host}`), {
    method: request.method,
    headers: Object.entries(request.headers),
    body: request.method === "POST" ? Buffer.concat(parts) : undefined,
    signal: gone.signal,
  });
  const answered = await answer(made);
  response.writeHead(answered.status, Object.fromEntries(answered.headers));
  if (!answered.body) return response.end();
  response.flushHeaders();
  await pipeline(Readable.fromWeb(answered.body), response);
}
