/** A plain host of files: what is not a file is a 404, for there is no fallback to the page. */
import { readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
};

export interface StaticHost {
  readonly address: string;
  /** Paths that were asked for and what was answered, in order. */
  readonly answers: readonly { readonly path: string; readonly status: number }[];
  close(): void;
}

/** Serves a folder under a path, and nothing else. */
export async function hostFolder(folder: string, path: string): Promise<StaticHost> {
  const answers: { path: string; status: number }[] = [];
  const server = createServer((request, response) => {
    const asked = new URL(request.url ?? '/', 'http://127.0.0.1').pathname;
    const inside = asked.startsWith(path) ? normalize(asked.slice(path.length) || 'index.html') : undefined;
    const file = inside === undefined || inside.startsWith('..') ? undefined : join(folder, inside);
    const isFile = file !== undefined && (statSync(file, { throwIfNoEntry: false })?.isFile() ?? false);
    answers.push({ path: asked, status: isFile ? 200 : 404 });
    if (!isFile) response.writeHead(404).end();
    else
      response
        .writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' })
        .end(readFileSync(file));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { address: `http://127.0.0.1:${port}${path}`, answers, close };
}
