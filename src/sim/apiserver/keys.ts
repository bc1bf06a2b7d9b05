/** Where objects live in etcd. Upstream: pkg/kubeapiserver/default_storage_factory_builder.go, pkg/registry/.../storage. */
import type { KindDefinition } from '../api/kind.ts';

export function prefixOf(kind: KindDefinition): string {
  if (kind.etcdPrefix) return `/registry/${kind.etcdPrefix}/`;
  return `/registry/${kind.plural}/`;
}

export function keyFor(kind: KindDefinition, namespace: string | undefined, name: string): string {
  return kind.isNamespaced ? `${prefixOf(kind)}${namespace ?? ''}/${name}` : `${prefixOf(kind)}${name}`;
}

export function rangeStart(kind: KindDefinition, namespace: string | undefined): string {
  return kind.isNamespaced && namespace ? `${prefixOf(kind)}${namespace}/` : prefixOf(kind);
}
