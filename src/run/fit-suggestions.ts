/**
 * "What would make it fit?": for a pod that waits, single changes each of which lets it be scheduled. Candidates come from
 * what turned it down; each is tried on a fork of the world with the real scheduler, and only what worked is returned,
 * the smallest change first. Pure: the world is left as it is.
 */
import type { Pod, PodSpec } from 'kubernetes-types/core/v1';
import { stringify } from '../manifest/index.ts';
import type { KubeObject, Stored } from '../sim/api/object.ts';
import { CLIENT } from '../sim/kernel/index.ts';
import type { World } from '../sim/world.ts';
import { podChanges, type PodChange } from './fit-candidates.ts';
import { RunFault } from './fault.ts';
import { finish, type Study } from './study.ts';

export interface FitSuggestion extends PodChange {
  /** The object to edit: the pod itself, or the controller whose template it came from. */
  readonly target: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly namespace: string;
    readonly name: string;
  };
  /** The target's manifest before and after, for a diff and for an apply. */
  readonly before: string;
  readonly after: string;
  /** Where the pod landed when this was tried, and who had to go for it. */
  readonly node: string;
  readonly victims: readonly string[];
}

/** How long a fork may take to place the pod: victims are given their grace period. */
const TRIAL_LIMIT_MS = 60_000;
const TRIAL_STEP_MS = 500;
export const TRIAL_LIMIT = 24;

export function fitSuggestions(world: World, namespace: string, name: string): readonly FitSuggestion[] {
  return finish(beginFit(world, namespace, name));
}

/** The same piece by piece, on the world as it is now, whatever becomes of it meanwhile. */
export function beginFit(world: World, namespace: string, name: string): Study<readonly FitSuggestion[]> {
  const pod = world.find('pods', namespace, name) as Stored<Pod> | undefined;
  if (!pod) throw new RunFault('fit.unknownPod', `There is no pod ${namespace}/${name}.`, { namespace, name });
  const last = pod.spec?.nodeName ? undefined : world.decisions({ namespace, pod: name }).at(-1);
  const record = last && world.decision(last.attempt);
  const changes = record ? podChanges(world, pod, record).slice(0, TRIAL_LIMIT) : [];
  const base = world.fork();
  const root = rootOf(base, pod);
  const found: FitSuggestion[] = [];
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
      trial ??= new Trial(base, pod, change.edit(structured(pod.spec!)));
      if (trial.advance()) return true;
      if (trial.landing) found.push(suggestionOf(root, change, trial.landing));
      trial = undefined;
      done += 1;
      return done < changes.length;
    },
    end: () => found.sort((left, right) => left.size + left.rank - right.size - right.rank),
  };
}

function suggestionOf(root: Stored, change: PodChange, landing: Landing): FitSuggestion {
  const edited = structured(root);
  const spec = templateOf(edited);
  Object.assign(spec, change.edit(spec));
  const { apiVersion, kind, metadata } = root;
  return {
    ...change,
    target: { apiVersion, kind, namespace: metadata.namespace ?? 'default', name: metadata.name },
    before: stringify(root),
    after: stringify(edited),
    ...landing,
  };
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

interface Templated extends KubeObject {
  readonly spec?: {
    readonly template?: { spec: PodSpec };
    readonly jobTemplate?: { spec: { template: { spec: PodSpec } } };
  };
}

function templateOf(object: Stored): PodSpec {
  const { spec } = object as Templated;
  return spec?.template?.spec ?? spec?.jobTemplate?.spec.template.spec ?? (spec as PodSpec);
}

interface Landing {
  readonly node: string;
  readonly victims: readonly string[];
}

/** A fork where the pod is there once more with the change, and no longer without it. */
class Trial {
  landing: Landing | undefined;
  private readonly fork: World;
  private readonly namespace: string;
  private readonly name: string;
  private readonly end: number;
  private readonly isRefused: boolean;

  constructor(base: World, { metadata }: Stored<Pod>, spec: PodSpec) {
    const { namespace = 'default', name, labels } = metadata;
    const fork = base.fork();
    this.fork = fork;
    this.namespace = namespace;
    this.name = `${name.slice(0, 200)}-trial`;
    this.end = fork.now + TRIAL_LIMIT_MS;
    // Priority is worked out anew from the class; the tokens' volume is mounted anew.
    const { priority: _, serviceAccount: __, ...rest } = spec;
    const body = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { namespace, name: this.name, labels },
      spec: withoutTokens(rest),
    };
    const answer = fork.kernel.runTurn(CLIENT, 0, () => {
      fork.handle({ verb: 'delete', resource: 'pods', namespace, name, options: { gracePeriodSeconds: 0 } });
      return fork.handle({ verb: 'create', resource: 'pods', namespace, body });
    });
    this.isRefused = answer.code !== 201;
  }

  /** Lets some time go by; false once it is known whether the pod lands. */
  advance(): boolean {
    const { fork, namespace, name } = this;
    if (this.isRefused || fork.now >= this.end) return false;
    fork.kernel.advanceTo(fork.now + TRIAL_STEP_MS);
    const node = (fork.find('pods', namespace, name) as Stored<Pod> | undefined)?.spec?.nodeName;
    const attempts = fork.decisions({ namespace, pod: name });
    const victims = attempts.flatMap(({ attempt, outcome }) =>
      outcome === 'preempting' ? (fork.decision(attempt)?.postFilter?.victims ?? []) : [],
    );
    if (node) this.landing = { node, victims };
    return !node && (attempts.length === 0 || victims.length > 0);
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
