/** `kubectl create service` and `kubectl create ingress`. Upstream: kubectl/pkg/cmd/create/create_{service,ingress}.go. */
import { withoutEmpty } from '../../client/changes.ts';
import { flagsOf } from '../../client/flags.ts';
import { failure } from '../../failure.ts';
import type { Session } from '../../session.ts';
import type { Generator } from './generator.ts';
import { portOf } from './parts.ts';

function portsOf(session: Session, isRequired: boolean): readonly object[] | undefined {
  const { flags } = session;
  const given = flags.all('tcp');
  if (given.length === 0 && isRequired) throw failure('at least one tcp port specifier must be provided');
  const nodePort = flags.int('node-port');
  const ports = given.map((text) => {
    const [port = '', target] = text.split(':');
    if (!/^\d+$/.test(port)) throw failure(`strconv.ParseInt: parsing ${JSON.stringify(port)}: invalid syntax`);
    return withoutEmpty({
      name: target === undefined ? port : `${port}-${target}`,
      nodePort: nodePort > 0 ? nodePort : undefined,
      port: Number(port),
      protocol: 'TCP',
      targetPort: portOf(target ?? port),
    });
  });
  return ports.length > 0 ? ports : undefined;
}

const serviceOf = (name: string, spec: object): object => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { labels: { app: name }, name },
  spec,
  status: { loadBalancer: {} },
});

export const clusterip: Generator = {
  name: 'clusterip',
  failsAs: 'ClusterIP service: ',
  resource: 'services',
  flags: flagsOf('tcp:list clusterip'),
  build: (session, name) => {
    const address = session.flags.text('clusterip');
    const ports = portsOf(session, address !== 'None');
    return serviceOf(
      name,
      withoutEmpty({ clusterIP: address || undefined, ports, selector: { app: name }, type: 'ClusterIP' }),
    );
  },
};

export const nodeport: Generator = {
  name: 'nodeport',
  failsAs: 'NodePort service: ',
  resource: 'services',
  flags: flagsOf('tcp:list node-port:int=0'),
  build: (session, name) =>
    serviceOf(name, withoutEmpty({ ports: portsOf(session, true), selector: { app: name }, type: 'NodePort' })),
};

export const loadbalancer: Generator = {
  name: 'loadbalancer',
  failsAs: 'LoadBalancer service: ',
  resource: 'services',
  flags: flagsOf('tcp:list'),
  build: (session, name) =>
    serviceOf(name, withoutEmpty({ ports: portsOf(session, true), selector: { app: name }, type: 'LoadBalancer' })),
};

export const externalname: Generator = {
  name: 'externalname',
  failsAs: 'ExternalName service: ',
  resource: 'services',
  flags: flagsOf('tcp:list external-name'),
  required: ['external-name'],
  build: (session, name) =>
    serviceOf(
      name,
      withoutEmpty({
        externalName: session.flags.text('external-name'),
        ports: portsOf(session, false),
        selector: { app: name },
        type: 'ExternalName',
      }),
    ),
};

const RULE = /^([^/]*)(\/[^*=]*\*?)=([^:]+):([\w-]+)(?:,tls(?:=(.*))?)?$/;

export const ingress: Generator = {
  name: 'ingress',
  failsAs: 'ingress: ',
  aliases: ['ing'],
  resource: 'ingresses.networking.k8s.io',
  flags: flagsOf('class rule:array default-backend annotation:array'),
  build: ({ flags }, name) => {
    const rules = flags.all('rule');
    const fallback = flags.text('default-backend');
    if (rules.length === 0 && !fallback)
      throw failure(
        'not enough information provided: every ingress has to either specify a default-backend (which catches all traffic) or a list of rules (which catch specific paths)',
      );
    const parsed = rules.map((text) => RULE.exec(text) ?? ruleFault(text));
    const annotations = Object.fromEntries(flags.all('annotation').map((pair) => pair.split('=') as [string, string]));
    return {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { ...(Object.keys(annotations).length > 0 ? { annotations } : {}), name },
      spec: withoutEmpty({
        defaultBackend: fallback ? backendOf(...(fallback.split(':') as [string, string])) : undefined,
        ingressClassName: flags.text('class') || undefined,
        rules: parsed.length > 0 ? hostsOf(parsed) : undefined,
        tls: tlsOf(parsed),
      }),
      status: { loadBalancer: {} },
    };
  },
};

function ruleFault(text: string): never {
  throw failure(`rule ${text} is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]`);
}

const backendOf = (service: string, port: string): object => ({
  service: { name: service, port: /^\d+$/.test(port) ? { number: Number(port) } : { name: port } },
});

function hostsOf(rules: readonly RegExpExecArray[]): readonly object[] {
  const hosts = new Map<string, object[]>();
  for (const [, host = '', path = '', service = '', port = ''] of rules) {
    const isPrefix = path.endsWith('*');
    const entry = {
      backend: backendOf(service, port),
      path: isPrefix ? path.slice(0, -1) : path,
      pathType: isPrefix ? 'Prefix' : 'Exact',
    };
    hosts.set(host, [...(hosts.get(host) ?? []), entry]);
  }
  return [...hosts].map(([host, paths]) => ({ ...(host ? { host } : {}), http: { paths } }));
}

function tlsOf(rules: readonly RegExpExecArray[]): readonly object[] | undefined {
  const secured = rules.filter(([text]) => /,tls(=|$)/.test(text));
  const entries = secured.map(([, host = '', , , , secret]) => ({
    ...(host ? { hosts: [host] } : {}),
    ...(secret ? { secretName: secret } : {}),
  }));
  return entries.length > 0 ? entries : undefined;
}
