/**
 * What every namespace gets: the ServiceAccount `default` and the ConfigMap `kube-root-ca.crt`.
 * Upstream: pkg/controller/serviceaccount/serviceaccounts_controller.go, pkg/controller/certificates/rootcacertpublisher.
 */
import type { Informer, Outcome } from '../../client/index.ts';
import { systemAccount } from '../identity.ts';
import { ManagedController, type Manager } from '../managed-controller.ts';

const ROOT_CA = 'kube-root-ca.crt';
const WATCHED = new Set(['default', ROOT_CA]);
/** The simulation has no keys; programs in containers only look whether the file is there. */
const CERTIFICATE = '-----BEGIN CERTIFICATE-----\nU2ltdWxhdGVkIGNsdXN0ZXIgQ0E=\n-----END CERTIFICATE-----\n';

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
    for (const informer of [this.accounts, this.maps]) {
      informer.onChange((next, old) => {
        if (!next && old && WATCHED.has(old.metadata.name)) this.queue.add(old.metadata.namespace ?? '');
      });
    }
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
    if (!this.maps.get(namespace, ROOT_CA)) {
      const annotations = {
        'kubernetes.io/description':
          'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.',
      };
      const made = this.publisher.create('configmaps', {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { ...metadata, name: ROOT_CA, annotations },
        data: { 'ca.crt': CERTIFICATE },
      });
      if (!made.ok && made.status.reason !== 'AlreadyExists') return made.status.message;
    }
    return undefined;
  }
}
