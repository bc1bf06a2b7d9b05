/**
 * What plugins that look at one node alone have said of it, kept for the pods that ask the same until the node changes.
 * Upstream asks anew in every cycle; the answers are the same. On thousands of nodes this is what makes a pod that fits
 * nowhere cheap, and with it preemption; and a score is read from a table instead of from the node.
 */
import type { ClusterState } from './cluster-state.ts';
import type { NodeInfo } from './node-info.ts';
import type { PodInfo } from './pod-info.ts';
import type { Profile } from './profile.ts';

/** Kinds of pods that are remembered at once. */
const KEPT_LIMIT = 64;

/** Slots that a table begins with. */
const LEAST_SLOTS = 64;

/** By the node's slot: what was said, and of which generation of the node, counted from 1. */
export class LocalVerdicts<Verdict> {
  private generations = new Int32Array(LEAST_SLOTS);
  private readonly verdicts: (Verdict | undefined)[] = [];

  has({ slot, generation }: NodeInfo): boolean {
    return this.generations[slot] === generation;
  }

  get({ slot }: NodeInfo): Verdict | undefined {
    return this.verdicts[slot];
  }

  set({ slot, generation }: NodeInfo, verdict: Verdict | undefined): Verdict | undefined {
    if (slot >= this.generations.length) this.generations = grown(this.generations, slot);
    // A list without holes is read faster.
    while (this.verdicts.length <= slot) this.verdicts.push(undefined);
    this.generations[slot] = generation;
    this.verdicts[slot] = verdict;
    return verdict;
  }
}

function grown(before: Int32Array<ArrayBuffer>, slot: number): Int32Array<ArrayBuffer> {
  const next = new Int32Array(2 * slot);
  next.set(before);
  return next;
}

/** What is kept of a kind of pod, that is by all that such a plugin may read of a pod. */
export class LocalMemory<Kept> {
  private readonly clusters = new WeakMap<ClusterState, WeakMap<Profile, Map<string, Kept>>>();

  constructor(private readonly make: () => Kept) {}

  of(cluster: ClusterState, profile: Profile, key: string): Kept {
    let profiles = this.clusters.get(cluster);
    if (!profiles) this.clusters.set(cluster, (profiles = new WeakMap()));
    let kinds = profiles.get(profile);
    if (!kinds) profiles.set(profile, (kinds = new Map()));
    const kept = kinds.get(key) ?? this.make();
    // The latest stand last.
    kinds.delete(key);
    kinds.set(key, kept);
    if (kinds.size > KEPT_LIMIT) for (const oldest of kinds.keys()) if (kinds.delete(oldest)) break;
    return kept;
  }
}

/** Texts of parts of specs, which many pods share. */
const texts = new WeakMap<object, string>();

function textOf(part: object | undefined): string {
  if (!part) return '';
  let text = texts.get(part);
  if (text === undefined) texts.set(part, (text = JSON.stringify(part)));
  return text;
}

const keys = new WeakMap<PodInfo, string>();

export function localKey(pod: PodInfo): string {
  let key = keys.get(pod);
  if (key === undefined) {
    const { nodeName, nodeSelector, affinity, tolerations } = pod.pod.spec ?? {};
    const { cpu, memory, storage, scalars } = pod.resources.requests;
    const { scoredCpu, scoredMemory } = pod.resources;
    const asked = [cpu, memory, storage, scoredCpu, scoredMemory, ...(scalars ?? [])];
    const parts = [nodeSelector, affinity?.nodeAffinity, tolerations].map(textOf);
    key = `${parts.join()} ${JSON.stringify([nodeName, pod.hostPorts, asked])}`;
    keys.set(pod, key);
  }
  return key;
}
