/**
 * Secrets of the type `kubernetes.io/service-account-token`: filled when their ServiceAccount exists, deleted when it does
 * not, and no longer referred to by it when they are gone. No Secret is made for an account that has none.
 * Upstream: pkg/controller/serviceaccount/tokens_controller.go.
 */
import type { Secret, ServiceAccount } from 'kubernetes-types/core/v1';
import { encodeBase64 } from '../../api/encoding.ts';
import { keyOf, type Stored } from '../../api/object.ts';
import { mintSecretToken } from '../../apiserver/index.ts';
import type { Client, Informer, Outcome } from '../../client/index.ts';
import { ManagedController, type Manager } from '../managed-controller.ts';
import { byNamespace } from '../owners.ts';
import { CERTIFICATE } from './certificate.ts';

const TYPE = 'kubernetes.io/service-account-token';
const ACCOUNT_NAME = 'kubernetes.io/service-account.name';
const ACCOUNT_UID = 'kubernetes.io/service-account.uid';

export class TokensController extends ManagedController {
  /** It holds the key of the cluster, so it is no account itself. */
  private readonly keeper: Client = this.client.as({
    name: 'system:kube-controller-manager',
    groups: ['system:authenticated'],
  });
  private readonly accounts: Informer<'serviceaccounts'>;
  private readonly secrets: Informer<'secrets'>;

  constructor(manager: Manager) {
    super(manager, 'serviceaccount-token');
    this.accounts = this.shared('serviceaccounts', byNamespace);
    this.secrets = this.shared('secrets', byNamespace);
    this.secrets.onChange((next, old) => {
      const secret = (next ?? old)!;
      if (secret.type === TYPE) this.queue.add(keyOf(secret));
    });
    this.accounts.onChange((next, old) => {
      if (next || !old) return;
      const { namespace = '', name } = old.metadata;
      for (const secret of this.secrets.byIndex('namespace', namespace))
        if (secret.type === TYPE && secret.metadata.annotations?.[ACCOUNT_NAME] === name) this.queue.add(keyOf(secret));
    });
  }

  protected reconcile(key: string): Outcome {
    const secret = this.secrets.byKey(key);
    if (!secret) return this.forget(key);
    const account = this.accountOf(secret);
    if (typeof account === 'string') return account;
    if (account) return this.fill(secret, account);
    const { namespace, name, uid } = secret.metadata;
    const gone = this.keeper.delete('secrets', namespace, name, { preconditions: { uid } });
    return gone.ok || gone.status.code === 404 || gone.status.code === 409 ? undefined : gone.status.message;
  }

  /** An account that the cache does not show is asked for: it may be younger than its Secret. */
  private accountOf({ metadata }: Stored<Secret>): Stored<ServiceAccount> | string | undefined {
    const name = metadata.annotations?.[ACCOUNT_NAME] ?? '';
    const uid = metadata.annotations?.[ACCOUNT_UID];
    const isMeant = (account: Stored<ServiceAccount>): boolean => !uid || account.metadata.uid === uid;
    const cached = this.accounts.get(metadata.namespace, name);
    if (cached && isMeant(cached)) return cached;
    const live = this.keeper.get('serviceaccounts', metadata.namespace, name);
    if (!live.ok) return live.status.code === 404 ? undefined : (live.status.message ?? '');
    return isMeant(live.object) ? live.object : undefined;
  }

  private fill(secret: Stored<Secret>, account: Stored<ServiceAccount>): Outcome {
    const { namespace = '' } = secret.metadata;
    const before = secret.data ?? {};
    const certificate = encodeBase64(CERTIFICATE);
    if (before['ca.crt'] === certificate && before['namespace'] && before['token']) return undefined;
    const data = {
      ...before,
      'ca.crt': certificate,
      namespace: before['namespace'] || encodeBase64(namespace),
      token: before['token'] || encodeBase64(mintSecretToken(this.kernel, account, secret)),
    };
    const annotations = {
      ...secret.metadata.annotations,
      [ACCOUNT_NAME]: account.metadata.name,
      [ACCOUNT_UID]: account.metadata.uid,
    };
    const written = this.keeper.update('secrets', { ...secret, metadata: { ...secret.metadata, annotations }, data });
    return written.ok || written.status.code === 404 || written.status.code === 409
      ? undefined
      : written.status.message;
  }

  /** Only an account that refers to a Secret by name has to be rid of it. */
  private forget(key: string): Outcome {
    const [namespace = '', name = ''] = key.split('/');
    let failure: Outcome;
    for (const account of this.accounts.byIndex('namespace', namespace)) {
      if (!account.secrets?.some((reference) => reference.name === name)) continue;
      const { secrets = [], ...rest } = account;
      const kept = secrets.filter((reference) => reference.name !== name);
      const written = this.keeper.update('serviceaccounts', { ...rest, ...(kept.length > 0 ? { secrets: kept } : {}) });
      if (!written.ok && written.status.code !== 404) failure = written.status.message;
    }
    return failure;
  }
}
