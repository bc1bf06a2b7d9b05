/** `kubectl expose`. Upstream: kubectl/pkg/cmd/expose/expose.go. Left out: `--overrides`, external load balancer addresses. */
import { createObject, each, withoutEmpty, writeQuery } from '../client/changes.ts';
import { flagsOf, DRY_RUN_FLAG, FILE_FLAGS, PRINT_FLAGS } from '../client/flags.ts';
import { liveObjects, selectionOf, type Found } from '../client/infos.ts';
import { failure, throwAll } from '../failure.ts';
import { changePrinter } from '../printers/output.ts';
import type { Session } from '../session.ts';
import { labelsOf, portOf } from './generators/parts.ts';
import { MISSING } from './scale.ts';

export const EXPOSE_FLAGS = flagsOf(`
  ${FILE_FLAGS} ${PRINT_FLAGS} ${DRY_RUN_FLAG} port target-port protocol type name selector labels/l cluster-ip session-affinity external-ip
  load-balancer-ip overrides override-type save-config:bool field-manager`);

interface Exposable {
  readonly spec?: {
    readonly selector?: {
      readonly matchLabels?: Readonly<Record<string, string>>;
      readonly matchExpressions?: readonly unknown[];
    } & Readonly<Record<string, unknown>>;
    readonly ports?: readonly { readonly port: number; readonly protocol?: string }[];
    readonly containers?: readonly Container[];
    readonly template?: { readonly spec?: { readonly containers?: readonly Container[] } };
  };
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
}

interface Container {
  readonly ports?: readonly { readonly containerPort: number; readonly protocol?: string }[];
}

export function expose(session: Session): void {
  const { flags } = session;
  if (flags.args.length === 0 && flags.all('filename').length === 0) throw failure(MISSING);
  const failures: Error[] = [];
  const found = liveObjects(session, { ...selectionOf(session), selector: '', needsName: true }, failures);
  const tell = changePrinter(session);
  const services = session.discovery.named('services');
  each(found, failures, (item) => {
    const service = serviceFor(session, item);
    if (session.dryRun === 'client') return tell('exposed', service);
    tell('exposed', createObject(session, services, session.namespace, service, writeQuery(session, 'kubectl-expose')));
  });
  throwAll(failures);
}

const EXPOSED = new Set(['Pod', 'Service', 'ReplicationController', 'Deployment', 'ReplicaSet']);

function serviceFor({ flags }: Session, item: Found): object {
  const { resource, name } = item;
  const object = item.object as Exposable;
  if (!EXPOSED.has(resource.kind)) {
    const shown = resource.group ? `${resource.kind}.${resource.group}` : resource.kind;
    throw failure(`cannot expose a ${shown}`);
  }
  const selector = flags.text('selector') ? labelsOf(flags.text('selector')) : selectorOf(object, resource.kind);
  const ports = portsOf(object);
  const given = flags
    .text('port')
    .split(',')
    .filter(Boolean)
    .map((port) => ({ port: Number(port), protocol: 'TCP' }));
  const wanted = given.length > 0 ? given : ports;
  if (wanted.length === 0) throw failure("couldn't find port via --port flag or introspection");
  const labels = flags.text('labels') ? labelsOf(flags.text('labels')) : (object.metadata?.labels ?? {});
  const target = flags.text('target-port');
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { ...(Object.keys(labels).length > 0 ? { labels } : {}), name: flags.text('name') || name },
    spec: withoutEmpty({
      clusterIP: flags.text('cluster-ip') || undefined,
      externalIPs: flags.text('external-ip') ? [flags.text('external-ip')] : undefined,
      ports: wanted.map(({ port, protocol }, index) =>
        withoutEmpty({
          name: wanted.length > 1 ? `port-${index + 1}` : undefined,
          port,
          protocol: flags.text('protocol') || protocol || 'TCP',
          targetPort: target ? portOf(target) : port,
        }),
      ),
      selector,
      sessionAffinity: flags.text('session-affinity') || undefined,
      type: flags.text('type') || undefined,
    }),
    status: { loadBalancer: {} },
  };
}

function selectorOf({ spec, metadata }: Exposable, kind: string): Readonly<Record<string, unknown>> {
  if (kind === 'Pod') {
    const labels = metadata?.labels ?? {};
    if (Object.keys(labels).length === 0)
      throw failure(
        `couldn't retrieve selectors via --selector flag or introspection: the pod has no labels and cannot be exposed`,
      );
    return labels;
  }
  if (kind === 'Deployment' || kind === 'ReplicaSet') {
    if (spec?.selector?.matchExpressions?.length)
      throw failure(
        `couldn't retrieve selectors via --selector flag or introspection: couldn't convert expressions - "${JSON.stringify(spec.selector.matchExpressions)}" to map-based selector format`,
      );
    return spec?.selector?.matchLabels ?? {};
  }
  const selector = spec?.selector ?? {};
  if (Object.keys(selector).length === 0)
    throw failure(
      "couldn't retrieve selectors via --selector flag or introspection: the service has no pod selector set",
    );
  return selector;
}

function portsOf({ spec }: Exposable): readonly { readonly port: number; readonly protocol?: string }[] {
  if (spec?.ports) return spec.ports;
  const containers = spec?.containers ?? spec?.template?.spec?.containers ?? [];
  return containers.flatMap(({ ports = [] }) =>
    ports.map(({ containerPort, protocol }) => ({ port: containerPort, ...(protocol ? { protocol } : {}) })),
  );
}
