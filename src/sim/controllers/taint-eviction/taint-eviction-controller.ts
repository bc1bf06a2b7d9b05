/**
 * Evicts pods from nodes with NoExecute taints that they do not tolerate, or tolerate only for a while.
 * Upstream: pkg/controller/tainteviction/{taint_eviction,timed_workers}.go.
 */
import type { Node, Pod, Taint } from 'kubernetes-types/core/v1';
import { toleratesTaint } from '../../api/node-fit.ts';
import { keyOf, type Stored } from '../../api/object.ts';
import { isDeepEqual } from '../../apiserver/index.ts';
import type { Informer, Outcome } from '../../client/index.ts';
import { ManagedController, type Manager } from '../managed-controller.ts';

interface Due {
  readonly uid: string;
  readonly since: number;
  readonly at: number;
}

export class TaintEvictionController extends ManagedController {
  private readonly nodes: Informer<'nodes'>;
  private readonly pods: Informer<'pods'>;
  /** Pods that are going to be evicted, and when. */
  private due = new Map<string, Due>();

  constructor(manager: Manager) {
    super(manager, 'taint-eviction', 'taint-eviction-controller');
    this.nodes = this.shared('nodes');
    this.pods = this.shared('pods', byNode);
    this.nodes.onChange((next, old) => {
      const node = (next ?? old)!;
      if (next && isDeepEqual(noExecute(next), old ? noExecute(old) : [])) return;
      for (const pod of this.pods.byIndex('node', node.metadata.name)) this.queue.add(keyOf(pod));
    });
    this.pods.onChange((next, old) => {
      if (!next) this.due.delete(keyOf(old!));
      else if (next.spec?.nodeName && (next.spec.nodeName !== old?.spec?.nodeName || next.spec !== old.spec))
        this.queue.add(keyOf(next));
    });
  }

  protected reconcile(key: string): Outcome {
    const pod = this.pods.byKey(key);
    const node = pod?.spec?.nodeName ? this.nodes.get(undefined, pod.spec.nodeName) : undefined;
    if (!pod || !node || pod.metadata.deletionTimestamp) {
      this.due.delete(key);
      return undefined;
    }
    const taints = noExecute(node);
    const seconds = toleratedSeconds(pod, taints);
    const before = this.due.get(key);
    if (seconds === undefined) {
      if (before && taints.length === 0) {
        const text = `Cancelling deletion of Pod ${key}`;
        this.recorder.record('pods', pod, 'Normal', 'TaintManagerEviction', text);
      }
      this.due.delete(key);
      return undefined;
    }
    const now = this.kernel.turn.cursor;
    const since = before?.uid === pod.metadata.uid ? before.since : now;
    const at = since + seconds * 1000;
    if (at > now) {
      if (before?.at !== at) this.queue.addAfter(key, at - now);
      this.due.set(key, { uid: pod.metadata.uid, since, at });
      return undefined;
    }
    this.due.delete(key);
    return this.evict(key, pod);
  }

  private evict(key: string, pod: Stored<Pod>): Outcome {
    const { namespace, name, uid } = pod.metadata;
    const text = `Marking for deletion Pod ${key}`;
    this.recorder.record('pods', pod, 'Normal', 'TaintManagerEviction', text);
    const condition = {
      type: 'DisruptionTarget',
      observedGeneration: pod.metadata.generation ?? 1,
      status: 'True',
      reason: 'DeletionByTaintManager',
      message: 'Taint manager: deleting due to NoExecute taint',
      lastTransitionTime: this.kernel.formatTime(),
    };
    this.client.patch('pods', namespace, name, 'strategic', { status: { conditions: [condition] } }, 'status');
    const gone = this.client.delete('pods', namespace, name, { preconditions: { uid } });
    return gone.ok || gone.status.code === 404 ? undefined : gone.status.message;
  }

  protected override saveOwn(): unknown {
    return new Map(this.due);
  }

  protected override loadOwn(own: unknown): void {
    this.due = new Map(own as ReadonlyMap<string, Due>);
  }
}

/** Index of an informer: pods by the node that they are bound to. */
export const byNode = {
  node: ({ spec }: Stored<Pod>): readonly string[] => (spec?.nodeName ? [spec.nodeName] : []),
};

const noExecute = (node: Stored<Node>): readonly Taint[] =>
  (node.spec?.taints ?? []).filter(({ effect }) => effect === 'NoExecute');

/** Seconds until a pod has to go; undefined when it may stay for ever or nothing drives it out. */
function toleratedSeconds(pod: Pod, taints: readonly Taint[]): number | undefined {
  let least: number | undefined;
  for (const taint of taints) {
    const matching = (pod.spec?.tolerations ?? []).filter((toleration) => toleratesTaint(toleration, taint));
    if (matching.length === 0) return 0;
    for (const { tolerationSeconds } of matching) {
      if (tolerationSeconds !== undefined)
        least = Math.min(least ?? Number.POSITIVE_INFINITY, Math.max(0, tolerationSeconds));
    }
  }
  return least;
}
