/**
 * What every namespace gets: the ServiceAccount `default` and the ConfigMap `kube-root-ca.crt`.
 * Upstream: pkg/controller/serviceaccount/serviceaccounts_controller.go, pkg/controller/certificates/rootcacertpublisher.
 */
import { isDeepEqual } from '../../apiserver/index.ts';
import type { Informer, Outcome } from '../../client/index.ts';
import { systemAccount } from '../identity.ts';
import { ManagedController, type Manager } from '../managed-controller.ts';
import { CERTIFICATE } from './certificate.ts';

const ROOT_CA = 'kube-root-ca.crt';
const DESCRIPTION = 'kubernetes.io/description';
const PURPOSE =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';

export class AccountsController extends ManagedController {
  /** Upstream these are two controllers, each with an account of its own. */
  private readonly publisher = this.client.as(systemAccount('root-ca-cert-publisher'));
  private readonly namespaces: Informer<'namespaces'>;
  private readonly accounts: Informer<'serviceaccounts'>;
  private readonly maps: Informer<'configmaps'>;

  constructor(manager: Manager) {
    super(manager, 'service-account');
    this.namespaces = this.shared('namespaces');
    this.accounts = this.shared('serviceaccounts');
    this.maps = this.shared('configmaps');
    this.namespaces.onChange((next, old) => {
      if (next && !old) this.queue.add(next.metadata.name);
    });
    this.accounts.onChange((next, old) => {
      if (!next && old?.metadata.name === 'default') this.queue.add(old.metadata.namespace ?? '');
    });
    this.maps.onChange((next, old) => {
      const map = (next ?? old)!;
      if (map.metadata.name === ROOT_CA && old) this.queue.add(map.metadata.namespace ?? '');
    });
  }

  protected reconcile(namespace: string): Outcome {
    const found = this.namespaces.get(undefined, namespace);
    if (!found || found.metadata.deletionTimestamp) return undefined;
    const metadata = { namespace };
    if (!this.accounts.get(namespace, 'default')) {
      const made = this.client.create('serviceaccounts', {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { ...metadata, name: 'default' },
      });
      if (!made.ok && made.status.reason !== 'AlreadyExists') return made.status.message;
    }
    return this.publish(namespace);
  }

  /** What somebody wrote into the ConfigMap is put right again. */
  private publish(namespace: string): Outcome {
    const found = this.maps.get(namespace, ROOT_CA);
    const data = { 'ca.crt': CERTIFICATE };
    const annotations = { ...found?.metadata.annotations, [DESCRIPTION]: PURPOSE };
    if (!found) {
      const metadata = { namespace, name: ROOT_CA, annotations };
      const made = this.publisher.create('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata, data });
      return made.ok || made.status.reason === 'AlreadyExists' ? undefined : made.status.message;
    }
    if (isDeepEqual(found.data, data) && found.metadata.annotations?.[DESCRIPTION]) return undefined;
    const written = this.publisher.update('configmaps', {
      ...found,
      metadata: { ...found.metadata, annotations },
      data,
    });
    return written.ok || written.status.code === 404 ? undefined : written.status.message;
  }
}
