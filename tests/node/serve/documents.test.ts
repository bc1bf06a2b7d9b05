/** What the server says of its kinds: schemas in two versions of OpenAPI, and the columns of its Tables. */
import { describe, expect, it } from 'vitest';
import { openApiAnswer } from '../../../src/node/serve/openapi.ts';
import { described } from '../../../src/node/serve/table-columns.ts';
import { apiVersionOf, KINDS } from '../../../src/sim/api/index.ts';
import { refusal } from '../../../src/sim/apiserver/http.ts';
import { notFound } from '../../../src/sim/api/status.ts';
import { bootWorld } from '../../support/world.ts';

type Schema = { description?: string; enum?: readonly string[]; properties?: Record<string, Schema>; $ref?: string };

const ask = (path: string, accept = 'application/json'): unknown =>
  openApiAnswer({ method: 'GET', path, headers: { accept }, body: '' }, () => refusal(notFound('paths', path)))?.body;

const read = <T>(path: string): T => JSON.parse(ask(path) as string) as T;

describe('OpenAPI', () => {
  it('gives texts that may only have certain values, with what each of them means', () => {
    const { components } = read<{ components: { schemas: Record<string, Schema> } }>('/openapi/v3/api/v1');
    const { effect } = components.schemas['io.k8s.api.core.v1.Taint']!.properties!;
    expect(effect!.enum).toEqual(['NoExecute', 'NoSchedule', 'PreferNoSchedule']);
    expect(effect!.description).toContain('Possible enum values:\n - `"NoExecute"`');
  });

  it('describes fields that hold an object of their own', () => {
    const { components } = read<{ components: { schemas: Record<string, Schema> } }>('/openapi/v3/apis/apps/v1');
    const { spec, metadata } = components.schemas['io.k8s.api.apps.v1.Deployment']!.properties!;
    expect(spec!.description).toBe('Specification of the desired behavior of the Deployment.');
    expect(metadata!.description).toContain("Standard object's metadata.");
  });

  it('holds in version 2 all kinds, and nothing that it refers to is missing', () => {
    const { definitions } = read<{ definitions: Record<string, Schema> }>('/openapi/v2');
    const text = JSON.stringify(definitions);
    for (const [, name] of text.matchAll(/"#\/definitions\/([^"]+)"/g))
      expect(definitions, name).toHaveProperty([name!]);
    expect(text).not.toContain('allOf');
    expect(text).toContain('"x-kubernetes-group-version-kind":[{"group":"apps","kind":"Deployment","version":"v1"}]');
    expect(ask('/openapi/v2', 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf')).toBeInstanceOf(Uint8Array);
  });
});

describe('a Table', () => {
  const world = bootWorld();

  it.each(
    KINDS.filter(({ isReview, group }) => !isReview && group !== 'pilothouse.dev').map((kind) => [kind.kind, kind]),
  )('of %s describes each of its columns', (_, kind) => {
    const apiVersion = apiVersionOf(kind);
    const root = kind.group ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const columnDefinitions = kind.columns!.map(({ name }) => ({ name }));
    const shown = described(world.api, `${root}/${kind.plural}`, { kind: 'Table', columnDefinitions });
    for (const column of (shown as { columnDefinitions: readonly { name: string; description?: string }[] })
      .columnDefinitions)
      expect(column.description, column.name).toMatch(/\w/);
  });
});
