/**
 * Health in words: `/healthz`, `/livez` and `/readyz`, each check of theirs, and with `verbose` all of them.
 * Upstream: apiserver/pkg/server/healthz/healthz.go. Of upstream's checks, those stand here whose subject is simulated.
 */
const CHECKS = [
  'ping',
  'log',
  'etcd',
  'etcd-readiness',
  'informer-sync',
  'poststarthook/start-system-namespaces-controller',
  'poststarthook/start-service-ip-repair-controllers',
  'poststarthook/rbac/bootstrap-roles',
  'poststarthook/scheduling/bootstrap-system-priority-classes',
  'poststarthook/start-kubernetes-service-cidr-controller',
  'poststarthook/apiservice-status-local-available-controller',
  'poststarthook/apiservice-status-remote-available-controller',
  'poststarthook/apiservice-discovery-controller',
  'autoregister-completion',
  'poststarthook/apiservice-openapi-controller',
  'poststarthook/apiservice-openapiv3-controller',
  'shutdown',
];
const ONLY_READY = new Set(['etcd-readiness', 'informer-sync', 'shutdown']);

export const HEALTH_PATHS = ['healthz', 'livez', 'readyz'].flatMap((name) => [
  `/${name}`,
  ...checksOf(name).map((check) => `/${name}/${check}`),
]);

function checksOf(name: string): readonly string[] {
  return name === 'readyz' ? CHECKS : CHECKS.filter((check) => !ONLY_READY.has(check));
}

/** What is said there; undefined for a path that is no check. */
export function healthText(path: string, query: URLSearchParams): string | undefined {
  if (!HEALTH_PATHS.includes(path)) return undefined;
  const [, name = '', ...check] = path.split('/');
  if (check.length > 0 || !query.has('verbose')) return 'ok';
  const excluded = new Set(query.getAll('exclude'));
  const lines = checksOf(name).map((item) => (excluded.delete(item) ? `[+]${item} excluded: ok` : `[+]${item} ok`));
  const unknown = [...excluded].sort().map((item) => JSON.stringify(item));
  const warning = `warn: some health checks cannot be excluded: no matches for ${unknown.join(',')}`;
  return [...lines, ...(unknown.length > 0 ? [warning] : []), `${name} check passed`, ''].join('\n');
}
