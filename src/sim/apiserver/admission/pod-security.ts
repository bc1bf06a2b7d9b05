/** PodSecurity: pods are held to what their namespace's labels say. Upstream: k8s.io/pod-security-admission/admission. */
import type { Namespace, Pod, PodSpec } from 'kubernetes-types/core/v1';
import type { Stored } from '../../api/object.ts';
import { fieldInvalid, forbidden, invalid, type FieldError } from '../../api/status.ts';
import { refuse, type Draft, type RequestContext } from '../context.ts';
import { violationsOf, type Level } from './pod-security-checks.ts';

const PREFIX = 'pod-security.kubernetes.io/';
const LEVELS: readonly string[] = ['privileged', 'baseline', 'restricted'];
/** Where the pod's spec is in each kind that makes pods. */
const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  CronJob: ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
  DaemonSet: ['spec', 'template', 'spec'],
  Deployment: ['spec', 'template', 'spec'],
  Job: ['spec', 'template', 'spec'],
  PodTemplate: ['template', 'spec'],
  ReplicaSet: ['spec', 'template', 'spec'],
  ReplicationController: ['spec', 'template', 'spec'],
  StatefulSet: ['spec', 'template', 'spec'],
};

type Labels = Readonly<Record<string, string>>;

interface Policy {
  readonly level: Level;
  readonly text: string;
}

function policyOf(labels: Labels | undefined, mode: 'enforce' | 'warn'): Policy {
  const level = labels?.[PREFIX + mode];
  const version = labels?.[`${PREFIX}${mode}-version`];
  // A level that is none is taken for the strictest one, as a version that is none for the latest.
  const known = level === undefined ? 'privileged' : LEVELS.includes(level) ? (level as Level) : 'restricted';
  return { level: known, text: `${known}:${version && isVersion(version) ? version : 'latest'}` };
}

const isVersion = (text: string): boolean => text === 'latest' || /^v1\.(0|[1-9]\d*)$/.test(text);

/** `reason (what)`, of each violation. */
function detailsOf(spec: PodSpec, level: Level): string {
  return violationsOf(spec, level)
    .map(({ reason, detail }) => `${reason} (${detail})`)
    .join(', ');
}

export function checkPodSecurity(context: RequestContext, draft: Draft, old: Stored | undefined): void {
  const { subresource } = context.request;
  if (draft.kind === 'Namespace') {
    if (!subresource) checkLabels(context, draft, old as Stored<Namespace> | undefined);
    return;
  }
  const isPod = draft.kind === 'Pod' && (old === undefined || subresource === 'ephemeralcontainers');
  const path = TEMPLATES[draft.kind ?? ''];
  if (!isPod && (!path || subresource)) return;
  const namespace = context.find('namespaces', undefined, draft.metadata.namespace ?? '');
  const labels = namespace?.metadata.labels;
  if (!labels || !Object.keys(labels).some((key) => key.startsWith(PREFIX))) return;
  const spec = isPod ? (draft as Pod).spec : specAt(draft, path!);
  if (!spec) return;
  const enforced = policyOf(labels, 'enforce');
  if (isPod) {
    const text = detailsOf(spec, enforced.level);
    if (text) {
      const why = `violates PodSecurity "${enforced.text}": ${text}`;
      refuse(context, 'admit', forbidden(context.resource, draft.metadata.name ?? '', why));
    }
  }
  const warned = policyOf(labels, 'warn');
  const text = detailsOf(spec, warned.level);
  if (text) context.warnings.push(`would violate PodSecurity "${warned.text}": ${text}`);
}

function specAt(draft: Draft, path: readonly string[]): PodSpec | undefined {
  let found: unknown = draft;
  for (const key of path) found = (found as Record<string, unknown> | undefined)?.[key];
  return found as PodSpec | undefined;
}

/** The labels of a namespace are levels and versions; pods that are there already are only told about. */
function checkLabels(context: RequestContext, draft: Draft, old: Stored<Namespace> | undefined): void {
  const { labels, name = '' } = draft.metadata;
  const errors = labelErrors(labels);
  const isAsBefore = labelErrors(old?.metadata.labels).length > 0;
  if (errors.length > 0 && !isAsBefore) refuse(context, 'admit', invalid('', 'Namespace', name, errors));
  if (!old || errors.length > 0) return;
  const [next, before] = [policyOf(labels, 'enforce'), policyOf(old.metadata.labels, 'enforce')];
  if (next.text === before.text || LEVELS.indexOf(next.level) < LEVELS.indexOf(before.level)) return;
  const found = new Map<string, string[]>();
  for (const pod of context.list('pods') as Iterable<Stored<Pod>>) {
    if (pod.metadata.namespace !== name || !pod.spec) continue;
    const reasons = violationsOf(pod.spec, next.level)
      .map(({ reason }) => reason)
      .join(', ');
    if (reasons) found.set(reasons, [...(found.get(reasons) ?? []), pod.metadata.name]);
  }
  if (found.size === 0) return;
  context.warnings.push(
    `existing pods in namespace "${name}" violate the new PodSecurity enforce level "${next.text}"`,
    ...[...found].map(([reasons, pods]) => `${podsText(pods)}: ${reasons}`).sort(),
  );
}

function podsText(names: readonly string[]): string {
  const [first = ''] = [...names].sort();
  if (names.length === 1) return first;
  return `${first} (and ${names.length - 1} other ${names.length === 2 ? 'pod' : 'pods'})`;
}

function labelErrors(labels: Labels = {}): readonly FieldError[] {
  return ['enforce', 'audit', 'warn'].flatMap((mode) => {
    const [levelKey, versionKey] = [PREFIX + mode, `${PREFIX}${mode}-version`];
    const [level, version] = [labels[levelKey], labels[versionKey]];
    const isLevel = level === undefined || LEVELS.includes(level);
    return [
      ...(isLevel ? [] : [fieldInvalid(`metadata.labels[${levelKey}]`, level, `must be one of ${LEVELS.join(', ')}`)]),
      ...(version === undefined || isVersion(version)
        ? []
        : [fieldInvalid(`metadata.labels[${versionKey}]`, version, 'must be "latest" or "v1.x"')]),
    ];
  });
}
