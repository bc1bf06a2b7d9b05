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

const whole = (description: string): OverlaySchema => ({ type: 'number', description });
const flag = (description: string): OverlaySchema => ({ type: 'boolean', description });
const object = (description: string, properties?: Record<string, OverlaySchema>): OverlaySchema =>
  properties
    ? { type: 'object', description, properties }
    : { type: 'object', description, additionalProperties: true };

/** Kinds that came after 1.30, by apiVersion; their spec is described as far as people write it. */
const NEW_KINDS: Record<string, Record<string, Record<string, OverlaySchema>>> = {
  'pilothouse.dev/v1': {
    Workload: {
      spec: object('How an image behaves in this simulator.', {
        image: text('Repository of the image, or with a tag for that one alone.'),
        server: object('Answers over HTTP.', {
          ports: listOf(whole('A port.'), 'Ports that it listens on.'),
          status: whole('Status of its answers, 200 by default.'),
          body: text('Body of its answers; {pod}, {node}, {ip}, {path} and {image} stand for facts.'),
          latencyMs: {
            anyOf: [whole('Milliseconds.'), listOf(whole('Milliseconds.'), 'The least and the most.')],
            description: 'How long an answer takes, in milliseconds: a number, or the least and the most.',
          },
          errorPercent: whole('How many of a hundred requests get 500.'),
          readyAfterSeconds: whole('How long it takes to listen.'),
        }),
        usage: object('What it uses.', {
          cpu: text('Processor time, e.g. 50m.'),
          memory: text('Memory, e.g. 64Mi.'),
          memoryGrowthPerSecond: text('By how much its memory grows.'),
          cpuPerRequest: text('Processor time that a request adds, e.g. 60m.'),
          storage: text("Bytes in the container's own layer, e.g. 2Gi."),
          storageGrowthPerSecond: text('By how much that grows.'),
          processes: whole('Threads and processes, 1 by default.'),
        }),
        exit: object('It ends by itself.', {
          afterSeconds: whole('Seconds after its start.'),
          code: whole('Exit code: 0 by default, 1 where it ends for a reason.'),
          log: text('The last line of its log.'),
          when: object('It ends for one of these reasons alone.', {
            variableMissing: text('An environment variable is not set.'),
            fileMissing: text('A file or directory is not there.'),
            unreachable: text('Nothing listens at this address, e.g. db:5432.'),
            requests: whole('It has answered so many requests.'),
            path: text('It is asked for this path.'),
          }),
        }),
        stop: object('How it ends when it is told to.', {
          afterSeconds: whole('Seconds after SIGTERM.'),
          code: whole('Exit code, 0 by default.'),
        }),
        client: object('Sends requests of its own.', {
          url: text('Where to.'),
          everySeconds: whole('Seconds between two requests, 1 by default.'),
          requestsPerSecond: whole('Requests a second; above 2 each that is shown stands for many.'),
          method: text('GET by default.'),
          body: text('What it sends; {pod} stands for its name.'),
        }),
        queue: object('Keeps messages in queues: POST /orders, POST /orders/take, DELETE /orders/<id>, GET /orders.', {
          directory: text('Where it keeps them, /data by default: mount a volume there.'),
        }),
        consumer: object('Takes messages from a queue and settles them.', {
          url: text('The queue, e.g. http://queue:8080/orders; $(NAME) stands for a variable.'),
          secondsPerMessage: whole('How long a message takes, 1 by default; its lock ends after 30.'),
          failPercent: whole('How many of a hundred messages it fails at.'),
        }),
        store: object('Keeps values under /keys/<name>; one replica leads and takes writes, the others copy.', {
          peers: text('The headless Service under which the replicas find each other.'),
          lease: text('The Lease that they elect a leader by; without one the replica with ordinal 0 leads.'),
          directory: text('Where it keeps them, /data by default: mount a volume there.'),
          copyEverySeconds: whole('How often a follower copies, 3 by default.'),
        }),
        script: text('A program for the shell, which runs beside what is served.'),
        log: listOf(text('A line.'), 'Lines that it logs at its start.'),
      }),
    },
  },
  'networking.k8s.io/v1': {
    IPAddress: {
      spec: object('Which object holds the address.', {
        parentRef: object('The holder.', {
          group: text('Its group.'),
          name: text('Its name.'),
          namespace: text('Its namespace.'),
          resource: text('Its resource.'),
        }),
      }),
    },
    ServiceCIDR: {
      spec: object('Ranges of cluster addresses.', { cidrs: listOf(text('A range.'), 'One range a family.') }),
      status: object('State of the ranges.'),
    },
  },
  'storage.k8s.io/v1': {
    VolumeAttributesClass: {
      driverName: text('The CSI driver that understands the parameters.'),
      parameters: {
        type: 'object',
        description: 'What the driver is asked for.',
        additionalProperties: { type: 'string' },
      },
    },
  },
  'apiregistration.k8s.io/v1': {
    APIService: {
      spec: object('Where the group and version are served.', {
        caBundle: text('Certificates to trust, base64.'),
        group: text('API group.'),
        groupPriorityMinimum: { type: 'number', description: 'Rank of the group.' },
        insecureSkipTLSVerify: flag('Whether the certificate is not checked.'),
        service: object('The Service; none means this server.', {
          name: text('Its name.'),
          namespace: text('Its namespace.'),
          port: { type: 'number', description: 'Its port, 443 by default.' },
        }),
        version: text('API version.'),
        versionPriority: { type: 'number', description: 'Rank of the version.' },
      }),
      status: object('Whether it answers.'),
    },
  },
  'resource.k8s.io/v1': {
    DeviceClass: { spec: object('Which devices, and how they are set up.') },
    ResourceClaim: { spec: object('What is asked for.'), status: object('What was given.') },
    ResourceClaimTemplate: { spec: object('The claim to make for each pod.') },
    ResourceSlice: { spec: object('Devices of a pool.') },
  },
};

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
      object('A rule on exit codes.', {
        action: text('Restart, or RestartAllContainers.'),
        exitCodes: object('Which exit codes the rule is about.', {
          operator: text('In or NotIn.'),
          values: listOf({ type: 'number' }, 'Exit codes.'),
        }),
      }),
      'Rules that override the restart policy.',
    ),
  },
  EnvVarSource: {
    fileKeyRef: object('A value from a file in a volume (1.34 alpha).', {
      key: text('The key in the file.'),
      optional: flag('Whether the file or the key may be missing.'),
      path: text('The file in the volume.'),
      volumeName: text('The volume.'),
    }),
  },
  ContainerStatus: {
    allocatedResourcesStatus: listOf(object('State of a device.'), 'States of what the container was given.'),
    stopSignal: text('The signal that will stop the container.'),
  },
  PodCondition: { observedGeneration: whole('metadata.generation that the condition reflects.') },
  HPAScalingRules: {
    tolerance: ref('Quantity', 'How far a metric may be off before anything is scaled, 0.1 by default (1.35 beta).'),
  },
  EndpointHints: {
    forNodes: listOf(object('A node.', { name: text('Name of the node.') }), 'Nodes that should use the endpoint.'),
  },
  NodeStatus: {
    declaredFeatures: listOf(text('Name of a feature.'), 'Features that the node says it has.'),
    features: object('What the node can do.', { supplementalGroupsPolicy: flag('Whether it knows the policy.') }),
  },
  VolumeProjection: {
    podCertificate: object('A certificate for the pod (1.35 beta).', {
      certificateChainPath: text('Where the chain is written.'),
      credentialBundlePath: text('Where key and chain are written together.'),
      keyPath: text('Where the key is written.'),
      keyType: text('Kind of the key, for example ED25519.'),
      maxExpirationSeconds: whole('How long the certificate may be valid.'),
      signerName: text('Who signs.'),
    }),
  },
  LeaseSpec: {
    preferredHolder: text('Whom the holder should hand the lease to.'),
    strategy: text('How a new holder is chosen.'),
  },
  Lifecycle: { stopSignal: text('Signal that asks the container to stop, SIGTERM by default.') },
  ServiceSpec: { trafficDistribution: text('PreferClose, PreferSameZone or PreferSameNode.') },
  Volume: {
    image: object('An OCI image mounted read-only.', {
      pullPolicy: text('Always, IfNotPresent or Never.'),
      reference: text('The image.'),
    }),
  },
  JobSpec: { managedBy: text('Which controller reconciles the Job.') },
  PodStatus: {
    observedGeneration: whole('metadata.generation that the status reflects.'),
    hostIPs: listOf({ type: 'object', properties: { ip: text('Address.') } }, 'Addresses of the node.'),
  },
  DeploymentStatus: { terminatingReplicas: whole('Pods with a deletionTimestamp.') },
  ReplicaSetStatus: { terminatingReplicas: whole('Pods with a deletionTimestamp.') },
};

/** Adds to the definitions and to the kinds (`apps/v1/Deployment` to its definition) in place. */
export function overlay(definitions: Record<string, OverlaySchema>, kinds: Record<string, string>): void {
  for (const [apiVersion, members] of Object.entries(NEW_KINDS)) {
    for (const [kind, fields] of Object.entries(members)) {
      // A pod's list of claims has a ResourceClaim of its own.
      const name = definitions[kind] ? `${apiVersion.split('.')[0]}_v1.${kind}` : kind;
      kinds[`${apiVersion}/${kind}`] = name;
      definitions[name] = {
        type: 'object',
        properties: {
          apiVersion: { type: 'string', const: apiVersion },
          kind: { type: 'string', const: kind },
          metadata: ref('ObjectMeta', 'Name, labels and annotations.'),
          ...fields,
        },
        additionalProperties: false,
      };
    }
  }
  for (const [name, fields] of Object.entries(ADDED)) {
    const properties = definitions[name]?.properties;
    if (!properties) throw new Error(`no definition ${name} to add to`);
    for (const [field, schema] of Object.entries(fields)) properties[field] ??= schema;
  }
}
