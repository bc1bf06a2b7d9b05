/** Fields that releases 1.31 to 1.35 added to what `kubernetes-types` describes. Sources: the API reference of 1.35. */

export interface OverlaySchema {
  $ref?: string;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: OverlaySchema[];
  items?: OverlaySchema;
  properties?: Record<string, OverlaySchema>;
  required?: string[];
  additionalProperties?: boolean | OverlaySchema;
  description?: string;
}

const text = (description: string): OverlaySchema => ({ type: 'string', description });
const ref = (name: string, description: string): OverlaySchema => ({ $ref: `#/definitions/${name}`, description });
const listOf = (items: OverlaySchema, description: string): OverlaySchema => ({ type: 'array', items, description });

const ADDED: Record<string, Record<string, OverlaySchema>> = {
  PodSpec: {
    resources: ref(
      'ResourceRequirements',
      'CPU and memory of the pod as a whole, shared by its containers (1.34 beta).',
    ),
    hostnameOverride: text('Host name of the pod as it sees it.'),
  },
  PodSecurityContext: {
    supplementalGroupsPolicy: text('How supplemental groups are worked out: Merge or Strict.'),
    seLinuxChangePolicy: text('How the SELinux label of volumes is set: MountOption or Recursive.'),
  },
  Container: {
    restartPolicyRules: listOf(
      { type: 'object', description: 'A rule on exit codes.' },
      'Rules that override the restart policy.',
    ),
  },
  Lifecycle: { stopSignal: text('Signal that asks the container to stop, SIGTERM by default.') },
  ServiceSpec: { trafficDistribution: text('PreferClose, PreferSameZone or PreferSameNode.') },
  Volume: { image: { type: 'object', description: 'An OCI image mounted read-only.', additionalProperties: true } },
  JobSpec: { managedBy: text('Which controller reconciles the Job.') },
  PodStatus: {
    observedGeneration: { type: 'integer', description: 'metadata.generation that the status reflects.' },
    hostIPs: listOf({ type: 'object', properties: { ip: text('Address.') } }, 'Addresses of the node.'),
  },
  DeploymentStatus: { terminatingReplicas: { type: 'integer', description: 'Pods with a deletionTimestamp.' } },
  ReplicaSetStatus: { terminatingReplicas: { type: 'integer', description: 'Pods with a deletionTimestamp.' } },
};

/** Adds to the definitions in place. */
export function overlay(definitions: Record<string, OverlaySchema>): void {
  for (const [name, fields] of Object.entries(ADDED)) {
    const properties = definitions[name]?.properties;
    if (!properties) throw new Error(`no definition ${name} to add to`);
    for (const [field, schema] of Object.entries(fields)) properties[field] ??= schema;
  }
}
