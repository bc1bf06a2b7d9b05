/**
 * Where a DaemonSet's pods belong. Upstream: pkg/controller/daemon/daemon_controller.go (NodeShouldRunDaemonPod),
 * pkg/controller/daemon/util/daemonset_util.go.
 */
import type { DaemonSet } from 'kubernetes-types/apps/v1';
import type { Affinity, Node, Pod, PodSpec, Toleration } from 'kubernetes-types/core/v1';
import { matchesNodeSelector, tolerates } from '../../api/node-fit.ts';
import type { Stored } from '../../api/object.ts';

/** Tolerations that every daemon pod gets (AddOrUpdateDaemonPodTolerations). */
export function daemonTolerations(spec: PodSpec): Toleration[] {
  const noExecute = ['not-ready', 'unreachable'].map((name) => ({
    key: `node.kubernetes.io/${name}`,
    operator: 'Exists',
    effect: 'NoExecute',
  }));
  const names = [
    'disk-pressure',
    'memory-pressure',
    'pid-pressure',
    'unschedulable',
    ...(spec.hostNetwork ? ['network-unavailable'] : []),
  ];
  const noSchedule = names.map((name) => ({
    key: `node.kubernetes.io/${name}`,
    operator: 'Exists',
    effect: 'NoSchedule',
  }));
  const present = spec.tolerations ?? [];
  const added = [...noExecute, ...noSchedule].filter(
    (item) =>
      !present.some(
        (other) => other.key === item.key && other.effect === item.effect && other.operator === item.operator,
      ),
  );
  return [...present, ...added] as Toleration[];
}

/** The node that a daemon pod is for: where it is, or where its affinity points. */
export function targetOf(pod: Stored<Pod>): string | undefined {
  if (pod.spec?.nodeName) return pod.spec.nodeName;
  const terms = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return terms?.[0]?.matchFields?.[0]?.values?.[0];
}

/** Whether a pod should be started there, and whether one that runs there may stay (NodeShouldRunDaemonPod). */
export function fitsNode(set: Stored<DaemonSet>, node: Stored<Node>): { shouldRun: boolean; shouldContinue: boolean } {
  const spec = set.spec!.template.spec!;
  if (spec.nodeName && spec.nodeName !== node.metadata.name) return { shouldRun: false, shouldContinue: false };
  if (!matchesNodeSelector(spec, node)) return { shouldRun: false, shouldContinue: false };
  const tolerations = daemonTolerations(spec);
  const taints = node.spec?.taints ?? [];
  const blocks = (effect: string): boolean =>
    taints.some((taint) => taint.effect === effect && !tolerates(tolerations, taint));
  return { shouldRun: !blocks('NoSchedule') && !blocks('NoExecute'), shouldContinue: !blocks('NoExecute') };
}

/** The pod's affinity with every required term narrowed to the one node, by name (ReplaceDaemonSetPodNodeNameNodeAffinity). */
export function affinityTo(spec: PodSpec, node: string): Affinity {
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const matchFields = [{ key: 'metadata.name', operator: 'In', values: [node] }];
  const terms = required?.nodeSelectorTerms.map((term) => ({ ...term, matchFields })) ?? [{ matchFields }];
  return {
    ...spec.affinity,
    nodeAffinity: {
      ...spec.affinity?.nodeAffinity,
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms },
    },
  };
}
