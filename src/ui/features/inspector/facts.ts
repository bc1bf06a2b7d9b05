/** What is worth knowing first of an object, kind by kind, and how it is doing in one word. Pure. */
import type { Deployment, ReplicaSet, StatefulSet } from 'kubernetes-types/apps/v1';
import type { Node, Pod, Service } from 'kubernetes-types/core/v1';
import type { Stored } from '../../../sim/api/object.ts';
import { podHealth } from '../../view/pod-health.ts';

export type Tone = 'ok' | 'warn' | 'failure' | 'neutral';

export interface Standing {
  readonly word: string;
  readonly tone: Tone;
}

export interface Fact {
  /** Key under `inspector.fact.`. */
  readonly name: string;
  readonly value: string;
  /** Record key or component id that the value leads to. */
  readonly link?: string;
  readonly isCode?: boolean;
}

const POD_TONE = {
  ready: 'ok',
  starting: 'warn',
  waiting: 'warn',
  failed: 'failure',
  ending: 'warn',
  done: 'neutral',
} as const;

export function standingOf(object: Stored): Standing | undefined {
  if (object.metadata.deletionTimestamp && object.kind !== 'Pod') return { word: 'Terminating', tone: 'warn' };
  switch (object.kind) {
    case 'Pod': {
      const { word, shape } = podHealth(object as Stored<Pod>);
      return { word, tone: POD_TONE[shape] };
    }
    case 'Node': {
      const { spec, status } = object as Stored<Node>;
      const isReady = status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True');
      const word = `${isReady ? 'Ready' : 'NotReady'}${spec?.unschedulable ? ',SchedulingDisabled' : ''}`;
      return { word, tone: !isReady ? 'failure' : spec?.unschedulable ? 'warn' : 'ok' };
    }
    case 'Deployment':
    case 'ReplicaSet':
    case 'StatefulSet': {
      const { spec, status } = object as Stored<Deployment | ReplicaSet | StatefulSet>;
      const [ready, wanted] = [status?.readyReplicas ?? 0, spec?.replicas ?? 1];
      return { word: `${ready}/${wanted} ready`, tone: ready >= wanted ? 'ok' : 'warn' };
    }
    case 'DaemonSet': {
      const { status } = object as Stored & {
        status?: { numberReady?: number; desiredNumberScheduled?: number };
      };
      const [ready, wanted] = [status?.numberReady ?? 0, status?.desiredNumberScheduled ?? 0];
      return { word: `${ready}/${wanted} ready`, tone: ready >= wanted ? 'ok' : 'warn' };
    }
    default: {
      const { status } = object as Stored & { status?: { phase?: string } };
      return typeof status?.phase === 'string' ? { word: status.phase, tone: 'neutral' } : undefined;
    }
  }
}

const labelsOf = (map: Readonly<Record<string, string>> | undefined): string =>
  Object.entries(map ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(', ');

export function factsOf(object: Stored): readonly Fact[] {
  const facts: Fact[] = [];
  const add = (name: string, value: string | number | undefined, more: Omit<Fact, 'name' | 'value'> = {}): void => {
    if (value !== undefined && value !== '') facts.push({ name, value: String(value), ...more });
  };
  switch (object.kind) {
    case 'Pod':
      addPod(object as Stored<Pod>, add);
      break;
    case 'Node': {
      const { status, spec } = object as Stored<Node>;
      add('address', status?.addresses?.find(({ type }) => type === 'InternalIP')?.address, { isCode: true });
      add('version', status?.nodeInfo?.kubeletVersion);
      add('podCidr', spec?.podCIDR, { isCode: true });
      add('allocatable', pairs(status?.allocatable, ['cpu', 'memory', 'pods']));
      add(
        'taints',
        spec?.taints?.map(({ key, value, effect }) => `${key}${value ? `=${value}` : ''}:${effect}`).join(', '),
        {
          isCode: true,
        },
      );
      break;
    }
    case 'Service': {
      const { spec, status } = object as Stored<Service>;
      add('type', spec?.type);
      add('clusterIp', spec?.clusterIP, { isCode: true });
      add('external', status?.loadBalancer?.ingress?.map(({ ip, hostname }) => ip ?? hostname).join(', '), {
        isCode: true,
      });
      add(
        'ports',
        spec?.ports
          ?.map(
            ({ port, targetPort, nodePort, protocol }) =>
              `${port}${nodePort ? `:${nodePort}` : ''}→${targetPort ?? port}/${protocol ?? 'TCP'}`,
          )
          .join(', '),
      );
      add('selector', labelsOf(spec?.selector), { isCode: true });
      break;
    }
    case 'Deployment':
    case 'ReplicaSet':
    case 'StatefulSet': {
      const { spec, status } = object as Stored<Deployment>;
      add('replicas', `${status?.readyReplicas ?? 0} / ${spec?.replicas ?? 1}`);
      add('strategy', spec?.strategy?.type);
      add('image', spec?.template.spec?.containers.map(({ image }) => image).join(', '), { isCode: true });
      add('selector', labelsOf(spec?.selector.matchLabels), { isCode: true });
      break;
    }
  }
  add('labels', labelsOf(object.metadata.labels), { isCode: true });
  return facts;
}

function addPod(
  { metadata, spec, status }: Stored<Pod>,
  add: (name: string, value: string | number | undefined, more?: Omit<Fact, 'name' | 'value'>) => void,
): void {
  const { nodeName } = spec ?? {};
  add('node', nodeName, nodeName ? { link: `nodes|${nodeName}` } : {});
  add('address', status?.podIP, { isCode: true });
  add('qos', status?.qosClass);
  const [ready, all] = [
    (status?.containerStatuses ?? []).filter((container) => container.ready).length,
    spec?.containers.length ?? 0,
  ];
  add('ready', `${ready} / ${all}`);
  add(
    'restarts',
    (status?.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0),
  );
  add('priority', spec?.priorityClassName);
  add('reason', status?.reason);
  add('deleted', metadata.deletionTimestamp as unknown as string | undefined);
}

const pairs = (map: Readonly<Record<string, unknown>> | undefined, names: readonly string[]): string =>
  names.flatMap((name) => (map?.[name] === undefined ? [] : [`${name} ${String(map[name])}`])).join(', ');

/** `kubectl get` ages: `12s`, `5m3s`, `2h`. */
export function ageText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return seconds % 60 ? `${minutes}m${seconds % 60}s` : `${minutes}m`;
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours}h` : `${Math.floor(hours / 24)}d`;
}
