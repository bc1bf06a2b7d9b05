/**
 * Whether a container that has ended is started again. Upstream: pkg/kubelet/container/helpers.go (ShouldContainerBeRestarted),
 * pkg/api/v1/pod (container restart rules, beta in 1.35).
 */
import type { Container, Pod } from 'kubernetes-types/core/v1';
import type { ContainerRole } from './records.ts';

interface RestartRule {
  readonly action: string;
  readonly exitCodes?: { readonly operator: 'In' | 'NotIn'; readonly values?: readonly number[] };
}

export function shouldRestart(
  pod: Pod,
  spec: Container,
  role: ContainerRole,
  exitCode: number,
  isFailure: boolean,
): boolean {
  if (role === 'ephemeral') return false;
  if (role === 'sidecar') return true;
  const { restartPolicyRules = [] } = spec as Container & { readonly restartPolicyRules?: readonly RestartRule[] };
  const isRuled = restartPolicyRules.some(({ action, exitCodes }) => {
    if (!exitCodes || !/^Restart/.test(action)) return false;
    return (exitCodes.values ?? []).includes(exitCode) === (exitCodes.operator === 'In');
  });
  if (isRuled) return true;
  const policy = spec.restartPolicy ?? pod.spec?.restartPolicy ?? 'Always';
  if (policy === 'OnFailure') return isFailure;
  // An init container that has ended well has done its work, whatever the policy.
  return policy === 'Always' && (role !== 'init' || isFailure);
}
