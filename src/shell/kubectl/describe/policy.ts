/** Descriptions of autoscalers, disruption budgets, priority classes, and of who may what. Upstream: kubectl/pkg/describe/describe.go. */
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1';
import type { ClusterRole, RoleBinding } from 'kubernetes-types/rbac/v1';
import type { PriorityClass } from 'kubernetes-types/scheduling/v1';
import type { KubeObject } from '../../../sim/api/object.ts';
import { compacted, resourceText, sorted } from '../verbs/auth.ts';
import type { Describer } from './describer.ts';
import { eventsAbout, writeEvents } from './events.ts';
import { labelList, rfc1123, selectorText, writeAnnotations, writeHead, writeLabels } from './writer.ts';

interface Value {
  readonly averageUtilization?: number;
  readonly averageValue?: string;
  readonly value?: string;
}

interface Metric {
  readonly type: string;
  readonly resource?: { readonly name: string; readonly target?: Value; readonly current?: Value };
  readonly containerResource?: {
    readonly name: string;
    readonly container: string;
    readonly target?: Value;
    readonly current?: Value;
  };
  readonly pods?: { readonly metric: { readonly name: string }; readonly target?: Value; readonly current?: Value };
  readonly object?: {
    readonly metric: { readonly name: string };
    readonly describedObject: { readonly kind: string; readonly name: string };
    readonly target?: Value;
    readonly current?: Value;
  };
  readonly external?: { readonly metric: { readonly name: string }; readonly target?: Value; readonly current?: Value };
}

interface Rules {
  readonly stabilizationWindowSeconds?: number;
  readonly selectPolicy?: string;
  readonly policies?: readonly { readonly type: string; readonly value: number; readonly periodSeconds: number }[];
}

type Autoscaler = KubeObject & {
  readonly spec?: {
    readonly scaleTargetRef: { readonly kind: string; readonly name: string };
    readonly minReplicas?: number;
    readonly maxReplicas: number;
    readonly metrics?: readonly Metric[];
    readonly behavior?: { readonly scaleUp?: Rules; readonly scaleDown?: Rules };
  };
  readonly status?: {
    readonly currentReplicas?: number;
    readonly desiredReplicas?: number;
    readonly currentMetrics?: readonly (Metric | null)[] | null;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
  };
};

const UNKNOWN = '<unknown>';

function metricText(metric: Metric, current: Metric | null | undefined): string {
  const { resource, containerResource, pods, object, external } = metric;
  if (resource ?? containerResource) {
    const wanted = (resource ?? containerResource)!;
    const now = current?.resource?.current ?? current?.containerResource?.current;
    const title = resource
      ? `resource ${wanted.name} on pods`
      : `resource ${wanted.name} of container "${containerResource!.container}" on pods`;
    if (wanted.target?.averageValue !== undefined)
      return `${title}:\t${now?.averageValue ?? UNKNOWN} / ${wanted.target.averageValue}`;
    const has = now?.averageUtilization !== undefined;
    const shown = has ? `${now.averageUtilization}% (${now.averageValue})` : UNKNOWN;
    const goal = wanted.target?.averageUtilization === undefined ? '<auto>' : `${wanted.target.averageUtilization}%`;
    return `${title}  (as a percentage of request):\t${shown} / ${goal}`;
  }
  if (pods)
    return `"${pods.metric.name}" on pods:\t${current?.pods?.current?.averageValue ?? UNKNOWN} / ${pods.target?.averageValue ?? ''}`;
  if (object) {
    const { describedObject: about, metric: named, target } = object;
    const isAverage = target?.averageValue !== undefined;
    const now = isAverage ? current?.object?.current?.averageValue : current?.object?.current?.value;
    return `"${named.name}" on ${about.kind}/${about.name} (target ${isAverage ? 'average value' : 'value'}):\t${now ?? UNKNOWN} / ${(isAverage ? target.averageValue : target?.value) ?? ''}`;
  }
  const isAverage = external?.target?.averageValue !== undefined;
  const now = isAverage ? current?.external?.current?.averageValue : current?.external?.current?.value;
  return `"${external?.metric.name ?? ''}" (target ${isAverage ? 'average value' : 'value'}):\t${now ?? UNKNOWN} / ${(isAverage ? external?.target?.averageValue : external?.target?.value) ?? ''}`;
}

export const describeAutoscaler: Describer<Autoscaler> = (session, object, writer) => {
  const { metadata, spec, status } = object;
  writeHead(writer, metadata);
  writer.line(0, `CreationTimestamp:\t${rfc1123(metadata?.creationTimestamp)}`);
  writer.line(0, `Reference:\t${spec?.scaleTargetRef.kind}/${spec?.scaleTargetRef.name}`);
  writer.line(0, 'Metrics:\t( current / target )');
  (spec?.metrics ?? []).forEach((metric, index) => writer.line(1, metricText(metric, status?.currentMetrics?.[index])));
  writer.line(0, `Min replicas:\t${spec?.minReplicas ?? '<unset>'}`);
  writer.line(0, `Max replicas:\t${spec?.maxReplicas ?? 0}`);
  if (spec?.behavior) {
    writer.line(0, 'Behavior:');
    for (const [title, rules] of [
      ['Scale Up', spec.behavior.scaleUp],
      ['Scale Down', spec.behavior.scaleDown],
    ] as const) {
      if (!rules) continue;
      writer.line(1, `${title}:`);
      if (rules.stabilizationWindowSeconds !== undefined)
        writer.line(2, `Stabilization Window: ${rules.stabilizationWindowSeconds} seconds`);
      writer.line(2, `Select Policy: ${rules.selectPolicy ?? 'Max'}`);
      writer.line(2, 'Policies:');
      for (const { type, value, periodSeconds } of rules.policies ?? [])
        writer.line(3, `- Type: ${type}\tValue: ${value}\tPeriod: ${periodSeconds} seconds`);
    }
  }
  writer.line(
    0,
    `${spec?.scaleTargetRef.kind} pods:\t${status?.currentReplicas ?? 0} current / ${status?.desiredReplicas ?? 0} desired`,
  );
  if (status?.conditions?.length) {
    writer.write(0, 'Conditions:\n  Type\tStatus\tReason\tMessage\n  ----\t------\t------\t-------\n');
    for (const { type, status: state, reason = '', message = '' } of status.conditions)
      writer.line(1, `${type}\t${state}\t${reason}\t${message}`);
  }
  writeEvents(writer, eventsAbout(session, object));
};

export const describeBudget: Describer<PodDisruptionBudget & KubeObject> = (session, object, writer) => {
  const { metadata, spec, status } = object;
  writer.line(0, `Name:\t${metadata?.name ?? ''}`);
  writer.line(0, `Namespace:\t${metadata?.namespace ?? ''}`);
  if (spec?.minAvailable !== undefined) writer.line(0, `Min available:\t${String(spec.minAvailable)}`);
  else if (spec?.maxUnavailable !== undefined) writer.line(0, `Max unavailable:\t${String(spec.maxUnavailable)}`);
  writer.line(0, `Selector:\t${spec?.selector ? selectorText(spec.selector) : '<unset>'}`);
  writer.line(0, 'Status:');
  writer.line(2, `Allowed disruptions:\t${status?.disruptionsAllowed ?? 0}`);
  writer.line(2, `Current:\t${status?.currentHealthy ?? 0}`);
  writer.line(2, `Desired:\t${status?.desiredHealthy ?? 0}`);
  writer.line(2, `Total:\t${status?.expectedPods ?? 0}`);
  writeEvents(writer, eventsAbout(session, object));
};

export const describePriorityClass: Describer<PriorityClass & KubeObject> = (session, object, writer) => {
  const { metadata } = object;
  writer.line(0, `Name:\t${metadata?.name ?? ''}`);
  writer.line(0, `Value:\t${object.value}`);
  writer.line(0, `GlobalDefault:\t${object.globalDefault ?? false}`);
  writer.line(0, `PreemptionPolicy:\t${object.preemptionPolicy ?? ''}`);
  writer.line(0, `Description:\t${object.description ?? ''}`);
  writer.line(0, `Annotations:\t${labelList(metadata?.annotations)}`);
  writeEvents(writer, eventsAbout(session, object));
};

export const describeRole: Describer<ClusterRole & KubeObject> = (_session, object, writer) => {
  writer.line(0, `Name:\t${object.metadata?.name ?? ''}`);
  writeLabels(writer, 'Labels', object.metadata?.labels);
  writeAnnotations(writer, object.metadata?.annotations);
  writer.line(0, 'PolicyRule:');
  writer.line(1, 'Resources\tNon-Resource URLs\tResource Names\tVerbs');
  writer.line(1, '---------\t-----------------\t--------------\t-----');
  for (const rule of sorted(compacted(object.rules ?? [])))
    writer.line(
      1,
      `${resourceText(rule)}\t[${(rule.nonResourceURLs ?? []).join(' ')}]\t[${(rule.resourceNames ?? []).join(' ')}]\t[${rule.verbs.join(' ')}]`,
    );
};

export const describeBinding: Describer<RoleBinding & KubeObject> = (_session, object, writer) => {
  writer.line(0, `Name:\t${object.metadata?.name ?? ''}`);
  writeLabels(writer, 'Labels', object.metadata?.labels);
  writeAnnotations(writer, object.metadata?.annotations);
  writer.line(0, 'Role:');
  writer.line(1, `Kind:\t${object.roleRef.kind}`);
  writer.line(1, `Name:\t${object.roleRef.name}`);
  writer.line(0, 'Subjects:');
  writer.line(1, 'Kind\tName\tNamespace');
  writer.line(1, '----\t----\t---------');
  for (const { kind, name, namespace = '' } of object.subjects ?? []) writer.line(1, `${kind}\t${name}\t${namespace}`);
};
