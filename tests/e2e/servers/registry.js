// What package managers fetch from, on loopback: registry.js DIR prints its port. A registry of npm
// for each NAME-VERSION.tgz in DIR (the newest by name is the latest), and DIR itself below /files/.
// DIR is read at each request. While DIR/hold exists no package is sent; DIR/asked has a line for
// each one that is asked for.
const { createServer } = require("node:http");
const { appendFileSync, existsSync, readdirSync, readFileSync } = require("node:fs");
const { createHash } = require("node:crypto");
const { execFileSync } = require("node:child_process");
const [dir] = process.argv.slice(2);
const port = () => server.address().port;

function packument(name) {
  const versions = {};
  for (const file of readdirSync(dir).sort()) {
    if (!file.startsWith(`${name}-`) || !file.endsWith(".tgz")) continue;
    const options = { encoding: "utf8", maxBuffer: 1 << 20 };
    const own = JSON.parse(execFileSync("tar", ["-xzOf", `${dir}/${file}`, "package/package.json"], options));
    if (own.name !== name) continue;
    const integrity = "sha512-" + createHash("sha512").update(readFileSync(`${dir}/${file}`)).digest("base64");
    versions[own.version] = { ...own, dist: { tarball: `http://127.0.0.1:${port()}/files/${file}`, integrity } };
  }
  const all = Object.keys(versions);
  return all.length ? { name, "dist-tags": { latest: all[all.length - 1] }, versions } : undefined;
}

function send(response, path) {
  if (!/^[\w.-]+$/.test(path) || !existsSync(`${dir}/${path}`)) return response.writeHead(404).end("{}");
  appendFileSync(`${dir}/asked`, path + "\n");
  const go = () => (existsSync(`${dir}/hold`) ? setTimeout(go, 50) : response.end(readFileSync(`${dir}/${path}`)));
  go();
}

const server = createServer((request, response) => {
  const path = decodeURIComponent(new URL(request.url, "http://x").pathname);
  if (path === "/files/") {
    response.setHeader("content-type", "text/html");
    return response.end(readdirSync(dir).map((file) => `<a href="${file}">${file}</a>`).join("\n"));
  }
  if (path.startsWith("/files/")) return send(response, path.slice(7));
  const found = packument(path.slice(1));
  if (!found) return response.writeHead(404).end("{}");
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(found));
});
server.listen(0, "127.0.0.1", () => console.log(port()));
process.stdin.resume().on("end", () => process.exit(0)); // It must not outlive its test.
