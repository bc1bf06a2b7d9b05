/**
 * How lists merge: by key, as a set, or as a whole. From the `patchStrategy`, `patchMergeKey` and `listType` markers of
 * the API types (api/openapi-spec/v3 of release 1.35). A rule is found by the field's name and, where the same name means
 * different things, by what the list stands in.
 */

export interface ListRule {
  /** Keys by which items are the same; empty for a set of plain values. */
  readonly keys: readonly string[];
  /** The one key that strategic merge patch uses; absent where it replaces the list. */
  readonly patchKey?: string;
}

const byName = (patchKey: string, keys: readonly string[] = [patchKey]): ListRule => ({ keys, patchKey });
/** Server-side apply merges by these keys, strategic merge patch replaces the list. */
const applyOnly = (...keys: string[]): ListRule => ({ keys });
/** Plain values: a set for server-side apply; strategic merge patch adds to it. */
const SET: ListRule = { keys: [], patchKey: '' };

const RULES: Readonly<Record<string, ListRule>> = {
  containers: byName('name'),
  initContainers: byName('name'),
  ephemeralContainers: byName('name'),
  env: byName('name'),
  volumeMounts: byName('mountPath'),
  volumeDevices: byName('devicePath'),
  volumes: byName('name'),
  imagePullSecrets: byName('name'),
  hostAliases: byName('ip'),
  topologySpreadConstraints: byName('topologyKey', ['topologyKey', 'whenUnsatisfiable']),
  resourceClaims: byName('name'),
  schedulingGates: byName('name'),
  readinessGates: { keys: [] },
  conditions: byName('type'),
  ownerReferences: byName('uid'),
  finalizers: SET,
  taints: byName('key'),
  addresses: byName('type'),
  podIPs: byName('ip'),
  hostIPs: byName('ip'),
  secrets: byName('name'),
  webhooks: byName('name'),
  claims: applyOnly('name'),
  resizePolicy: applyOnly('resourceName'),
  matchLabelKeys: { keys: [] },
  podCIDRs: SET,
  loadBalancerSourceRanges: { keys: [] },
  clusterIPs: { keys: [] },
  metrics: { keys: [] },
  drivers: byName('name'),
  resourceNames: { keys: [] },
};

const ATOMIC: ListRule | undefined = undefined;

/** `path` are the fields from the root to the list; undefined: the list is one value and is replaced. */
export function listRuleOf(kind: string, path: readonly string[]): ListRule | undefined {
  const field = path.at(-1) ?? '';
  const parent = path.at(-2) ?? '';
  if (field === 'ports') return portsRule(kind, parent);
  if (field === 'conditions' && kind === 'Event') return ATOMIC;
  if (field === 'addresses' && kind !== 'Node') return ATOMIC;
  if (field === 'drivers' && kind !== 'CSINode') return ATOMIC;
  if (field === 'podCIDRs' && kind !== 'Node') return ATOMIC;
  if (
    ['matchLabelKeys', 'readinessGates', 'loadBalancerSourceRanges', 'clusterIPs', 'metrics', 'resourceNames'].includes(
      field,
    )
  ) {
    return ATOMIC;
  }
  return Object.hasOwn(RULES, field) ? RULES[field] : ATOMIC;
}

function portsRule(kind: string, parent: string): ListRule | undefined {
  if (parent === 'containers' || parent === 'initContainers' || parent === 'ephemeralContainers') {
    return byName('containerPort', ['containerPort', 'protocol']);
  }
  return kind === 'Service' && parent === 'spec' ? byName('port', ['port', 'protocol']) : ATOMIC;
}

/** Mappings whose fields exclude each other: a patch says which to keep (`patchStrategy: retainKeys`). */
export function retainsKeys(kind: string, path: readonly string[]): boolean {
  return path.at(-1) === 'volumes' || (kind === 'Deployment' && path.length === 2 && path[1] === 'strategy');
}

/** Mappings that are one value for server-side apply (`x-kubernetes-map-type: atomic`). */
export function isAtomicMap(path: readonly string[]): boolean {
  const field = path.at(-1) ?? '';
  return [
    'selector',
    'labelSelector',
    'namespaceSelector',
    'nodeSelector',
    'secretRef',
    'configMapRef',
    'secretKeyRef',
    'configMapKeyRef',
    'fieldRef',
    'resourceFieldRef',
    'claimRef',
    'targetRef',
    'scaleTargetRef',
    'roleRef',
    'involvedObject',
  ].includes(field);
}
