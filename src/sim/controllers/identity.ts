/** Names under which the controllers of kube-controller-manager act. One limiter each: upstream shares one client. */
import type { UserInfo } from '../apiserver/index.ts';
import type { ControllerOptions } from '../client/index.ts';
import { controllerId } from '../kernel/index.ts';

export interface ClientRates {
  readonly qps: number;
  readonly burst: number;
}

/** Clusters larger than this are run with other flags than the default ones. */
const LARGE_CLUSTER_NODES = 500;

/** `--kube-api-qps` and `--kube-api-burst`: the defaults, and what upstream's own tests of large clusters set. */
export const clientRatesFor = (nodes: number): ClientRates =>
  nodes > LARGE_CLUSTER_NODES ? { qps: 100, burst: 100 } : { qps: 20, burst: 30 };

/** Accounts whose name is not that of the controller with `-controller` behind. Upstream: cmd/kube-controller-manager/app. */
const ACCOUNTS: Readonly<Record<string, string>> = {
  daemonset: 'daemon-set-controller',
  replication: 'replication-controller',
  'node-ipam': 'node-controller',
  'taint-eviction': 'node-controller',
  'pod-garbage-collector': 'pod-garbage-collector',
  'generic-garbage-collector': 'generic-garbage-collector',
  'horizontal-pod-autoscaler': 'horizontal-pod-autoscaler',
  'persistent-volume-binder': 'persistent-volume-binder',
  'csi-azure': 'csi-azuredisk-controller-sa',
};

/** An account in `kube-system`. */
export function systemAccount(name: string): UserInfo {
  return {
    name: `system:serviceaccount:kube-system:${name}`,
    groups: ['system:serviceaccounts', 'system:serviceaccounts:kube-system', 'system:authenticated'],
  };
}

/** `deployment` becomes the account `deployment-controller`, as with `--use-service-account-credentials`. */
export function controllerOptions(
  name: string,
  rates: ClientRates,
  reporter = `${name}-controller`,
  groups: readonly string[] = [],
): ControllerOptions {
  const account = systemAccount(ACCOUNTS[name] ?? `${name}-controller`);
  return { id: controllerId(name), reporter, user: { ...account, groups: [...account.groups, ...groups] }, ...rates };
}
