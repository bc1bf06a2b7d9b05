/**
 * What is wrong with a container before it is created: its environment, its mounts, the user it would run as. Upstream:
 * pkg/kubelet/kubelet_pods.go (makeEnvironmentVariables, makeMounts), pkg/kubelet/kuberuntime/security_context.go
 * (verifyRunAsNonRoot).
 */
import type { Container, Pod } from 'kubernetes-types/core/v1';
import type { Stored } from '../api/object.ts';
import { imageUser } from '../workloads/index.ts';
import { expandReferences, type Environment } from './environment.ts';

/** The message of CreateContainerConfigError. */
export function configFaultOf(pod: Stored<Pod>, spec: Container, environment: Environment): string | undefined {
  if (!environment.ok) return environment.message;
  for (const { subPathExpr } of spec.volumeMounts ?? []) {
    const missing = missingIn(subPathExpr ?? '', environment.variables);
    if (missing !== undefined) return `missing value for "${missing}"`;
  }
  return userFault(pod, spec);
}

function missingIn(text: string, variables: Readonly<Record<string, string>>): string | undefined {
  let missing: string | undefined;
  expandReferences(text, (name) => {
    if (!(name in variables)) missing ??= name;
    return variables[name];
  });
  return missing;
}

function userFault({ metadata, spec: podSpec }: Stored<Pod>, spec: Container): string | undefined {
  const isNonRoot = spec.securityContext?.runAsNonRoot ?? podSpec?.securityContext?.runAsNonRoot ?? false;
  if (!isNonRoot) return undefined;
  const where = `(pod: "${metadata.name}_${metadata.namespace}(${metadata.uid})", container: ${spec.name})`;
  const asked = spec.securityContext?.runAsUser ?? podSpec?.securityContext?.runAsUser;
  if (asked !== undefined) return asked === 0 ? `container's runAsUser breaks non-root policy ${where}` : undefined;
  const user = imageUser(spec.image ?? '');
  if (user === 0) return `container has runAsNonRoot and image will run as root ${where}`;
  if (typeof user === 'string')
    return `container has runAsNonRoot and image has non-numeric user (${user}), cannot verify user is non-root ${where}`;
  return undefined;
}
