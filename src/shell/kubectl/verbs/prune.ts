/** `kubectl apply --prune`: what was applied before and is in no file any more goes. Upstream: kubectl/pkg/cmd/apply/prune.go. */
import { apiVersionOf } from '../client/discovery.ts';
import { typesOf, type Target } from '../client/infos.ts';
import { pathOf } from '../client/rest.ts';
import { changePrinter } from '../printers/output.ts';
import type { Live, Session } from '../session.ts';
import { lastAppliedOf } from '../../../sim/client/index.ts';

const NAMESPACED =
  'configmaps,endpoints,persistentvolumeclaims,pods,replicationcontrollers,secrets,services,jobs.batch,cronjobs.batch,ingresses.networking.k8s.io,daemonsets.apps,deployments.apps,replicasets.apps,statefulsets.apps';
const CLUSTER = 'namespaces,persistentvolumes';

export function prune(session: Session, applied: readonly { readonly target: Target; readonly uid: string }[]): void {
  const { flags } = session;
  const uids = new Set(applied.map(({ uid }) => uid));
  const namespaces = [...new Set(applied.map(({ target }) => target.namespace).filter(Boolean))];
  const allowed = flags.all('prune-allowlist').map((item) => item.split('/'));
  const isAllowed = (group: string, kind: string): boolean =>
    allowed.length === 0 ||
    allowed.some(([wanted, , name]) => name === kind && (wanted === 'core' ? '' : wanted) === group);
  const places = [
    ...(session.isNamespaceGiven ? [] : typesOf(session, CLUSTER).map((resource) => ({ resource, namespace: '' }))),
    ...namespaces.flatMap((namespace) => typesOf(session, NAMESPACED).map((resource) => ({ resource, namespace }))),
  ].filter(({ resource }) => isAllowed(resource.group, resource.kind));
  const tell = changePrinter(session);
  for (const { resource, namespace } of places) {
    const { items } = session.rest.list<Live>(resource, namespace, { labelSelector: flags.text('selector') });
    for (const item of items) {
      if (lastAppliedOf(item) === undefined || uids.has(item.metadata.uid ?? '')) continue;
      const object = { ...item, apiVersion: apiVersionOf(resource), kind: resource.kind };
      if (session.dryRun !== 'client')
        session.rest.json('DELETE', pathOf(resource, namespace, item.metadata.name), {
          query: session.dryRun === 'server' ? { dryRun: 'All' } : {},
          body: { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background' },
        });
      tell('pruned', object);
    }
  }
}
