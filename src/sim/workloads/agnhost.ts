/** The test image of Kubernetes' own documentation, by its subcommand. Upstream: test/images/agnhost. */
import type { Behaviour } from './behaviour.ts';

const PORTS: Readonly<Record<string, number>> = {
  netexec: 8080,
  liveness: 8080,
  'serve-hostname': 9376,
  'test-webserver': 80,
  'logs-generator': 0,
  pause: 0,
};

/** `liveness` answers /healthz with 200 for ten seconds, and with 500 from then on. */
const LIVENESS = [
  { prefix: '/healthz', status: 200, body: 'ok', untilMs: 10_000 },
  { prefix: '/healthz', status: 500, body: 'error: 10.000000', fromMs: 10_000 },
];

export function agnhost(base: Behaviour, args: readonly string[]): Behaviour {
  const [command = 'pause', ...flags] = args;
  const given = /^--http-port=(\d+)$/.exec(flags.find((flag) => flag.startsWith('--http-port')) ?? '')?.[1];
  const port = given ? Number(given) : (PORTS[command] ?? 0);
  const { http, ...silent } = base;
  if (port === 0 || !http) return { ...silent, ports: [] };
  const body = command === 'serve-hostname' ? '{pod}' : http.body;
  return { ...base, ports: [port], http: { ...http, body, ...(command === 'liveness' ? { paths: LIVENESS } : {}) } };
}
