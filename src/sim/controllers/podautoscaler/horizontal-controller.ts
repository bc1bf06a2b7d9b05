/**
 * HorizontalPodAutoscaler: every 15 seconds, as many replicas as the metrics want.
 * Upstream: pkg/controller/podautoscaler/horizontal.go.
 */
import type { HorizontalPodAutoscaler, MetricSpec, MetricStatus } from 'kubernetes-types/autoscaling/v2';
import type { Pod } from 'kubernetes-types/core/v1';
import { resourceName } from '../../api/kind.ts';
import { keyOf, type KubeObject, type Stored } from '../../api/object.ts';
import { formatMillis, milliValue, wholeValue } from '../../api/quantity.ts';
import type { ResourceName } from '../../api/resource-types.ts';
import { isDeepEqual } from '../../apiserver/index.ts';
import type { Informer, Outcome } from '../../client/index.ts';
import type { Lives } from '../lives.ts';
import { ManagedController, type Manager } from '../managed-controller.ts';
import { byNamespace } from '../owners.ts';
import { limit, stabilize, type History, type Note } from './limits.ts';
import { autoscalerMachine } from './machine.ts';
import { proposeFromMetrics, type Fault, type Proposal, type Scaled } from './metric-sources.ts';
import { TargetSelectors } from './target-selectors.ts';
import { replicasFor, type Answer, type PodUsage, type Question } from './replica-calculator.ts';

const SYNC_MS = 15_000;
const DEFAULT_TOLERANCE = 0.1;
/** Longer than any window that a behaviour may have. */
const HISTORY_MS = 3_600_000;

export interface MetricsSource {
  /** Whether a metrics-server is ready. */
  readonly isAvailable: boolean;
  pods(namespace?: string): readonly PodUsage[];
}

type Autoscaler = Stored<HorizontalPodAutoscaler>;
type Conditions = NonNullable<NonNullable<HorizontalPodAutoscaler['status']>['conditions']>;

interface Scale extends KubeObject {
  spec?: { replicas?: number };
  status?: { replicas?: number; selector?: string };
}

/** What upstream's status has of a metric that could not be computed. */
const NO_STATUS = { type: '' } as MetricStatus;

const NO_HISTORY: History = { recommendations: [], ups: [], downs: [] };

export class HorizontalController extends ManagedController {
  private readonly autoscalers: Informer<'horizontalpodautoscalers.autoscaling'>;
  private readonly pods: Informer<'pods'>;
  private histories = new Map<string, History>();
  private readonly targets = new TargetSelectors();
  private readonly scalings: Lives;

  constructor(
    manager: Manager,
    private readonly sources: {
      readonly metrics: MetricsSource;
      preferredVersion(group: string): string | undefined;
    },
  ) {
    super(manager, 'horizontal-pod-autoscaler', 'horizontal-pod-autoscaler');
    this.autoscalers = this.shared('horizontalpodautoscalers.autoscaling');
    this.pods = this.shared('pods', byNamespace);
    this.scalings = this.follow(autoscalerMachine, 'horizontalpodautoscaler');
    this.autoscalers.onChange((next, old) => {
      const key = keyOf((next ?? old)!);
      if (!next) {
        this.histories.delete(key);
        this.targets.forget(key);
        this.scalings.forget(key);
      }
      // Its own writes do not bring it back: the next look is 15 seconds after the one before.
      else if (!old) this.queue.addAfter(key, SYNC_MS, true);
    });
  }

  protected reconcile(key: string): Outcome {
    const autoscaler = this.autoscalers.byKey(key);
    if (!autoscaler) return undefined;
    this.queue.addAfter(key, SYNC_MS, true);
    const conditions = new ConditionList(autoscaler.status?.conditions ?? [], () => this.kernel.formatTime());
    const found = this.scaleOf(autoscaler);
    if (typeof found === 'string') {
      this.tell(autoscaler, 'Warning', 'FailedGetScale', found);
      const message = `the HPA controller was unable to get the target's current scale: ${found}`;
      conditions.set('AbleToScale', { status: 'False', reason: 'FailedGetScale', message });
      this.scalings.send(key, 'FAIL');
      return this.writeStatus(autoscaler, { conditions: conditions.list });
    }
    const able = "the HPA controller was able to get the target's current scale";
    conditions.set('AbleToScale', { status: 'True', reason: 'SucceededGetScale', message: able });
    return this.scale(key, autoscaler, found.resource, found.scale, conditions);
  }

  private scaleOf(autoscaler: Autoscaler): { resource: ResourceName; scale: Stored<Scale> } | string {
    const { apiVersion = '', kind, name } = autoscaler.spec!.scaleTargetRef;
    const definition = this.manager.registry.byGvk(apiVersion, kind);
    if (!definition) return `no matches for kind "${kind}" in group "${apiVersion.split('/')[0]}"`;
    const resource = resourceName(definition) as ResourceName;
    const got = this.client.getSubresource(resource, 'scale', autoscaler.metadata.namespace, name);
    return got.ok ? { resource, scale: got.object as Stored<Scale> } : (got.status.message ?? '');
  }

  private scale(
    key: string,
    autoscaler: Autoscaler,
    resource: ResourceName,
    scale: Stored<Scale>,
    conditions: ConditionList,
  ): Outcome {
    const spec = autoscaler.spec!;
    const current = scale.spec?.replicas ?? 0;
    const { minReplicas = 1, maxReplicas } = spec;
    let [desired, reason] = [current, ''];
    // Metrics are told of only by a look that computed them.
    let currentMetrics: readonly MetricStatus[] | null = null;
    if (current === 0 && minReplicas !== 0) {
      const message = 'scaling is disabled since the replica count of the target is zero';
      conditions.set('ScalingActive', { status: 'False', reason: 'ScalingDisabled', message });
    } else if (current > maxReplicas) {
      [desired, reason] = [maxReplicas, 'Current number of replicas above Spec.MaxReplicas'];
    } else if (current < minReplicas) {
      [desired, reason] = [minReplicas, 'Current number of replicas below Spec.MinReplicas'];
    } else {
      const proposed = this.propose(key, autoscaler, scale, current, conditions);
      currentMetrics = proposed.metrics;
      if ('failure' in proposed) {
        this.tell(autoscaler, 'Warning', 'FailedComputeMetricsReplicas', proposed.failure);
        this.scalings.send(key, 'FAIL');
        return this.writeStatus(autoscaler, { conditions: conditions.list, currentMetrics, currentReplicas: current });
      }
      // The reason is that of the metrics, whatever is made of their wish.
      const { replicas, name } = proposed.best;
      if (replicas > current) reason = `${name} above target`;
      if (replicas < current) reason = 'All metrics below target';
      desired = this.normalise(key, autoscaler, current, replicas, conditions);
    }
    const failure =
      desired === current ? undefined : this.rescale(key, autoscaler, resource, scale, desired, reason, conditions);
    const isDone = desired !== current && failure === undefined;
    this.scalings.send(key, lifeEvent(current, isDone ? desired : current, conditions.list));
    const outcome = this.writeStatus(autoscaler, {
      conditions: conditions.list,
      currentMetrics,
      currentReplicas: current,
      desiredReplicas: failure === undefined ? desired : current,
      ...(isDone ? { lastScaleTime: this.kernel.formatTime() } : {}),
    });
    return failure ?? outcome;
  }

  private propose(
    key: string,
    autoscaler: Autoscaler,
    scale: Stored<Scale>,
    current: number,
    conditions: ConditionList,
  ): { metrics: readonly MetricStatus[] | null } & ({ best: Proposal } | { failure: string }) {
    const inNamespace = this.pods.byIndex('namespace', autoscaler.metadata.namespace ?? '');
    const target = this.targets.look(key, scale.status?.selector ?? '', inNamespace);
    if (!target.ok) {
      this.tell(autoscaler, 'Warning', target.event, target.message);
      conditions.set('ScalingActive', { status: 'False', reason: target.reason, message: target.told });
      return { metrics: null, failure: target.message };
    }
    const specs = autoscaler.spec?.metrics ?? [];
    const proposals: Proposal[] = [];
    const faults: Fault[] = [];
    const metrics: MetricStatus[] = [];
    for (const spec of specs) {
      const found = this.proposalOf(autoscaler, this.scaled(autoscaler, target.pods, scale, current), spec);
      if ('replicas' in found) {
        proposals.push(found);
        metrics.push(found.status);
      } else {
        faults.push(found);
        metrics.push(NO_STATUS);
        this.tell(autoscaler, 'Warning', found.reason, found.message);
      }
    }
    const [first] = faults;
    const best = proposals.reduce<Proposal | undefined>(
      (most, item) => (!most || item.replicas > most.replicas ? item : most),
      undefined,
    );
    if (first && (!best || best.replicas < current)) {
      const message = `the HPA was unable to compute the replica count: ${first.message}`;
      conditions.set('ScalingActive', { status: 'False', reason: first.reason, message });
      const count = `${faults.length} invalid out of ${specs.length}`;
      return { metrics, failure: `invalid metrics (${count}), first error is: ${first.summary}` };
    }
    const text = `the HPA was able to successfully calculate a replica count from ${best!.name}`;
    conditions.set('ScalingActive', { status: 'True', reason: 'ValidMetricFound', message: text });
    return { metrics, best: best! };
  }

  private proposalOf(autoscaler: Autoscaler, scaled: Scaled, spec: MetricSpec): Proposal | Fault {
    const source = spec.resource ?? spec.containerResource;
    if (!source) {
      const apis = { ...this.sources, client: this.client, registry: this.manager.registry };
      return proposeFromMetrics(apis, scaled, spec);
    }
    const container = spec.containerResource?.container;
    const { name, target } = source;
    const kind = container === undefined ? 'resource' : 'container resource';
    const question: Question = {
      resource: name,
      ...(container === undefined ? {} : { container }),
      target:
        target.averageUtilization === undefined
          ? { average: name === 'cpu' ? milliValue(target.averageValue) : wholeValue(target.averageValue) }
          : { utilization: target.averageUtilization },
      current: scaled.current,
      tolerance: scaled.tolerance,
    };
    const reason = container === undefined ? 'FailedGetResourceMetric' : 'FailedGetContainerResourceMetric';
    const answer = this.measure(autoscaler, scaled.pods, question);
    if (!answer.ok) {
      const what = target.averageUtilization === undefined ? 'usage' : 'utilization';
      const message = `failed to get ${name} ${what}: ${answer.message}`;
      const whole = container === undefined ? `${name} resource` : `${container} container`;
      return { reason, message, summary: `failed to get ${whole} metric value: ${message}` };
    }
    const label =
      target.averageUtilization === undefined
        ? `${name} resource`
        : `${name} ${kind} utilization (percentage of request)`;
    const averageValue = name === 'cpu' ? formatMillis(answer.average) : String(answer.average);
    const value = {
      ...(answer.utilization === undefined ? {} : { averageUtilization: answer.utilization }),
      averageValue,
    };
    const status: MetricStatus =
      container === undefined
        ? { type: 'Resource', resource: { name, current: value } }
        : { type: 'ContainerResource', containerResource: { name, container, current: value } };
    return { replicas: answer.replicas, name: label, status };
  }

  private scaled(autoscaler: Autoscaler, pods: readonly Stored<Pod>[], scale: Stored<Scale>, current: number): Scaled {
    const { namespace = '' } = autoscaler.metadata;
    const { selector = '', replicas = 0 } = scale.status ?? {};
    return { namespace, selector, pods, current, statusReplicas: replicas, tolerance: toleranceOf(autoscaler) };
  }

  private measure(autoscaler: Autoscaler, pods: readonly Stored<Pod>[], question: Question): Answer {
    const { resource } = question;
    const fail = (why: string): Answer => ({
      ok: false,
      message: `unable to get metrics for resource ${resource}: ${why}`,
    });
    if (!this.sources.metrics.isAvailable) {
      return fail(
        'unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)',
      );
    }
    const { namespace = '' } = autoscaler.metadata;
    const names = new Set(pods.map(({ metadata }) => metadata.name));
    const metrics = new Map(
      this.sources.metrics
        .pods(namespace)
        .flatMap((item) => (names.has(item.name) ? [[item.name, item] as const] : [])),
    );
    if (metrics.size === 0) return fail('no metrics returned from resource metrics API');
    return replicasFor(question, pods, metrics, this.kernel.options.epochMs, this.nowEpochMs);
  }

  private normalise(
    key: string,
    autoscaler: Autoscaler,
    current: number,
    wanted: number,
    conditions: ConditionList,
  ): number {
    const now = this.kernel.turn.cursor;
    const before = this.histories.get(key) ?? {
      ...NO_HISTORY,
      recommendations: [{ at: now, replicas: current }],
    };
    const stable = stabilize(autoscaler.spec!, before, current, wanted, now);
    conditions.set('AbleToScale', stable.note);
    const fresh = <T extends { at: number }>(past: readonly T[]): T[] => past.filter(({ at }) => at > now - HISTORY_MS);
    this.histories.set(key, {
      recommendations: [...fresh(before.recommendations), { at: now, replicas: wanted }],
      ups: fresh(before.ups),
      downs: fresh(before.downs),
    });
    const { replicas, note } = limit(autoscaler.spec!, before, current, stable.replicas, now);
    conditions.set('ScalingLimited', note);
    return replicas;
  }

  private rescale(
    key: string,
    autoscaler: Autoscaler,
    resource: ResourceName,
    scale: Stored<Scale>,
    desired: number,
    reason: string,
    conditions: ConditionList,
  ): Outcome {
    const body = { ...scale, spec: { ...scale.spec, replicas: desired } };
    const written = this.client.update(resource, body as never, 'scale');
    if (!written.ok) {
      const text = `New size: ${desired}; reason: ${reason}; error: ${written.status.message}`;
      this.tell(autoscaler, 'Warning', 'FailedRescale', text);
      const message = `the HPA controller was unable to update the target scale: ${written.status.message}`;
      conditions.set('AbleToScale', { status: 'False', reason: 'FailedUpdateScale', message });
      return written.status.message;
    }
    const message = `the HPA controller was able to update the target scale to ${desired}`;
    conditions.set('AbleToScale', { status: 'True', reason: 'SucceededRescale', message });
    this.tell(autoscaler, 'Normal', 'SuccessfulRescale', `New size: ${desired}; reason: ${reason}`);
    const history = this.histories.get(key) ?? NO_HISTORY;
    const change = desired - (scale.spec?.replicas ?? 0);
    const event = { at: this.kernel.turn.cursor, replicas: Math.abs(change) };
    this.histories.set(
      key,
      change > 0 ? { ...history, ups: [...history.ups, event] } : { ...history, downs: [...history.downs, event] },
    );
    return undefined;
  }

  private writeStatus(
    autoscaler: Autoscaler,
    changes: Partial<Omit<NonNullable<HorizontalPodAutoscaler['status']>, 'currentMetrics'>> & {
      currentMetrics?: readonly MetricStatus[] | null;
    },
  ): Outcome {
    const status = {
      desiredReplicas: 0,
      ...autoscaler.status,
      ...changes,
      ...(autoscaler.metadata.generation ? { observedGeneration: autoscaler.metadata.generation } : {}),
    };
    if (isDeepEqual(status, autoscaler.status)) return undefined;
    const written = this.client.updateStatus('horizontalpodautoscalers.autoscaling', {
      ...autoscaler,
      status,
    } as never);
    return written.ok || written.status.code === 404 ? undefined : written.status.message;
  }

  private tell(autoscaler: Autoscaler, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.recorder.record('horizontalpodautoscalers.autoscaling', autoscaler, type, reason, message);
  }

  protected override saveOwn(): unknown {
    return { histories: new Map(this.histories), targets: this.targets.save() };
  }

  protected override loadOwn(own: unknown): void {
    const saved = own as { histories: ReadonlyMap<string, History>; targets: unknown };
    this.histories = new Map(saved.histories);
    this.targets.load(saved.targets);
  }
}

/** Conditions by type, each with the time of its last change of status. */
class ConditionList {
  constructor(
    public list: Conditions,
    private readonly time: () => string,
  ) {}

  set(type: string, { status, reason, message }: Note): void {
    const before = this.list.find((item) => item.type === type);
    const lastTransitionTime = before?.status === status ? (before.lastTransitionTime ?? this.time()) : this.time();
    const next = { type, status, lastTransitionTime, reason, message };
    this.list = before ? this.list.map((item) => (item === before ? next : item)) : [...this.list, next];
  }
}

/** What a look says of the autoscaler's life. */
function lifeEvent(current: number, desired: number, conditions: Conditions): string {
  const of = (type: string): Conditions[number] | undefined => conditions.find((item) => item.type === type);
  if (of('AbleToScale')?.status === 'False') return 'FAIL';
  if (of('ScalingActive')?.reason === 'ScalingDisabled') return 'DISABLE';
  if (desired !== current) return desired > current ? 'RAISE' : 'LOWER';
  if (of('AbleToScale')?.reason?.endsWith('Stabilized')) return 'HOLD';
  return of('ScalingLimited')?.status === 'True' ? 'LIMIT' : 'KEEP';
}

function toleranceOf({ spec }: HorizontalPodAutoscaler): { up: number; down: number } {
  const of = (rules: unknown): number => {
    const { tolerance } = (rules ?? {}) as { tolerance?: string };
    return tolerance === undefined ? DEFAULT_TOLERANCE : milliValue(tolerance) / 1000;
  };
  return { up: of(spec?.behavior?.scaleUp), down: of(spec?.behavior?.scaleDown) };
}
