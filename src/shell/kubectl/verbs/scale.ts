/** `kubectl scale` and `kubectl autoscale`. Upstream: kubectl/pkg/cmd/{scale,autoscale}, kubectl/pkg/scale/scale.go. */
import { createObject, each, sendPatch, withoutEmpty, writeQuery } from '../client/changes.ts';
import { apiVersionOf, type Resource } from '../client/discovery.ts';
import { flagsOf, DRY_RUN_FLAG, FILE_FLAGS, PRINT_FLAGS } from '../client/flags.ts';
import { liveObjects, selectionOf, type Found } from '../client/infos.ts';
import { pathOf } from '../client/rest.ts';
import { failure, ServerRefusal, throwAll } from '../failure.ts';
import { changePrinter } from '../printers/output.ts';
import type { Live, Session } from '../session.ts';

export const SCALE_FLAGS = flagsOf(`
  ${FILE_FLAGS} ${PRINT_FLAGS} ${DRY_RUN_FLAG} all:bool selector/l replicas:int=-1 current-replicas:int=-1 resource-version timeout:duration=0s`);

export const AUTOSCALE_FLAGS = flagsOf(`
  ${FILE_FLAGS} ${PRINT_FLAGS} ${DRY_RUN_FLAG} min:int=-1 max:int=-1 cpu-percent:int=-1 cpu memory name save-config:bool field-manager`);

export function scale(session: Session): void {
  const { flags } = session;
  const replicas = flags.int('replicas');
  if (replicas < 0)
    throw failure('The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0');
  const failures: Error[] = [];
  const selection = { ...selectionOf(session), selectsAll: flags.bool('all'), needsName: true };
  if (flags.args.length === 0 && flags.all('filename').length === 0) throw failure(MISSING);
  const found = liveObjects(session, selection, failures);
  if (found.length === 0 && failures.length === 0) throw failure('no objects passed to scale');
  const tell = changePrinter(session);
  each(found, failures, (item) => {
    checkBefore(session, item);
    if (session.dryRun === 'client') return tell('scaled', item.object);
    const query = session.dryRun === 'server' ? { dryRun: 'All' } : {};
    sendPatch(session, item, 'merge', { spec: { replicas } }, query, 'scale');
    tell('scaled', item.object);
  });
  throwAll(failures);
}

export const MISSING =
  "You must provide one or more resources by argument or filename.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   '<resource> <name>'\n   '<resource>'";

interface Scale {
  readonly metadata?: { readonly resourceVersion?: string };
  readonly spec?: { readonly replicas?: number };
}

function checkBefore(session: Session, { resource, namespace, name }: Found): void {
  const { flags, rest } = session;
  const current = flags.int('current-replicas');
  const version = flags.text('resource-version');
  if (current < 0 && !version) return;
  const { metadata, spec } = rest.json('GET', pathOf(resource, namespace, name, 'scale')) as Scale;
  if (current >= 0 && spec?.replicas !== current)
    throw failure(`Expected replicas to be ${current}, was ${spec?.replicas ?? 0}`);
  if (version && metadata?.resourceVersion !== version)
    throw failure(`Expected resource version to be ${version}, was ${metadata?.resourceVersion ?? ''}`);
}

export function autoscale(session: Session): void {
  const { flags } = session;
  const max = flags.int('max');
  const min = flags.int('min');
  if (max < 1) throw failure(`--max=MAXPODS is required and must be at least 1, max: ${max}`);
  if (max < min) throw failure(`--max=MAXPODS must be larger or equal to --min=MINPODS, max: ${max}, min: ${min}`);
  const failures: Error[] = [];
  const found = liveObjects(session, { ...selectionOf(session), needsName: true }, failures);
  const tell = changePrinter(session);
  const resource = session.discovery.named('horizontalpodautoscalers.autoscaling');
  each(found, failures, (item) => {
    if (!item.resource.subresources.includes('scale'))
      throw failure(`cannot autoscale a ${item.resource.kind}: the server does not allow scaling it`);
    const object = autoscalerOf(session, item, resource, min, max);
    if (session.dryRun === 'client') return tell('autoscaled', object);
    const create = (wanted: object, version = resource): Live =>
      createObject(session, version, item.namespace, wanted, writeQuery(session, 'kubectl-autoscale'));
    const older = session.discovery.named('horizontalpodautoscalers.v1.autoscaling');
    tell(
      'autoscaled',
      made(
        ['cpu', 'memory', 'cpu-percent'].some((name) => flags.has(name)),
        () => create(object),
        () => create(olderAutoscaler(session, object, older), older),
      ),
    );
  });
  throwAll(failures);
}

/** What version 2 refuses is tried in version 1, which has a share of CPU alone. Upstream: kubectl/pkg/cmd/autoscale. */
function made<T>(hasMetrics: boolean, act: () => T, again: () => T): T {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof ServerRefusal)) throw error;
    if (hasMetrics) return again();
    throw failure(
      'failed to create autoscaling/v2 HPA and the configuration is incompatible with autoscaling/v1: empty input',
    );
  }
}

function olderAutoscaler({ flags }: Session, object: object, resource: Resource): object {
  const { metrics: _metrics, ...spec } = (object as { spec: { metrics?: unknown } }).spec;
  const share = /^(\d+)%$/.exec(flags.text('cpu'))?.[1] ?? String(flags.int('cpu-percent'));
  const percent = Number(share) > 0 ? { targetCPUUtilizationPercentage: Number(share) } : {};
  const counts = { currentReplicas: 0, desiredReplicas: 0 };
  return { ...object, apiVersion: apiVersionOf(resource), spec: { ...spec, ...percent }, status: counts };
}

function autoscalerOf({ flags }: Session, item: Found, resource: Resource, min: number, max: number): object {
  const percent = flags.int('cpu-percent');
  const metrics = [
    metricOf('cpu', flags.text('cpu') || (percent >= 0 ? `${percent}%` : '')),
    metricOf('memory', flags.text('memory')),
  ].filter((metric) => metric !== undefined);
  return {
    apiVersion: apiVersionOf(resource),
    kind: resource.kind,
    metadata: { name: flags.text('name') || item.name },
    spec: {
      maxReplicas: max,
      ...withoutEmpty({ metrics: metrics.length > 0 ? metrics : undefined }),
      ...(min > 0 ? { minReplicas: min } : {}),
      scaleTargetRef: { apiVersion: apiVersionOf(item.resource), kind: item.resource.kind, name: item.name },
    },
    status: { currentMetrics: null, desiredReplicas: 0 },
  };
}

function metricOf(name: string, wanted: string): object | undefined {
  if (wanted === '') return undefined;
  const percent = /^(\d+)%$/.exec(wanted);
  const target = percent
    ? { averageUtilization: Number(percent[1]), type: 'Utilization' }
    : { averageValue: wanted, type: 'AverageValue' };
  return { resource: { name, target }, type: 'Resource' };
}
