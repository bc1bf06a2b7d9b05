/** What the tables can do to an object, each as the request that a dashboard sends. Pure. */
import type { Command } from '../../../run/types.ts';
import type { Stored } from '../../../sim/api/object.ts';
import { partsOfKey } from '../../view/names.ts';

type Request = Extract<Command, { readonly verb: 'request' }>;

export type RowAction = 'scale' | 'restart' | 'cordon' | 'uncordon' | 'suspend' | 'resume' | 'delete';

const SCALED = new Set(['deployments.apps', 'statefulsets.apps', 'replicasets.apps', 'replicationcontrollers']);
const RESTARTED = new Set(['deployments.apps', 'statefulsets.apps', 'daemonsets.apps']);
/** Objects that the API server keeps by itself, and that nobody deletes from a table. */
const KEPT = new Set(['events', 'leases.coordination.k8s.io']);

export function actionsFor(key: string, object: Stored | undefined): readonly RowAction[] {
  const resource = partsOfKey(key)?.resource ?? '';
  const { spec } = (object ?? {}) as { spec?: { unschedulable?: boolean; suspend?: boolean } };
  return [
    ...(SCALED.has(resource) ? (['scale'] as const) : []),
    ...(RESTARTED.has(resource) ? (['restart'] as const) : []),
    ...(resource === 'nodes' ? [spec?.unschedulable ? ('uncordon' as const) : ('cordon' as const)] : []),
    ...(resource === 'cronjobs.batch' ? [spec?.suspend ? ('resume' as const) : ('suspend' as const)] : []),
    ...(KEPT.has(resource) ? [] : (['delete'] as const)),
  ];
}

export interface RowActionInput {
  readonly replicas?: number;
  /** When a restart is asked for, as the cluster tells the time. */
  readonly at?: string;
}

/** `apiVersion` is that of the kind: the path follows from it. */
export function requestOf(key: string, apiVersion: string, action: RowAction, input: RowActionInput = {}): Request {
  const { resource, namespace, name } = partsOfKey(key)!;
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const plural = resource.split('.')[0]!;
  const path = `${root}${namespace ? `/namespaces/${namespace}` : ''}/${plural}/${encodeURIComponent(name)}`;
  const base = { verb: 'request', client: 'dashboard', path } as const;
  if (action === 'delete') {
    const body = JSON.stringify({ kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background' });
    return { ...base, method: 'DELETE', headers: headersOf('application/json'), body };
  }
  const patch = {
    ...base,
    method: 'PATCH',
    headers: headersOf(action === 'scale' ? 'application/merge-patch+json' : 'application/strategic-merge-patch+json'),
    body: JSON.stringify(changeOf(action, input)),
  };
  return action === 'scale' ? { ...patch, path: `${path}/scale` } : patch;
}

const headersOf = (type: string): Readonly<Record<string, string>> => ({
  'content-type': type,
  'user-agent': 'pilothouse-dashboard',
});

function changeOf(action: Exclude<RowAction, 'delete'>, { replicas = 1, at = '' }: RowActionInput): object {
  switch (action) {
    case 'scale':
      return { spec: { replicas } };
    case 'restart':
      return { spec: { template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': at } } } } };
    case 'cordon':
      return { spec: { unschedulable: true } };
    case 'uncordon':
      return { spec: { unschedulable: null } };
    default:
      return { spec: { suspend: action === 'suspend' } };
  }
}
