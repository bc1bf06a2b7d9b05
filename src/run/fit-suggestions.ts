/**
 * "What would make it fit?": for a pod that waits, single changes each of which lets it be scheduled. Candidates come from
 * what turned it down; each is tried on a fork of the world with the real scheduler, and only what worked is returned,
 * the smallest change first. A changed pod is tried as a second one beside the others; where the cluster is changed, the
 * pod itself has to be woken and placed. Pure: the world is left as it is.
 */
import type { Pod, PodSpec } from 'kubernetes-types/core/v1';
import { stringify } from '../manifest/index.ts';
import type { KubeObject, Stored } from '../sim/api/object.ts';
import { CLIENT, controllerId } from '../sim/kernel/index.ts';
import type { World } from '../sim/world.ts';
import { withoutNoise } from './diff.ts';
import { podChanges, type Change, type PodChange } from './fit-candidates.ts';
import { clusterChanges, type ClusterChange } from './fit-cluster-candidates.ts';
import { RunFault } from './fault.ts';
import { finish, type Study } from './study.ts';
import type { Command } from './types.ts';

/** Plain data, ranked by `rank + size`: the smallest change comes first. */
export interface FitSuggestion extends Change {
  /**
   * The object to edit: the pod itself or the controller whose template it came from; a Node; or a pool, of kind NodePool
   * and without an apiVersion.
   */
  readonly target: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly namespace: string;
    readonly name: string;
  };
  /**
   * The target's manifest before and after, for a diff and for an apply. Of a Node only the part that changes; of a pool its
   * lines.
   */
  readonly before: string;
  readonly after: string;
  /** What carries a change of the cluster out, and how a person would type it. */
  readonly command?: Command;
  readonly line?: string;
  /** Where the pod landed when this was tried, and who had to go for it. */
  readonly node: string;
  readonly victims: readonly string[];
}

/** A suggestion, and for one that edits a manifest how to edit any text that holds it. */
export interface Fit {
  readonly suggestion: FitSuggestion;
  edit?(object: KubeObject): KubeObject;
}

/** How long a fork may take to place the pod: victims are given their grace period. */
const TRIAL_LIMIT_MS = 60_000;
/** How long a change of the cluster may take: a node boots, joins, and becomes Ready. */
const CLUSTER_TRIAL_LIMIT_MS = 120_000;
const TRIAL_STEP_MS = 500;
export const TRIAL_LIMIT = 24;

export function fitSuggestions(world: World, namespace: string, name: string): readonly FitSuggestion[] {
  return finish(beginFit(world, namespace, name)).map(({ suggestion }) => suggestion);
}

/** The same piece by piece, on the world as it is now, whatever becomes of it meanwhile. */
export function beginFit(world: World, namespace: string, name: string): Study<readonly Fit[]> {
  const pod = world.find('pods', namespace, name) as Stored<Pod> | undefined;
  if (!pod) throw new RunFault('fit.unknownPod', `There is no pod ${namespace}/${name}.`, { namespace, name });
  const last = pod.spec?.nodeName ? undefined : world.decisions({ namespace, pod: name }).at(-1);
  const record = last && world.decision(last.attempt);
  const changes = record ? [...podChanges(world, pod, record), ...clusterChanges(world, pod, record)] : [];
  changes.splice(TRIAL_LIMIT);
  const base = world.fork();
  const root = rootOf(base, pod);
  const found: Fit[] = [];
  let done = 0;
  let trial: Trial | undefined;
  return {
    total: changes.length,
    get done() {
      return done;
    },
    next() {
      const change = changes[done];
      if (!change) return false;
      trial ??= 'edit' in change ? podTrial(base, pod, change) : clusterTrial(base, pod, change);
      if (trial?.advance()) return true;
      if (trial?.landing) found.push(fitOf(root, change, trial.landing));
      trial = undefined;
      done += 1;
      return done < changes.length;
    },
    end: () => found.sort((left, right) => costOf(left) - costOf(right)),
  };
}

const costOf = ({ suggestion: { rank, size } }: Fit): number => rank + size;

function fitOf(root: Stored, change: PodChange | ClusterChange, landing: Landing): Fit {
  if (!('edit' in change)) {
    const { carryOut: _, ...plain } = change;
    return { suggestion: { ...plain, ...landing } };
  }
  const { apiVersion, kind, metadata } = root;
  const { edit: _, ...plain } = change;
  const target = { apiVersion, kind, namespace: metadata.namespace ?? 'default', name: metadata.name };
  const edit = (object: KubeObject): KubeObject => editTemplate(object, change);
  const own = ownWords(root);
  const [before, after] = [stringify(own), stringify(edit(own))];
  return { suggestion: { ...plain, target, before, after, ...landing }, edit };
}

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** What was applied, where that is known: it is shorter than the living object with all its defaults. */
function ownWords(root: Stored): KubeObject {
  const applied = root.metadata.annotations?.[LAST_APPLIED];
  if (applied === undefined) return withoutNoise(root);
  const { metadata, ...rest } = JSON.parse(applied) as KubeObject;
  const { annotations, ...own } = metadata ?? {};
  return { ...rest, metadata: Object.keys(annotations ?? {}).length > 0 ? { ...own, annotations } : own } as KubeObject;
}

/** The object with the change in its own spec, or in that of the pods it makes. */
function editTemplate(object: KubeObject, { edit }: PodChange): KubeObject {
  const edited = structured(object);
  const holder = holderOf(edited);
  holder.spec = edit(holder.spec);
  return edited;
}

function structured<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

/** The pod, or the topmost controller it comes from. */
function rootOf(world: World, pod: Stored<Pod>): Stored {
  let object: Stored = pod;
  for (;;) {
    const owner = object.metadata.ownerReferences?.find(({ controller }) => controller);
    const resource = owner && RESOURCES[owner.kind];
    const next = resource ? world.find(resource, object.metadata.namespace, owner.name) : undefined;
    if (!next) return object;
    object = next;
  }
}

const RESOURCES: Readonly<Record<string, string>> = {
  ReplicaSet: 'replicasets.apps',
  Deployment: 'deployments.apps',
  StatefulSet: 'statefulsets.apps',
  DaemonSet: 'daemonsets.apps',
  Job: 'jobs.batch',
  CronJob: 'cronjobs.batch',
};

const OWNERS = ['replicaset', 'statefulset', 'daemonset', 'job'];

interface Holder {
  spec: PodSpec;
}

interface Templated extends KubeObject {
  readonly spec?: {
    readonly template?: Holder;
    readonly jobTemplate?: { readonly spec: { readonly template: Holder } };
  };
}

/** What has the spec of the pod: the pod itself, or the template in its controller. */
function holderOf(object: KubeObject): Holder {
  const { spec } = object as Templated;
  return spec?.template ?? spec?.jobTemplate?.spec.template ?? (object as unknown as Holder);
}

interface Landing {
  readonly node: string;
  readonly victims: readonly string[];
}

/** A fork where the pod is there once more with the change, and no longer without it. */
function podTrial(base: World, { metadata, spec }: Stored<Pod>, change: PodChange): Trial | undefined {
  const { namespace = 'default', name, labels, ownerReferences } = metadata;
  const fork = base.fork();
  // Who owns the pod would make another in its place, or take the second one for one too many.
  for (const controller of OWNERS) fork.kernel.freeze(controllerId(controller));
  const trial = `${name.slice(0, 200)}-trial`;
  // Priority is worked out anew from the class; the tokens' volume is mounted anew.
  const { priority: _, serviceAccount: __, ...rest } = change.edit(structured(spec!));
  const body = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace, name: trial, labels, ...(ownerReferences ? { ownerReferences } : {}) },
    spec: withoutTokens(rest),
  };
  const answer = fork.kernel.runTurn(CLIENT, 0, () => {
    fork.handle({ verb: 'delete', resource: 'pods', namespace, name, options: { gracePeriodSeconds: 0 } });
    return fork.handle({ verb: 'create', resource: 'pods', namespace, body });
  });
  // One answer of the scheduler is enough, unless it makes room first.
  return answer.code === 201 ? new Trial(fork, namespace, trial, TRIAL_LIMIT_MS, 1) : undefined;
}

/** A fork where the cluster is changed and the pod waits as it does: some event has to wake it. */
function clusterTrial(base: World, { metadata }: Stored<Pod>, change: ClusterChange): Trial {
  const fork = base.fork();
  fork.kernel.runTurn(CLIENT, 0, () => change.carryOut(fork));
  return new Trial(fork, metadata.namespace ?? 'default', metadata.name, CLUSTER_TRIAL_LIMIT_MS);
}

class Trial {
  landing: Landing | undefined;
  private readonly end: number;
  private readonly before: number;

  constructor(
    private readonly fork: World,
    private readonly namespace: string,
    private readonly pod: string,
    limitMs: number,
    /** Attempts after which a pod for which nobody has to go is given up. */
    private readonly attempts = Number.POSITIVE_INFINITY,
  ) {
    this.end = fork.now + limitMs;
    this.before = this.decisions().length;
  }

  /** Lets some time go by; false once it is known whether the pod lands. */
  advance(): boolean {
    const { fork, namespace, pod } = this;
    if (fork.now >= this.end) return false;
    fork.kernel.advanceTo(fork.now + TRIAL_STEP_MS);
    const node = (fork.find('pods', namespace, pod) as Stored<Pod> | undefined)?.spec?.nodeName;
    const made = this.decisions().slice(this.before);
    const victims = made.flatMap(({ attempt, outcome }) =>
      outcome === 'preempting' ? (fork.decision(attempt)?.postFilter?.victims ?? []) : [],
    );
    if (node) this.landing = { node, victims };
    return !node && (made.length < this.attempts || victims.length > 0);
  }

  private decisions(): ReturnType<World['decisions']> {
    return this.fork.decisions({ namespace: this.namespace, pod: this.pod });
  }
}

function withoutTokens(spec: PodSpec): PodSpec {
  const isToken = ({ name }: { name: string }): boolean => name.startsWith('kube-api-access-');
  return {
    ...spec,
    volumes: (spec.volumes ?? []).filter((volume) => !isToken(volume)),
    containers: spec.containers.map((container) => ({
      ...container,
      volumeMounts: (container.volumeMounts ?? []).filter((mount) => !isToken(mount)),
    })),
  };
}
