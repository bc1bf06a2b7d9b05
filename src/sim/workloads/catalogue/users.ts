/** The user that images run as, and the signal that they want to be stopped with, where their makers say it. */
import { parseImage } from '../program.ts';

/** By repository; a name where the image gives no number. */
const USERS: readonly (readonly [RegExp, number | string])[] = [
  [/(^|\/)nginx-unprivileged$/, 101],
  [/(^|\/)bitnami\//, 1001],
  [/^memcached$/, 'memcache'],
  [/^curlimages\/curl$/, 'curl_user'],
  [/\/podinfo$/, 'app'],
  [/(^|\/)prom(etheus)?\//, 'nobody'],
  [/^registry\.k8s\.io\/pause$/, 65535],
  [/^pilothouse\//, 65532],
];

/** Images of the Docker library run as root where nothing else is said. */
const ROOT =
  /^(nginx|httpd|caddy|traefik|redis|postgres|mysql|mariadb|mongo|rabbitmq|busybox|alpine|ubuntu|debian|python|node|golang|hello-world|registry\.k8s\.io\/(busybox|hpa-example|echoserver|e2e-test-images\/agnhost)|mcr\.microsoft\.com\/(oss\/nginx\/nginx|mirror\/docker\/library\/.+|azurelinux\/base\/core))$/;

/** 0: root; undefined where nobody has said it. */
export function imageUser(image: string): number | string | undefined {
  const repository = parseImage(image)?.repository ?? '';
  return USERS.find(([pattern]) => pattern.test(repository))?.[1] ?? (ROOT.test(repository) ? 0 : undefined);
}

/** STOPSIGNAL of the image's Dockerfile, without `SIG`. */
const STOP_SIGNALS: readonly (readonly [RegExp, string])[] = [
  [/(^|\/)nginx(-unprivileged)?$/, 'QUIT'],
  [/(^|\/)httpd$/, 'WINCH'],
  [/(^|\/)php$/, 'QUIT'],
  [/(^|\/)postgres$/, 'INT'],
  [/(^|\/)haproxy$/, 'USR1'],
];

export function stopSignalOf(image: string): string {
  const repository = parseImage(image)?.repository ?? '';
  return STOP_SIGNALS.find(([pattern]) => pattern.test(repository))?.[1] ?? 'TERM';
}
