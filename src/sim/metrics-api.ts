/**
 * What metrics-server serves behind the APIService `v1beta1.metrics.k8s.io`: NodeMetrics and PodMetrics, read only.
 * Upstream: kubernetes-sigs/metrics-server pkg/api/{node,pod,table}.go, staging/src/k8s.io/metrics/pkg/apis/metrics/v1beta1.
 */
import {
  addQuantities,
  type Column,
  type KindDefinition,
  type KubeObject,
  type Stored,
  type Verb,
} from './api/index.ts';
import { answerObjects, missingObject, type ExtensionServer, type ServedObjects } from './apiserver/aggregation.ts';
import type { RequestContext } from './apiserver/context.ts';
import type { Kernel } from './kernel/index.ts';
import type { ResourceMetrics } from './metrics.ts';
import type { Usage } from './workloads/index.ts';

const GROUP = 'metrics.k8s.io';
const VERSION = 'v1beta1';
const READ_ONLY: readonly Verb[] = ['get', 'list'];

type Amounts = Readonly<Record<'cpu' | 'memory', string>>;

interface Measured extends KubeObject {
  readonly window: string;
  readonly timestamp: string;
  /** Of a node. */
  readonly usage?: Amounts;
  /** Of a pod. */
  readonly containers?: readonly { readonly name: string; readonly usage: Amounts }[];
}

function column(name: string, format: string, cell: (object: Measured) => string): Column<Measured> {
  const description = name === 'Name' ? 'Name of the resource' : '';
  return { name, type: 'string', format, description, priority: 0, cell };
}

function usedOf({ usage, containers = [] }: Measured, name: 'cpu' | 'memory'): string {
  return usage?.[name] ?? containers.map((container) => container.usage[name]).reduce(addQuantities);
}

function metricsKind(kind: string, plural: string, isNamespaced: boolean): KindDefinition<Measured> {
  return {
    group: GROUP,
    version: VERSION,
    kind,
    plural,
    singular: '',
    isNamespaced,
    verbs: READ_ONLY,
    support: 'simulated',
    columns: [
      column('Name', 'name', ({ metadata }) => metadata?.name ?? ''),
      column('cpu', 'quantity', (object) => usedOf(object, 'cpu')),
      column('memory', 'quantity', (object) => usedOf(object, 'memory')),
      column('Window', 'duration', ({ window }) => window),
    ],
  };
}

const NODES = metricsKind('NodeMetrics', 'nodes', false) as unknown as KindDefinition;
const PODS = metricsKind('PodMetrics', 'pods', true) as unknown as KindDefinition;
export const METRICS_KINDS: readonly KindDefinition[] = [NODES, PODS];

/** Nanocores and kibibytes, as the kubelets report them. */
function amountsOf({ cpuMillis, memoryBytes }: Usage): Amounts {
  return { cpu: `${Math.round(cpuMillis * 1_000_000)}n`, memory: `${Math.ceil(memoryBytes / 1024)}Ki` };
}

export class MetricsServer implements ExtensionServer, ServedObjects {
  readonly group = GROUP;
  readonly version = VERSION;
  readonly kinds = METRICS_KINDS;

  constructor(
    private readonly kernel: Kernel,
    private readonly metrics: ResourceMetrics,
  ) {}

  get isAvailable(): boolean {
    return this.metrics.isAvailable;
  }

  kindOf(plural: string): KindDefinition | undefined {
    return METRICS_KINDS.find((kind) => kind.plural === plural);
  }

  answer(context: RequestContext): KubeObject {
    return answerObjects(context, this);
  }

  missing({ plural }: KindDefinition, namespace: string | undefined, name: string): ReturnType<typeof missingObject> {
    return missingObject(plural === 'pods' ? `podmetrics.${GROUP}` : `nodemetrics.${GROUP}`, namespace, name);
  }

  list({ plural }: KindDefinition, namespace: string | undefined): readonly Stored[] {
    if (plural === 'nodes') {
      return this.metrics
        .nodes()
        .map(({ at, windowMs, name, labels, ...usage }) =>
          this.shown('NodeMetrics', { name, labels }, at, windowMs, { usage: amountsOf(usage) }),
        );
    }
    return this.metrics.pods(namespace).map(({ at, windowMs, name, namespace: home, labels, containers }) =>
      this.shown('PodMetrics', { name, namespace: home, labels }, at, windowMs, {
        containers: containers.map(({ name: container, ...usage }) => ({ name: container, usage: amountsOf(usage) })),
      }),
    );
  }

  private shown(kind: string, metadata: object, at: number, windowMs: number, more: object): Stored {
    const { kernel } = this;
    return {
      kind,
      apiVersion: `${GROUP}/${VERSION}`,
      metadata: { ...metadata, creationTimestamp: kernel.formatTime() },
      timestamp: kernel.formatTime(at),
      window: `${windowMs / 1000}s`,
      ...more,
    } as unknown as Stored;
  }
}
