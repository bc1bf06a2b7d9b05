/**
 * A pod as the scheduler reads it: requests, host ports, and its affinity terms made ready for matching.
 * Upstream: pkg/scheduler/framework/types.go (PodInfo, AffinityTerm).
 */
import type { Pod, PodAffinityTerm, WeightedPodAffinityTerm } from 'kubernetes-types/core/v1';
import type { Stored } from '../api/object.ts';
import { matchesLabels, selectorOf, type Labels, type LabelSelector } from '../api/selectors.ts';
import { podRequests, type PodRequests } from './requests.ts';

export interface HostPort {
  readonly ip: string;
  readonly protocol: string;
  readonly port: number;
}

export interface AffinityTerm {
  readonly namespaces: ReadonlySet<string>;
  /** Undefined matches nothing. */
  readonly selector: LabelSelector | undefined;
  readonly namespaceSelector: LabelSelector | undefined;
  readonly topologyKey: string;
  readonly weight: number;
}

const NONE: readonly never[] = [];

function termOf(term: PodAffinityTerm, namespace: string, weight: number): AffinityTerm {
  const listed = term.namespaces ?? [];
  return {
    namespaces: new Set(listed.length === 0 && !term.namespaceSelector ? [namespace] : listed),
    selector: selectorOf(term.labelSelector),
    namespaceSelector: selectorOf(term.namespaceSelector),
    topologyKey: term.topologyKey,
    weight,
  };
}

const required = (terms: readonly PodAffinityTerm[] | undefined, namespace: string): readonly AffinityTerm[] =>
  terms && terms.length > 0 ? terms.map((term) => termOf(term, namespace, 0)) : NONE;

const preferred = (
  terms: readonly WeightedPodAffinityTerm[] | undefined,
  namespace: string,
): readonly AffinityTerm[] =>
  terms && terms.length > 0
    ? terms.map(({ weight, podAffinityTerm }) => termOf(podAffinityTerm, namespace, weight))
    : NONE;

/** Whether a term is about a pod. Without labels of its namespace only an empty namespace selector finds it by that. */
export function isTermAbout(term: AffinityTerm, pod: PodInfo, namespaceLabels: Labels | undefined): boolean {
  if (!term.selector) return false;
  const isInNamespace =
    term.namespaces.has(pod.namespace) ||
    (term.namespaceSelector !== undefined && matchesLabels(term.namespaceSelector, namespaceLabels));
  return isInNamespace && matchesLabels(term.selector, pod.labels);
}

function hostPortsOf({ spec }: Pod): readonly HostPort[] {
  let found: HostPort[] | undefined;
  // Sidecars run beside the containers, so their ports count too.
  const sidecars = spec?.initContainers?.filter(({ restartPolicy }) => restartPolicy === 'Always') ?? NONE;
  for (const { ports } of [...(spec?.containers ?? NONE), ...sidecars]) {
    for (const { hostIP, hostPort, protocol } of ports ?? NONE) {
      if (hostPort) (found ??= []).push({ ip: hostIP || '0.0.0.0', protocol: protocol || 'TCP', port: hostPort });
    }
  }
  return found ?? NONE;
}

export class PodInfo {
  readonly uid: string;
  readonly name: string;
  readonly namespace: string;
  readonly labels: Labels | undefined;
  readonly priority: number;
  readonly resources: PodRequests;
  readonly hostPorts: readonly HostPort[];
  readonly requiredAffinity: readonly AffinityTerm[];
  readonly requiredAntiAffinity: readonly AffinityTerm[];
  readonly preferredAffinity: readonly AffinityTerm[];
  readonly preferredAntiAffinity: readonly AffinityTerm[];
  readonly hasAffinity: boolean;
  readonly isTerminating: boolean;

  private constructor(readonly pod: Stored<Pod>) {
    const { metadata, spec } = pod;
    const affinity = spec?.affinity;
    this.uid = metadata.uid;
    this.name = metadata.name;
    this.namespace = metadata.namespace ?? 'default';
    this.labels = metadata.labels;
    this.priority = spec?.priority ?? 0;
    this.resources = podRequests(pod);
    this.hostPorts = hostPortsOf(pod);
    const { podAffinity, podAntiAffinity } = affinity ?? {};
    this.requiredAffinity = required(podAffinity?.requiredDuringSchedulingIgnoredDuringExecution, this.namespace);
    this.requiredAntiAffinity = required(
      podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution,
      this.namespace,
    );
    this.preferredAffinity = preferred(podAffinity?.preferredDuringSchedulingIgnoredDuringExecution, this.namespace);
    this.preferredAntiAffinity = preferred(
      podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution,
      this.namespace,
    );
    this.hasAffinity = podAffinity !== undefined || podAntiAffinity !== undefined;
    this.isTerminating = metadata.deletionTimestamp !== undefined;
  }

  private static readonly known = new WeakMap<object, PodInfo>();

  static of(pod: Stored<Pod>): PodInfo {
    let info = PodInfo.known.get(pod);
    if (!info) PodInfo.known.set(pod, (info = new PodInfo(pod)));
    return info;
  }

  get key(): string {
    return `${this.namespace}/${this.name}`;
  }
}
