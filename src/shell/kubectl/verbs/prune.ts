/** `kubectl apply --prune`: what was applied before and is in no file any more goes. Upstream: kubectl/pkg/cmd/apply/prune.go, kubectl/pkg/util/prune/prune.go. */
import { apiVersionOf, type Resource } from '../client/discovery.ts';
import { typesOf, type Target } from '../client/infos.ts';
import { pathOf } from '../client/rest.ts';
import { failure } from '../failure.ts';
import { changePrinter } from '../printers/output.ts';
import type { Live, Session } from '../session.ts';
import { klogWarning } from '../text/klog.ts';
import { lastAppliedOf } from '../../../sim/client/index.ts';

const NAMESPACED =
  'configmaps,endpoints,persistentvolumeclaims,pods,replicationcontrollers,secrets,services,jobs.batch,cronjobs.batch,ingresses.networking.k8s.io,daemonsets.apps,deployments.apps,replicasets.apps,statefulsets.apps';
const CLUSTER = 'namespaces,persistentvolumes';
const DEPRECATED =
  'Deprecated: kubectl apply will no longer prune non-namespaced resources by default when used with the --namespace flag in a future release. To preserve the current behaviour, list the resources you want to target explicitly in the --prune-allowlist flag.';

/** Kinds that `--prune-allowlist` names; a kind that is not served is refused before anything is applied. */
export function allowedKinds({ flags, discovery }: Session): readonly Resource[] {
  return flags.all('prune-allowlist').map((item) => {
    const [group = '', version = '', kind = '', ...more] = item.split('/');
    if (kind === '' || more.length > 0)
      throw failure(`invalid GroupVersionKind format: ${item}, please follow <group/version/kind>`);
    const apiVersion = group === 'core' || group === '' ? version : `${group}/${version}`;
    const found = discovery.byKind(apiVersion, kind);
    if (!found) throw failure(`no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(apiVersion)}`);
    return found;
  });
}

export function prune(
  session: Session,
  applied: readonly { readonly target: Target; readonly uid: string }[],
  allowed: readonly Resource[],
): void {
  const { flags } = session;
  if (allowed.length === 0) session.err(klogWarning(session.context.nowMs, 'prune.go:71', DEPRECATED));
  const resources = allowed.length > 0 ? allowed : typesOf(session, `${NAMESPACED},${CLUSTER}`);
  const uids = new Set(applied.map(({ uid }) => uid));
  const namespaces = [...new Set(applied.map(({ target }) => target.namespace).filter(Boolean))];
  const inNamespaces = resources.filter(({ isNamespaced }) => isNamespaced);
  const places = [
    ...namespaces.flatMap((namespace) => inNamespaces.map((resource) => ({ resource, namespace }))),
    ...resources.filter(({ isNamespaced }) => !isNamespaced).map((resource) => ({ resource, namespace: '' })),
  ];
  const tell = changePrinter(session);
  const grace = flags.int('grace-period');
  const options = {
    kind: 'DeleteOptions',
    apiVersion: 'v1',
    ...(grace >= 0 ? { gracePeriodSeconds: grace } : {}),
    propagationPolicy: PROPAGATION[flags.text('cascade')] ?? 'Background',
    ...(session.dryRun === 'server' ? { dryRun: ['All'] } : {}),
  };
  for (const { resource, namespace } of places) {
    const { items } = session.rest.list<Live>(resource, namespace, { labelSelector: flags.text('selector') });
    for (const item of items) {
      if (lastAppliedOf(item) === undefined || uids.has(item.metadata.uid ?? '')) continue;
      const object = { ...item, apiVersion: apiVersionOf(resource), kind: resource.kind };
      if (session.dryRun !== 'client')
        session.rest.json('DELETE', pathOf(resource, namespace, item.metadata.name), { body: options });
      tell('pruned', object);
    }
  }
}

const PROPAGATION: Readonly<Record<string, string>> = {
  background: 'Background',
  foreground: 'Foreground',
  orphan: 'Orphan',
};
