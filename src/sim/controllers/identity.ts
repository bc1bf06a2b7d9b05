/** Names under which the controllers of kube-controller-manager act. One limiter each: upstream shares one client. */
import type { ControllerOptions } from '../client/index.ts';
import { controllerId } from '../kernel/index.ts';

/** `deployment` becomes the account `deployment-controller`, as with `--use-service-account-credentials`. */
export function controllerOptions(name: string, reporter = `${name}-controller`): ControllerOptions {
  return {
    id: controllerId(name),
    reporter,
    user: {
      name: `system:serviceaccount:kube-system:${name}-controller`,
      groups: ['system:serviceaccounts', 'system:serviceaccounts:kube-system', 'system:authenticated'],
    },
    qps: 20,
    burst: 30,
  };
}
