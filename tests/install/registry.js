// A package registry of one package with no dependencies, for tests: prints its port, then counts
// what it is asked in the file that it is given.
const { createServer } = require("node:http");
const { appendFileSync, readFileSync } = require("node:fs");
const { createHash } = require("node:crypto");
const [tarball, log] = process.argv.slice(2);
const data = readFileSync(tarball);
const integrity = "sha512-" + createHash("sha512").update(data).digest("base64");

const server = createServer((request, response) => {
  appendFileSync(log, request.url + "\n");
  const origin = `http://127.0.0.1:${server.address().port}`;
  if (request.url === "/fixture-server") {
    const dist = { tarball: `${origin}/fixture-server/-/fixture-server-1.4.0.tgz`, integrity };
    const version = { name: "fixture-server", version: "1.4.0", dist, bin: { "fixture-server": "run.js" } };
    response.setHeader("content-type", "application/json");
    response.end(
      JSON.stringify({ name: "fixture-server", "dist-tags": { latest: "1.4.0" }, versions: { "1.4.0": version } }),
    );
  } else if (request.url.endsWith(".tgz")) {
    response.end(data);
  } else {
    response.statusCode = 404;
    response.end("{}");
  }
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.resume().on("end", () => process.exit(0)); // It must not outlive its test.
