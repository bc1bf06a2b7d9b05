/** Names under which the controllers of kube-controller-manager act. One limiter each: upstream shares one client. */
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

/** `deployment` becomes the account `deployment-controller`, as with `--use-service-account-credentials`. */
export function controllerOptions(
  name: string,
  rates: ClientRates,
  reporter = `${name}-controller`,
): ControllerOptions {
  return {
    id: controllerId(name),
    reporter,
    user: {
      name: `system:serviceaccount:kube-system:${name}-controller`,
      groups: ['system:serviceaccounts', 'system:serviceaccounts:kube-system', 'system:authenticated'],
    },
    ...rates,
  };
}
