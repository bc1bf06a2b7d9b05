/**
 * What a check is: a statement about a whole world that must hold, read-only. A violation is a fault of ours, never of a
 * manifest. Checks take nothing from the controllers they judge: what should be is worked out here a second time.
 */
import type { Pod } from 'kubernetes-types/core/v1';
import type { Stored } from '../api/object.ts';
import type { ResourceName, ResourceTypes } from '../api/resource-types.ts';
import type { Component, Trace } from '../kernel/index.ts';
import type { CheckName } from './names.ts';
import type { RunningProcess } from '../workloads/index.ts';

export interface Violation {
  readonly check: CheckName;
  /** `resource|namespace/name`, or a component's id. */
  readonly subject: string;
  /** What is, and what should be. */
  readonly message: string;
}

export interface StoredChange {
  readonly resource: string;
  readonly object: Stored;
  readonly isDeleted: boolean;
}

/** As much of a world as checks read. */
export interface CheckedWorld {
  readonly now: number;
  readonly revision: number;
  readonly kernel: {
    readonly trace: Trace;
    readonly options: { readonly epochMs: number };
    componentIds(): readonly string[];
    component(id: string): Component | undefined;
    isFrozen(id: string): boolean;
  };
  readonly processes: { list(): Iterable<RunningProcess> };
  objects(): Iterable<{ resource: string; object: Stored }>;
  list(resource: string, namespace?: string): Iterable<Stored>;
  find(resource: string, namespace: string | undefined, name: string): Stored | undefined;
  changesSince(revision: number): readonly StoredChange[] | undefined;
}

export function subjectOf(resource: string, { metadata }: Stored): string {
  return `${resource}|${metadata.namespace ? `${metadata.namespace}/` : ''}${metadata.name}`;
}

export function listOf<R extends ResourceName>(
  world: Pick<CheckedWorld, 'list'>,
  resource: R,
  namespace?: string,
): readonly Stored<ResourceTypes[R]>[] {
  return [...world.list(resource, namespace)] as Stored<ResourceTypes[R]>[];
}

export const violation = (check: CheckName, resource: string, object: Stored, message: string): Violation => ({
  check,
  subject: subjectOf(resource, object),
  message,
});

export const isOver = ({ status }: Pod): boolean => status?.phase === 'Succeeded' || status?.phase === 'Failed';

export const isReady = ({ status }: Pod): boolean =>
  status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;
