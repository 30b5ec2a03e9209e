// Serves the built page as a host should: `node serve.js`, on PORT or the next that is free. With STRICT_PORT it stops
// where that one is taken.
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import sirv from "sirv";
import { HEADERS, cacheControl } from "./headers.js";

const HOST = "127.0.0.1";
const MOST_TRIES = 20;

const dist = fileURLToPath(new URL("dist", import.meta.url));
if (!existsSync(dist)) {
  console.error(`Stopped: ${dist} is not there. Run: make build`);
  process.exit(1);
}

// Files are looked up at each request, so that the page can be built again meanwhile.
const files = sirv(dist, {
  dev: true,
  etag: true,
  brotli: true,
  gzip: true,
  setHeaders: (response, path) => {
    response.setHeader("Cache-Control", cacheControl(path));
  },
});

const server = createServer((request, response) => {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
  if (request.method === "GET" || request.method === "HEAD") {
    files(request, response);
    return;
  }
  response.writeHead(405, { Allow: "GET, HEAD" }).end();
});

const first = Number(process.env.PORT ?? 4173);
let port = first;
server.on("error", (/** @type {NodeJS.ErrnoException} */ error) => {
  const next = process.env.STRICT_PORT === undefined && port < first + MOST_TRIES;
  if (error.code === "EADDRINUSE" && next) {
    port += 1;
    server.listen(port, HOST);
    return;
  }
  console.error(`Stopped: port ${port} cannot be opened: ${error.message}`);
  process.exit(1);
});
server.listen(port, HOST, () => {
  console.log(`Lossfield is at http://${HOST}:${port}/`);
});
