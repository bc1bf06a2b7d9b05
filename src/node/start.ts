/** `npm start`: builds the app and serves it. `PORT` sets the port, 4173 without it. */
import { build, preview } from 'vite';

const port = Number(process.env['PORT'] ?? 4173);
if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  console.error(`PORT must be a whole number from 0 to 65535, not ${process.env['PORT']}.`);
  process.exit(2);
}
await build({ logLevel: 'warn' });
const server = await preview({ preview: { port, strictPort: true, host: '127.0.0.1' } });
console.log(`Pilothouse is at ${server.resolvedUrls?.local[0] ?? `http://127.0.0.1:${port}/`}`);
