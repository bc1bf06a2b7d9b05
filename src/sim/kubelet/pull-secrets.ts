/** Credentials of registries, by a pod's imagePullSecrets. Upstream: pkg/kubelet/kubelet_pods.go (getPullSecretsForPod), pkg/credentialprovider. */
import type { Pod } from 'kubernetes-types/core/v1';
import type { Stored } from '../api/object.ts';
import type { Client } from '../client/index.ts';
import { textsOf } from './environment.ts';

export interface PullSecrets {
  /** Names of Secrets that are not there. */
  readonly missing: readonly string[];
  has(registry: string): boolean;
}

export function pullSecretsOf(pod: Stored<Pod>, client: Client): PullSecrets {
  const { namespace = '' } = pod.metadata;
  const missing: string[] = [];
  const registries = (pod.spec?.imagePullSecrets ?? []).flatMap(({ name = '' }) => {
    const texts = textsOf(client, 'secrets', namespace, name);
    if (!texts) missing.push(name);
    return texts ? [...named(texts['.dockerconfigjson'], 'auths'), ...named(texts['.dockercfg'])] : [];
  });
  return { missing, has: (registry) => registries.includes(registry) };
}

/** Hosts that a docker configuration has credentials for: `https://host/v1/` stands for its host. */
function named(text: string | undefined, field?: string): readonly string[] {
  if (text === undefined) return [];
  const whole = parsed(text);
  const entries = field === undefined ? whole : (whole as Record<string, unknown> | undefined)?.[field];
  if (typeof entries !== 'object' || entries === null) return [];
  return Object.keys(entries).map((key) => key.replace(/^https?:\/\//, '').replace(/\/.*$/, ''));
}

/** Undefined for a text that is no JSON: such a Secret gives no credentials. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
