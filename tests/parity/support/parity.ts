/**
 * Parity cases: what upstream does, as a table. A case names its upstream source, gives manifests, and says step by step
 * what happens and what can then be seen: events, conditions, columns, pods. Virtual time only.
 */
import type { Pod } from 'kubernetes-types/core/v1';
import { describe, expect, it } from 'vitest';
import { KIND_REGISTRY } from '../../../src/sim/api/index.ts';
import type { KubeObject, Stored } from '../../../src/sim/api/object.ts';
import { CLIENT } from '../../../src/sim/kernel/index.ts';
import type { WorldOptions } from '../../../src/sim/options.ts';
import type { World } from '../../../src/sim/world.ts';
import { advance, apply, bootWorld, eventsOf } from '../../support/world.ts';

export type Step = (world: World) => void;

export interface ParityCase {
  readonly name: string;
  /** Path in kubernetes/kubernetes of the behaviour. */
  readonly upstream: string;
  readonly options?: Partial<WorldOptions>;
  readonly manifests?: string;
  readonly steps: readonly Step[];
}

export function parity(topic: string, cases: readonly ParityCase[]): void {
  describe(topic, () => {
    it.each(cases.map((item) => [`${item.name} (${item.upstream})`, item] as const))('%s', (_name, item) => {
      const world = bootWorld({ preset: 'plain', ...item.options });
      if (item.manifests) apply(world, item.manifests);
      for (const step of item.steps) step(world);
    });
  });
}

/** Random ends of names, template hashes and addresses, so that texts can be compared. */
export function masked(text: string): string {
  return text
    .replace(/-[bcdfghjklmnpqrstvwxz2456789]{8,10}-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, '-HASH-RAND')
    .replace(/-[bcdfghjklmnpqrstvwxz2456789]{8,10}(?![\w-])/g, '-HASH')
    .replace(/-[bcdfghjklmnpqrstvwxz2456789]{5}(?![\w])/g, '-RAND');
}

export const wait =
  (seconds: number): Step =>
  (world) =>
    advance(world, seconds);

/** Advances second by second until it holds; fails when it does not within the limit. */
export const until =
  (holds: (world: World) => boolean, limitSeconds = 600): Step =>
  (world) => {
    for (let second = 0; second < limitSeconds && !holds(world); second += 1) advance(world, 1);
    expect(holds(world), `within ${limitSeconds} s`).toBe(true);
  };

export const applied =
  (text: string): Step =>
  (world) => {
    apply(world, text);
  };

export function send(
  world: World,
  verb: 'create' | 'update' | 'patch' | 'delete',
  resource: string,
  name: string,
  body?: unknown,
  more: Record<string, unknown> = {},
): { code: number; body: KubeObject & { message?: string } } {
  const kind = KIND_REGISTRY.byResource(resource)!;
  return world.kernel.runTurn(CLIENT, 0, () =>
    world.handle({
      verb,
      resource,
      ...(kind.isNamespaced ? { namespace: 'default' } : {}),
      ...(name ? { name } : {}),
      ...(body === undefined ? {} : { body }),
      ...more,
    } as never),
  ) as never;
}

export const patched =
  (resource: string, name: string, body: unknown, subresource?: string): Step =>
  (world) => {
    const answer = send(world, 'patch', resource, name, body, {
      patchType: 'merge',
      ...(subresource ? { subresource } : {}),
    });
    expect(answer.body.message ?? '').toBe('');
  };

export const deleted =
  (resource: string, name: string, options: Record<string, unknown> = {}): Step =>
  (world) => {
    expect(send(world, 'delete', resource, name, undefined, { options }).code).toBe(200);
  };

/** What the server answers to a person who tries. */
export const refused =
  (text: string, message: string): Step =>
  (world) => {
    let answer = '';
    try {
      apply(world, text);
    } catch (error) {
      answer = (error as Error).message;
    }
    expect(masked(answer)).toBe(message);
  };

export function get(world: World, resource: string, name: string): Stored {
  const kind = KIND_REGISTRY.byResource(resource)!;
  const found = world.find(resource, kind.isNamespaced ? 'default' : undefined, name);
  expect(found, `${resource} ${name}`).toBeDefined();
  return found!;
}

/** `reason: message` of the events about an object, masked, oldest first. */
export const events =
  (resource: string, name: string, expected: readonly string[]): Step =>
  (world) => {
    expect(eventsOf(world, get(world, resource, name)).map(masked)).toEqual(expected);
  };

/** `Type=Status Reason: message` of the conditions of an object. */
export const conditions =
  (resource: string, name: string, expected: readonly string[]): Step =>
  (world) => {
    const { status } = get(world, resource, name) as Stored & {
      status?: { conditions?: readonly { type: string; status: string; reason?: string; message?: string }[] };
    };
    const found = (status?.conditions ?? []).map(
      ({ type, status: value, reason, message }) => `${type}=${value} ${reason ?? ''}: ${message ?? ''}`,
    );
    expect(found.map(masked)).toEqual(expected);
  };

/** Cells of `kubectl get` by column name. */
export const columns =
  (resource: string, name: string, expected: Readonly<Record<string, string | number>>): Step =>
  (world) => {
    expect(cellsOf(world, resource, name, Object.keys(expected))).toEqual(expected);
  };

export function cellsOf(
  world: World,
  resource: string,
  name: string,
  names: readonly string[],
): Readonly<Record<string, string | number | boolean>> {
  const kind = KIND_REGISTRY.byResource(resource)!;
  const object = get(world, resource, name);
  const nowEpochMs = world.options.epochMs + world.now;
  const all = (kind.columns ?? []).map((column) => [column.name, column.cell(object, { nowEpochMs })] as const);
  return Object.fromEntries(all.filter(([column]) => names.includes(column)));
}

export const status =
  (resource: string, name: string, expected: Readonly<Record<string, unknown>>): Step =>
  (world) => {
    expect((get(world, resource, name) as Stored & { status?: unknown }).status).toMatchObject(expected);
  };

export function podsBy(world: World, app: string): readonly Stored<Pod>[] {
  return ([...world.list('pods', 'default')] as Stored<Pod>[])
    .filter(({ metadata }) => metadata.labels?.['app'] === app)
    .sort((left, right) => (left.metadata.name < right.metadata.name ? -1 : 1));
}

export const podNames =
  (app: string, expected: readonly string[]): Step =>
  (world) => {
    expect(podsBy(world, app).map(({ metadata }) => masked(metadata.name))).toEqual(expected);
  };

/** Images of the pods, by name of the pod. */
export const images =
  (app: string, expected: Readonly<Record<string, string>>): Step =>
  (world) => {
    const found = podsBy(world, app).map(({ metadata, spec }) => [metadata.name, spec!.containers[0]!.image] as const);
    expect(Object.fromEntries(found)).toEqual(expected);
  };

export const allReady =
  (app: string, count: number) =>
  (world: World): boolean =>
    podsBy(world, app).filter(
      ({ status: found, metadata }) =>
        !metadata.deletionTimestamp &&
        found?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True'),
    ).length === count && podsBy(world, app).length === count;
