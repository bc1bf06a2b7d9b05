/** Whom the kernel kills first when a node's memory is gone. Upstream: pkg/kubelet/qos/policy.go (GetContainerOOMScoreAdjust). */
import type { Container, Pod } from 'kubernetes-types/core/v1';
import { qosClassOf } from '../api/index.ts';
import type { Stored } from '../api/object.ts';
import { wholeValue } from '../api/quantity.ts';

const GUARANTEED = -997;
const BEST_EFFORT = 1000;
const NODE_CRITICAL_PRIORITY = 2_000_001_000;

/** From -997, never chosen before others, to 1000, the first; in between, the more is requested the later. */
export function oomScoreAdjustment(pod: Stored<Pod>, { resources }: Container, capacityBytes: number): number {
  if ((pod.spec?.priority ?? 0) >= NODE_CRITICAL_PRIORITY) return GUARANTEED;
  const qos = qosClassOf(pod);
  if (qos === 'Guaranteed') return GUARANTEED;
  if (qos === 'BestEffort') return BEST_EFFORT;
  const score = 1000 - Math.floor((1000 * wholeValue(resources?.requests?.['memory'])) / capacityBytes);
  return Math.min(Math.max(score, 1000 + GUARANTEED), BEST_EFFORT - 1);
}
