/** Earlier templates of a workload: ReplicaSets of a Deployment, ControllerRevisions of the others. Upstream: kubectl/pkg/polymorphichelpers/{history,rollback}.go. */
import type { PodTemplateSpec } from 'kubernetes-types/core/v1';
import { strategicMerge } from '../../../../sim/apiserver/patch/strategic-merge.ts';
import type { Found } from '../../client/infos.ts';
import type { Live, Session } from '../../session.ts';

export interface Revision {
  readonly number: number;
  readonly cause: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly template: PodTemplateSpec | undefined;
  /** The patch of a ControllerRevision. */
  readonly data?: unknown;
}

const REVISION = 'deployment.kubernetes.io/revision';
const CAUSE = 'kubernetes.io/change-cause';

type Owned = Live & {
  readonly spec?: { readonly template?: PodTemplateSpec };
  readonly revision?: number;
  readonly data?: unknown;
};

/** Oldest first. */
export function revisionsOf(session: Session, item: Found): readonly Revision[] {
  const isDeployment = item.resource.kind === 'Deployment';
  const resource = session.discovery.named(isDeployment ? 'replicasets.apps' : 'controllerrevisions.apps');
  const labelSelector = selectorText(item);
  const { items } = session.rest.list<Owned>(resource, item.namespace, { labelSelector });
  const own = items.filter(({ metadata }) =>
    metadata.ownerReferences?.some(({ uid, controller }) => controller && uid === item.object.metadata?.uid),
  );
  const all = own.map((object) => (isDeployment ? ofReplicaSet(object) : ofControllerRevision(item, object)));
  return all.filter(({ number }) => number > 0).sort((left, right) => left.number - right.number);
}

function ofReplicaSet({ metadata, spec }: Owned): Revision {
  const annotations = metadata.annotations ?? {};
  return {
    number: Number(annotations[REVISION] ?? 0),
    cause: annotations[CAUSE] ?? '',
    annotations,
    template: spec?.template,
  };
}

function ofControllerRevision({ object, resource }: Found, { metadata, revision = 0, data }: Owned): Revision {
  const annotations = metadata.annotations ?? {};
  const patched = strategicMerge(resource.kind, object, data) as { spec?: { template?: PodTemplateSpec } };
  return { number: revision, cause: annotations[CAUSE] ?? '', annotations, template: patched.spec?.template, data };
}

function selectorText({ object }: Found): string {
  const { spec } = object as {
    spec?: {
      selector?: {
        matchLabels?: Record<string, string>;
        matchExpressions?: readonly { key: string; operator: string; values?: readonly string[] }[];
      };
    };
  };
  const { matchLabels = {}, matchExpressions = [] } = spec?.selector ?? {};
  const words: Readonly<Record<string, (key: string, values: string) => string>> = {
    In: (key, values) => `${key} in (${values})`,
    NotIn: (key, values) => `${key} notin (${values})`,
    Exists: (key) => key,
    DoesNotExist: (key) => `!${key}`,
  };
  return [
    ...Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`),
    ...matchExpressions.map(({ key, operator, values = [] }) => words[operator]?.(key, values.join(',')) ?? key),
  ].join(',');
}
