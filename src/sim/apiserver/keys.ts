/** Where objects live in etcd. Upstream: pkg/kubeapiserver/default_storage_factory_builder.go, pkg/registry/.../storage. */
import type { KindDefinition } from '../api/kind.ts';

/** Kinds are made once, and their prefixes are asked for with every read and write. */
const prefixes = new WeakMap<KindDefinition, string>();

export function prefixOf(kind: KindDefinition): string {
  let prefix = prefixes.get(kind);
  if (prefix === undefined) prefixes.set(kind, (prefix = `/registry/${kind.etcdPrefix || kind.plural}/`));
  return prefix;
}

export function keyFor(kind: KindDefinition, namespace: string | undefined, name: string): string {
  return kind.isNamespaced ? `${prefixOf(kind)}${namespace ?? ''}/${name}` : `${prefixOf(kind)}${name}`;
}

export function rangeStart(kind: KindDefinition, namespace: string | undefined): string {
  return kind.isNamespaced && namespace ? `${prefixOf(kind)}${namespace}/` : prefixOf(kind);
}
