/**
 * Images that Pilothouse knows: size, behaviour, and which tags exist. Sizes are of the compressed images, rounded.
 * A repository that is not listed is taken for a plain server, so that anybody's manifests run.
 */
import type { Behaviour } from '../behaviour.ts';

export const MIB = 1024 * 1024;

export interface CataloguedImage {
  readonly sizeBytes: number;
  readonly behaviour: Behaviour;
  /** Tags that exist; without it every tag does. */
  readonly tags?: RegExp;
}

export const PLAIN_SERVER: Behaviour = {
  name: 'plain-server',
  listenAfterMs: 200,
  ports: [],
  stopAfterMs: 200,
  cpuMillis: 5,
  memoryBytes: 32 * MIB,
  log: [],
};

export function web(name: string, port: number, body: string, more: Partial<Behaviour> = {}): Behaviour {
  return {
    ...PLAIN_SERVER,
    name,
    ports: [port],
    http: { status: 200, body, latencyMs: [2, 12], errorPercent: 0 },
    ...more,
  };
}

/** Listens and speaks a protocol of its own. */
export function server(name: string, ports: readonly number[], more: Partial<Behaviour> = {}): Behaviour {
  return { ...PLAIN_SERVER, name, ports, ...more };
}

export const NUMBERED = /^(latest|stable|mainline|alpine|bookworm|slim|\d+(\.\d+){0,2}(-[a-z0-9.]+)*)$/;

/** Releases up to 1.29: `1.161` is the tag that is mistyped in the documentation's walk through a failing rollout. */
const NGINX = /^(latest|stable|mainline|alpine|bookworm|perl|1(\.[12]?\d(\.\d{1,2})?)?)(-[a-z0-9.]+)*$/;

/** A web server that serves the files of a directory, once some are mounted or written there. */
export const rooted = (behaviour: Behaviour, root: string): Behaviour =>
  behaviour.http ? { ...behaviour, http: { ...behaviour.http, root } } : behaviour;

export const nginx = rooted(
  web('web-server', 80, '<h1>Welcome to nginx!</h1>\nServed by {pod} ({ip})', {
    log: ['/docker-entrypoint.sh: Configuration complete; ready for start up', 'start worker processes'],
    listenAfterMs: 300,
  }),
  '/usr/share/nginx/html',
);

export function image(sizeMib: number, behaviour: Behaviour, tags?: RegExp): CataloguedImage {
  return { sizeBytes: Math.round(sizeMib * MIB), behaviour, ...(tags ? { tags } : {}) };
}

export const aksStore = (name: string, port: number, body: string): CataloguedImage =>
  image(58, web(name, port, body, { listenAfterMs: 1_500, memoryBytes: 90 * MIB }));
const system = (name: string, sizeMib: number, more: Partial<Behaviour> = {}): CataloguedImage =>
  image(sizeMib, { ...PLAIN_SERVER, name, cpuMillis: 8, memoryBytes: 24 * MIB, ...more });

/** By repository without a registry prefix of docker.io and without `library/`. */
export const CATALOGUE: Readonly<Record<string, CataloguedImage>> = {
  nginx: image(69, nginx, NGINX),
  httpd: image(
    58,
    rooted(web('web-server', 80, '<html><body><h1>It works!</h1></body></html>'), '/usr/local/apache2/htdocs'),
    NUMBERED,
  ),
  caddy: image(17, web('web-server', 80, 'Caddy works!'), NUMBERED),
  traefik: image(45, web('web-server', 80, '404 page not found'), undefined),
  redis: image(42, server('redis', [6379], { log: ['Ready to accept connections tcp'], cpuMillis: 4 }), NUMBERED),
  postgres: image(
    151,
    server('postgres', [5432], {
      listenAfterMs: 2_500,
      memoryBytes: 120 * MIB,
      log: ['database system is ready to accept connections'],
    }),
    NUMBERED,
  ),
  mysql: image(
    166,
    server('mysql', [3306], { listenAfterMs: 6_000, memoryBytes: 380 * MIB, log: ['mysqld: ready for connections.'] }),
    NUMBERED,
  ),
  mariadb: image(115, server('mysql', [3306], { listenAfterMs: 4_000, memoryBytes: 180 * MIB }), NUMBERED),
  mongo: image(260, server('mongo', [27017], { listenAfterMs: 2_000, memoryBytes: 150 * MIB }), NUMBERED),
  rabbitmq: image(108, server('rabbitmq', [5672, 15672], { listenAfterMs: 8_000, memoryBytes: 160 * MIB }), NUMBERED),
  memcached: image(30, server('memcached', [11211]), NUMBERED),
  busybox: image(
    2.1,
    { ...PLAIN_SERVER, name: 'shell', exit: { afterMs: 50, code: 0 }, cpuMillis: 1, memoryBytes: MIB },
    NUMBERED,
  ),
  alpine: image(
    3.5,
    { ...PLAIN_SERVER, name: 'shell', exit: { afterMs: 50, code: 0 }, cpuMillis: 1, memoryBytes: MIB },
    NUMBERED,
  ),
  ubuntu: image(
    29,
    { ...PLAIN_SERVER, name: 'shell', exit: { afterMs: 50, code: 0 }, cpuMillis: 1, memoryBytes: MIB },
    undefined,
  ),
  debian: image(
    48,
    { ...PLAIN_SERVER, name: 'shell', exit: { afterMs: 50, code: 0 }, cpuMillis: 1, memoryBytes: MIB },
    undefined,
  ),
  'hello-world': image(0.1, {
    ...PLAIN_SERVER,
    name: 'batch',
    exit: { afterMs: 100, code: 0 },
    log: ['Hello from Docker!'],
  }),
  'curlimages/curl': image(9, { ...PLAIN_SERVER, name: 'shell', exit: { afterMs: 50, code: 0 } }),
  'registry.k8s.io/pause': image(0.3, { ...PLAIN_SERVER, name: 'pause', cpuMillis: 0, memoryBytes: MIB }),
  'registry.k8s.io/e2e-test-images/agnhost': image(52, web('agnhost', 8080, 'NOW: agnhost {pod}')),
  'registry.k8s.io/echoserver': image(46, web('echo', 8080, 'Hostname: {pod}\nrequest path: {path}')),
  'ealen/echo-server': image(40, web('echo', 80, '{"host":{"hostname":"{pod}"},"path":"{path}"}')),
  'hashicorp/http-echo': image(5, web('echo', 5678, 'hello-world')),
  'traefik/whoami': image(3, web('echo', 80, 'Hostname: {pod}\nIP: {ip}\nGET {path} HTTP/1.1')),
  'ghcr.io/stefanprodan/podinfo': image(
    25,
    web('web-server', 9898, '{"hostname":"{pod}","version":"6.7.0","message":"greetings from podinfo"}'),
  ),
  'gcr.io/kuar-demo/kuard-amd64': image(11, web('web-server', 8080, 'kuard on {pod}')),
  'mcr.microsoft.com/azuredocs/azure-vote-front': image(
    350,
    web('web-server', 80, '<title>Azure Voting App</title>', { listenAfterMs: 3_000, memoryBytes: 90 * MIB }),
  ),
  'mcr.microsoft.com/azuredocs/aks-helloworld': image(
    320,
    web('web-server', 80, '<title>Welcome to Azure Kubernetes Service (AKS)</title>', {
      listenAfterMs: 2_000,
      memoryBytes: 70 * MIB,
    }),
  ),
  'mcr.microsoft.com/oss/bitnami/redis': image(40, server('redis', [6379])),
  'mcr.microsoft.com/mirror/docker/library/rabbitmq': image(
    108,
    server('rabbitmq', [5672, 15672], { listenAfterMs: 8_000, memoryBytes: 160 * MIB }),
  ),
  'mcr.microsoft.com/mirror/docker/library/redis': image(42, server('redis', [6379])),
  'ghcr.io/azure-samples/aks-store-demo/store-front': aksStore('store-front', 8080, '<title>Contoso Pet Store</title>'),
  'ghcr.io/azure-samples/aks-store-demo/order-service': aksStore('order-service', 3000, '{"status":"ok"}'),
  'ghcr.io/azure-samples/aks-store-demo/product-service': aksStore(
    'product-service',
    3002,
    '[{"id":1,"name":"Contoso Catnip\'s Friend"}]',
  ),
  'ghcr.io/azure-samples/aks-store-demo/makeline-service': aksStore('makeline-service', 3001, '{"status":"ok"}'),
  'ghcr.io/azure-samples/aks-store-demo/store-admin': aksStore(
    'store-admin',
    8081,
    '<title>Contoso Pet Store Admin</title>',
  ),
  'gcr.io/google-samples/gb-frontend': image(160, web('web-server', 80, '<title>Guestbook</title>')),
  'us-docker.pkg.dev/google-samples/containers/gke/gb-frontend': image(
    160,
    web('web-server', 80, '<title>Guestbook</title>'),
  ),
  'us-docker.pkg.dev/google-samples/containers/gke/hello-app': image(
    11,
    web('web-server', 8080, 'Hello, world!\nHostname: {pod}'),
  ),
  'gcr.io/google-samples/hello-app': image(11, web('web-server', 8080, 'Hello, world!\nHostname: {pod}')),
  'mcr.microsoft.com/oss/kubernetes/kube-proxy': system('kube-proxy', 32, { role: 'kube-proxy', listenAfterMs: 500 }),
  'mcr.microsoft.com/oss/v2/kubernetes/coredns': system('coredns', 21, {
    role: 'coredns',
    ports: [53, 8080, 8181, 9153],
    listenAfterMs: 600,
    http: { status: 200, body: 'OK', latencyMs: [1, 3], errorPercent: 0 },
  }),
  'mcr.microsoft.com/oss/v2/kubernetes/metrics-server': system('metrics-server', 25, {
    role: 'metrics-server',
    ports: [4443, 10250],
    listenAfterMs: 3_000,
    http: { status: 200, body: 'ok', latencyMs: [1, 3], errorPercent: 0 },
  }),
  'registry.k8s.io/prometheus-adapter/prometheus-adapter': image(
    26,
    {
      ...PLAIN_SERVER,
      name: 'prometheus-adapter',
      role: 'prometheus-adapter',
      ports: [6443],
      listenAfterMs: 2_000,
      http: { status: 200, body: 'ok', latencyMs: [1, 3], errorPercent: 0 },
      cpuMillis: 20,
      memoryBytes: 60 * MIB,
      log: ['Serving securely on [::]:6443'],
    },
    /^v0\.\d+\.\d+$/,
  ),
  'mcr.microsoft.com/oss/kubernetes/azure-cloud-node-manager': system('cloud-node-manager', 22),
  'mcr.microsoft.com/containernetworking/azure-cns': system('azure-cns', 60, { memoryBytes: 60 * MIB }),
  'mcr.microsoft.com/aks/ip-masq-agent-v2': system('azure-ip-masq-agent', 18),
  'mcr.microsoft.com/oss/v2/kubernetes-csi/azuredisk-csi': system('csi-azuredisk-node', 90),
  'mcr.microsoft.com/oss/v2/kubernetes-csi/azurefile-csi': system('csi-azurefile-node', 95),
  'mcr.microsoft.com/oss/v2/kubernetes/autoscaler/cluster-proportional-autoscaler': system('autoscaler', 16),
  'mcr.microsoft.com/oss/v2/kubernetes/apiserver-network-proxy/agent': system('konnectivity-agent', 12, {
    ports: [8093],
    http: { status: 200, body: 'ok', latencyMs: [1, 3], errorPercent: 0 },
  }),
};
