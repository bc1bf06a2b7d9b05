/**
 * Namespace: empties a terminating one and lets it go.
 * Upstream: pkg/controller/namespace/deletion/{namespaced_resources_deleter,status_condition_utils}.go.
 */
import type { Namespace, NamespaceCondition, Pod } from 'kubernetes-types/core/v1';
import { resourceName, type KindDefinition } from '../../api/kind.ts';
import type { Stored } from '../../api/object.ts';
import type { ResourceName } from '../../api/resource-types.ts';
import { isDeepEqual } from '../../apiserver/index.ts';
import type { Informer, Outcome } from '../../client/index.ts';
import type { Lives } from '../lives.ts';
import { ManagedController, type Manager } from '../managed-controller.ts';
import { namespaceMachine } from './machine.ts';

const GRACE_MS = 5_000;
/** How long whatever holds a finalizer may take: half of the estimate, and a second, is waited until the next look. */
const FINALIZER_ESTIMATE_SECONDS = 15;
/** What cannot be explained is tried again after 5 s, 10 s ... 60 s. */
const FAILURE_MS = 5_000;
const FAILURE_MAX_MS = 60_000;

interface Remains {
  /** `pods.` to how many are left. */
  readonly counts: Map<string, number>;
  readonly finalizers: Map<string, number>;
  readonly failures: string[];
  estimateSeconds: number;
}

export class NamespaceController extends ManagedController {
  private readonly namespaces: Informer<'namespaces'>;
  private failures = new Map<string, number>();
  private readonly lifetimes: Lives;

  constructor(manager: Manager) {
    super(manager, 'namespace');
    this.namespaces = this.shared('namespaces');
    this.lifetimes = this.follow(namespaceMachine, 'namespace');
    this.namespaces.onChange((next, old) => {
      if (next) this.lifetimes.begin(next.metadata.name);
      else this.lifetimes.forget(old!.metadata.name);
      if (next?.metadata.deletionTimestamp) this.queue.addAfter(next.metadata.name, GRACE_MS);
      else if (!next && old) this.failures.delete(old.metadata.name);
    });
  }

  protected reconcile(key: string): Outcome {
    const namespace = this.namespaces.byKey(key);
    if (!namespace?.metadata.deletionTimestamp || (namespace.spec?.finalizers ?? []).length === 0) return undefined;
    const remains = this.emptyAll(namespace);
    this.lifetimes.send(key, lifeEvent(remains));
    this.report(key, remains);
    if (remains.failures.length > 0) return this.fail(key);
    this.failures.delete(key);
    if (remains.estimateSeconds > 0) {
      this.queue.addAfter(key, (Math.floor(remains.estimateSeconds / 2) + 1) * 1000);
      return undefined;
    }
    const current = this.client.get('namespaces', undefined, key);
    if (!current.ok) return undefined;
    const spec = { ...current.object.spec, finalizers: [] };
    const done = this.client.update('namespaces', { ...current.object, spec }, 'finalize');
    return done.ok || done.status.code === 404 ? undefined : done.status.message;
  }

  private fail(key: string): undefined {
    const count = this.failures.get(key) ?? 0;
    this.failures.set(key, count + 1);
    this.queue.addAfter(key, Math.min(FAILURE_MS * 2 ** count, FAILURE_MAX_MS), true);
    return undefined;
  }

  /** Pods go first; while one is left, nothing that it may need is touched. */
  private emptyAll(namespace: Stored<Namespace>): Remains {
    const remains: Remains = { counts: new Map(), finalizers: new Map(), failures: [], estimateSeconds: 0 };
    const kinds = this.manager.registry
      .all()
      .filter(({ isNamespaced, verbs }) => isNamespaced && verbs?.includes('list') !== false);
    const pods = kinds.filter(({ plural, group }) => plural === 'pods' && group === '');
    for (const kind of pods) this.empty(namespace, kind, remains);
    if (remains.counts.size > 0) return remains;
    for (const kind of kinds) if (!pods.includes(kind)) this.empty(namespace, kind, remains);
    return remains;
  }

  private empty(namespace: Stored<Namespace>, kind: KindDefinition, remains: Remains): void {
    const { name } = namespace.metadata;
    const resource = resourceName(kind) as ResourceName;
    const left = this.client.list(resource, name);
    if (!left.ok || left.object.items.length === 0) return;
    const estimate = resource === 'pods' ? this.graceOf(namespace, left.object.items) : 0;
    for (const { metadata } of left.object.items) {
      if (metadata.deletionTimestamp) continue;
      const gone = this.client.delete(resource, name, metadata.name, { propagationPolicy: 'Background' });
      if (!gone.ok && gone.status.code !== 404) remains.failures.push(gone.status.message ?? '');
    }
    const after = this.client.list(resource, name);
    const items = after.ok ? after.object.items : [];
    if (items.length === 0) return;
    remains.counts.set(`${kind.plural}.${kind.group}`, items.length);
    for (const { metadata } of items) {
      for (const finalizer of metadata.finalizers ?? [])
        remains.finalizers.set(finalizer, (remains.finalizers.get(finalizer) ?? 0) + 1);
    }
    const isHeld = items.some(({ metadata }) => (metadata.finalizers ?? []).length > 0);
    const title = `${kind.group}/${kind.version}, Resource=${kind.plural}`;
    if (estimate === 0 && !isHeld)
      remains.failures.push(`unexpected items still remain in namespace: ${name} for gvr: ${title}`);
    const seconds = estimate > 0 ? estimate : isHeld ? FINALIZER_ESTIMATE_SECONDS : 0;
    remains.estimateSeconds = Math.max(remains.estimateSeconds, seconds);
  }

  /** The longest grace period among pods that still run; nothing once the namespace has been ending for so long. */
  private graceOf({ metadata }: Stored<Namespace>, items: readonly Stored[]): number {
    const seconds = (items as readonly Stored<Pod>[])
      .filter(({ status }) => status?.phase !== 'Succeeded' && status?.phase !== 'Failed')
      .map(({ spec }) => spec?.terminationGracePeriodSeconds ?? 0);
    const longest = Math.max(0, ...seconds);
    return this.leftOf(metadata.deletionTimestamp, longest * 1000) <= 0 ? 0 : longest;
  }

  private report(name: string, remains: Remains): void {
    const current = this.client.get('namespaces', undefined, name);
    if (!current.ok) return;
    const before = current.object.status?.conditions ?? [];
    const conditions = wantedConditions(remains).map((wanted): NamespaceCondition => {
      const old = before.find(({ type }) => type === wanted.type);
      const isSame = old?.status === wanted.status && old.reason === wanted.reason && old.message === wanted.message;
      return isSame ? old : { ...wanted, lastTransitionTime: this.kernel.formatTime() };
    });
    if (isDeepEqual(conditions, before)) return;
    this.client.updateStatus('namespaces', { ...current.object, status: { ...current.object.status, conditions } });
  }

  protected override saveOwn(): unknown {
    return new Map(this.failures);
  }

  protected override loadOwn(own: unknown): void {
    this.failures = new Map(own as ReadonlyMap<string, number>);
  }
}

/** What is left of a namespace says where its end has got to. */
function lifeEvent({ counts, finalizers, failures }: Remains): string {
  if (failures.length > 0) return 'FAIL';
  if (finalizers.size > 0) return 'HOLD';
  return counts.size > 0 ? 'EMPTY' : 'FINALIZE';
}

const listed = (counts: ReadonlyMap<string, number>, text: (name: string, count: number) => string): string =>
  [...counts.entries()]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, count]) => text(name, count))
    .join(', ');

function wantedConditions({ counts, finalizers, failures }: Remains): readonly NamespaceCondition[] {
  const condition = (type: string, isTrue: boolean, reason: string, message: string): NamespaceCondition => ({
    type,
    status: isTrue ? 'True' : 'False',
    reason,
    message,
  });
  const remaining = listed(counts, (name, count) => `${name} has ${count} resource instances`);
  const held = listed(finalizers, (name, count) => `${name} in ${count} resource instances`);
  return [
    condition(
      'NamespaceDeletionDiscoveryFailure',
      false,
      'ResourcesDiscovered',
      'All resources successfully discovered',
    ),
    condition(
      'NamespaceDeletionGroupVersionParsingFailure',
      false,
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ),
    failures.length > 0
      ? condition('NamespaceDeletionContentFailure', true, 'ContentDeletionFailed', [...failures].sort().join(', '))
      : condition(
          'NamespaceDeletionContentFailure',
          false,
          'ContentDeleted',
          'All content successfully deleted, may be waiting on finalization',
        ),
    counts.size > 0
      ? condition(
          'NamespaceContentRemaining',
          true,
          'SomeResourcesRemain',
          `Some resources are remaining: ${remaining}`,
        )
      : condition('NamespaceContentRemaining', false, 'ContentRemoved', 'All content successfully removed'),
    finalizers.size > 0
      ? condition(
          'NamespaceFinalizersRemaining',
          true,
          'SomeFinalizersRemain',
          `Some content in the namespace has finalizers remaining: ${held}`,
        )
      : condition(
          'NamespaceFinalizersRemaining',
          false,
          'ContentHasNoFinalizers',
          'All content-preserving finalizers finished',
        ),
  ];
}
