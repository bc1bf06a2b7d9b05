/**
 * ResourceQuota: refuses what would go beyond a quota of its namespace, and counts what goes through at once.
 * Upstream: apiserver/pkg/admission/plugin/resourcequota/{admission,controller}.go.
 */
import type { Pod } from 'kubernetes-types/core/v1';
import type { Stored } from '../../api/object.ts';
import { addQuantities, compareQuantities, subtractQuantities } from '../../api/quantity.ts';
import { boundBy, isWatchedBy, unspecified, usageOf, type Amounts, type StoredQuota } from '../../api/quota.ts';
import { forbidden } from '../../api/status.ts';
import { refuse, type Draft, type RequestContext } from '../context.ts';
import type { ServiceAddresses } from '../service-addresses.ts';
import { write } from '../verbs/update.ts';

const QUOTAS = 'resourcequotas';

const textOf = (amounts: Amounts, names: readonly string[]): string =>
  names.map((name) => `${name}=${amounts[name] ?? '0'}`).join(',');

/** Charges what the request adds to every quota that looks at it; nothing is charged when one refuses. */
export function chargeQuotas(
  context: RequestContext,
  draft: Draft,
  old: Stored | undefined,
  addresses: ServiceAddresses,
): void {
  const { kind, resource, request } = context;
  const { namespace } = draft.metadata;
  // Of the subresources only a resize changes what is counted.
  const isPart = request.subresource !== undefined && request.subresource !== 'resize';
  if (!kind.isNamespaced || !namespace || isPart || resource === 'events') return;
  const quotas = [...(context.list(QUOTAS, namespace) as Iterable<StoredQuota>)];
  if (quotas.length === 0) return;
  const charges = quotas.flatMap((quota) => {
    const added = addedTo(context, quota, draft, old);
    return added ? [{ quota, added }] : [];
  });
  if (context.isDryRun) return;
  const quotaKind = context.kernel.assertFound(context.registry.byResource(QUOTAS), `no resource ${QUOTAS}`);
  for (const { quota, added } of charges) {
    const used = { ...quota.status?.used };
    for (const [name, value] of Object.entries(added)) used[name] = addQuantities(used[name] ?? '0', value);
    const next = { ...quota, metadata: { ...quota.metadata }, status: { ...quota.status, used } } as unknown as Draft;
    write({ ...context, kind: quotaKind, resource: QUOTAS }, addresses, quota, next);
  }
}

/** What is to be charged; undefined for a quota that is not concerned. */
function addedTo(
  context: RequestContext,
  quota: StoredQuota,
  draft: Draft,
  old: Stored | undefined,
): Amounts | undefined {
  const { resource } = context;
  if (!isWatchedBy(quota, resource, draft)) return undefined;
  const { name } = quota.metadata;
  const hard = quota.status?.hard ?? {};
  const of = draft.metadata.name ?? '';
  if (resource === 'pods' && !old) {
    const missing = unspecified(quota.spec?.hard ?? {}, draft as unknown as Pod);
    if (missing.size > 0) {
      const what = [...missing].map(([item, containers]) => `${item} for: ${[...containers].sort().join(',')}`);
      refuse(context, 'admit', forbidden(resource, of, `failed quota: ${name}: must specify ${what.join('; ')}`));
    }
  }
  const wanted = boundBy(quota.spec?.hard ?? {}, usageOf(resource, draft));
  const before = old && isWatchedBy(quota, resource, old) ? usageOf(resource, old) : {};
  const added = Object.fromEntries(
    Object.entries(wanted)
      .map(([item, value]) => [item, subtractQuantities(value, before[item] ?? '0')] as const)
      .filter(([, value]) => compareQuantities(value, '0') > 0),
  );
  const names = Object.keys(added).sort();
  if (names.length === 0) return undefined;
  const unknown = names.filter((item) => hard[item] === undefined || quota.status?.used?.[item] === undefined);
  if (unknown.length > 0) {
    const text = `status unknown for quota: ${name}, resources: ${unknown.join(',')}`;
    refuse(context, 'admit', forbidden(resource, of, text));
  }
  const used = quota.status?.used ?? {};
  const exceeded = names.filter(
    (item) => compareQuantities(addQuantities(used[item] ?? '0', added[item]!), hard[item]!) > 0,
  );
  if (exceeded.length > 0) {
    const text = `exceeded quota: ${name}, requested: ${textOf(added, exceeded)}, used: ${textOf(used, exceeded)}, limited: ${textOf(hard, exceeded)}`;
    refuse(context, 'admit', forbidden(resource, of, text));
  }
  return added;
}
