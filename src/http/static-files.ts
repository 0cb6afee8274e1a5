/** The built web page, read into memory once: a name that isn't in the table doesn't exist. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Glob } from "bun";

interface StaticFile {
  body: Uint8Array<ArrayBuffer>;
  /** null where zipping gains nothing. */
  zipped: Uint8Array<ArrayBuffer> | null;
  type: string;
  etag: string;
  cache: string;
}

/** The file at a URL path, or null. */
export type StaticFiles = (request: Request, path: string) => Response | null;

/** The bundler writes the content's hash into names: such a file never changes. */
const hashed = /-[a-z0-9]{8}\.\w+$/;
const textual = /^text\/|json|javascript|svg/;

/** @param folder may be absent: then there are no files */
export async function loadStaticFiles(folder: string): Promise<StaticFiles> {
  const files = new Map<string, StaticFile>();
  if (existsSync(folder)) {
    for await (const name of new Glob("**/*").scan(folder)) {
      files.set(`/${name}`, await load(join(folder, name)));
    }
  }
  return (request, path) => {
    const file = files.get(path === "/" ? "/index.html" : path) ?? page(request, path);
    return file ? respond(request, file) : null;
  };

  /** The page itself answers for the addresses that it makes up, like /rooms/x. */
  function page(request: Request, path: string): StaticFile | undefined {
    const wantsPage = request.headers.get("accept")?.includes("text/html") ?? false;
    return wantsPage && !/\.\w+$/.test(path) ? files.get("/index.html") : undefined;
  }
}

async function load(path: string): Promise<StaticFile> {
  const file = Bun.file(path);
  const body = await file.bytes();
  const zipped = textual.test(file.type) ? Bun.gzipSync(body) : body;
  return {
    body,
    zipped: zipped.byteLength < body.byteLength ? zipped : null,
    type: file.type,
    etag: `"${Bun.hash(body).toString(36)}"`,
    cache: hashed.test(path) ? "public, max-age=31536000, immutable" : "no-cache",
  };
}

function respond(request: Request, { body, zipped, type, etag, cache }: StaticFile): Response {
  const headers = new Headers({
    etag,
    "cache-control": cache,
    "content-type": type,
    vary: "accept-encoding",
  });
  if (request.headers.get("if-none-match") === etag) return new Response(null, { status: 304, headers });
  if (!zipped || !request.headers.get("accept-encoding")?.includes("gzip")) {
    return new Response(body, { headers });
  }
  headers.set("content-encoding", "gzip");
  return new Response(zipped, { headers });
}
