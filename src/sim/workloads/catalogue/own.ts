/**
 * Pilothouse's own scripted images: a few ways to behave, each to be steered by environment variables. What a Workload object
 * can declare for any image is a superset of these.
 */
import { image, MIB, PLAIN_SERVER, server, web, type CataloguedImage } from './images.ts';
import { batch, consumer, replica, report } from './scripts.ts';
import type { Behaviour } from '../behaviour.ts';

const KEPT_PORT = 8080;
const VERSION = /^1\.0$/;

/** Answers from what it keeps in a directory, at once. */
function keeping(name: string, what: 'queue' | 'values', more: Partial<Behaviour> = {}): Behaviour {
  const keeps = { what, directory: '/data' };
  return server(name, [KEPT_PORT], {
    http: { status: 200, body: '', latencyMs: [1, 3], errorPercent: 0, keeps },
    ...more,
  });
}

const task = (name: string, script: string): CataloguedImage =>
  image(6, { ...PLAIN_SERVER, name, script, cpuMillis: 50, memoryBytes: 8 * MIB }, VERSION);

const copying = { peers: '$(PEERS)', port: KEPT_PORT, directory: '/data', everySeconds: 3 } as const;

export const OWN_IMAGES: Readonly<Record<string, CataloguedImage>> = {
  'pilothouse/web': image(
    24,
    web('web-server', 8080, 'web {image} on {pod}', { memoryBytes: 20 * MIB }),
    /^(1\.[0-9]|broken|slow)$/,
  ),
  'pilothouse/client': image(
    8,
    { ...PLAIN_SERVER, name: 'client', client: { url: 'http://web', intervalMs: 2_000 } },
    VERSION,
  ),
  'pilothouse/unready': image(
    24,
    web('web-server', 8080, 'not ready', {
      http: { status: 503, body: 'warming up', latencyMs: [2, 9], errorPercent: 0 },
    }),
    VERSION,
  ),
  'pilothouse/slow-start': image(
    24,
    web('web-server', 8080, 'slow-start on {pod}', { listenAfterMs: 20_000 }),
    VERSION,
  ),
  'pilothouse/flaky': image(
    24,
    web('web-server', 8080, 'flaky on {pod}', {
      http: { status: 200, body: 'flaky on {pod}', latencyMs: [2, 40], errorPercent: 30 },
    }),
    VERSION,
  ),
  'pilothouse/leak': image(
    24,
    web('web-server', 8080, 'leak on {pod}', { memoryBytes: 20 * MIB, leakBytesPerSecond: 2 * MIB }),
    VERSION,
  ),
  'pilothouse/burner': image(
    8,
    { ...PLAIN_SERVER, name: 'burner', cpuMillis: 1_000, memoryBytes: 8 * MIB, log: ['burns processor time'] },
    VERSION,
  ),
  'pilothouse/crash': image(
    24,
    web('web-server', 8080, 'crash on {pod}', {
      crash: { code: 1, afterMs: 500, variableMissing: 'CONFIG', log: 'panic: CONFIG is not set' },
    }),
    VERSION,
  ),
  'pilothouse/queue': image(20, keeping('queue', 'queue', { log: ['queue listens on 8080'] }), VERSION),
  'pilothouse/producer': image(
    8,
    {
      ...PLAIN_SERVER,
      name: 'producer',
      client: { url: 'http://queue/orders', intervalMs: 2_000, method: 'POST', body: 'order from {pod}' },
    },
    VERSION,
  ),
  'pilothouse/consumer': image(
    12,
    {
      ...PLAIN_SERVER,
      name: 'consumer',
      cpuMillis: 20,
      memoryBytes: 16 * MIB,
      script: consumer({
        url: '${QUEUE_URL:-http://queue/orders}',
        secondsPerMessage: '"${SECONDS_PER_MESSAGE:-4}"',
        failPercent: '"${FAIL_PERCENT:-0}"',
      }),
    },
    VERSION,
  ),
  'pilothouse/store': image(
    30,
    keeping('store', 'values', { script: replica({ ...copying, isOrdinal: true }), memoryBytes: 48 * MIB }),
    VERSION,
  ),
  'pilothouse/elected-store': image(
    30,
    keeping('store', 'values', {
      script: replica({ ...copying, isOrdinal: false }),
      memoryBytes: 48 * MIB,
      election: { lease: 'store' },
    }),
    VERSION,
  ),
  'pilothouse/batch': task('batch', batch),
  'pilothouse/report': task('report', report),
};
