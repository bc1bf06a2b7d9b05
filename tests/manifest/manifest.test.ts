import { describe, expect, it } from 'vitest';
import { checkManifest, DOCUMENT_LIMIT, faultsOfStatus, parseManifest, stringify } from '../../src/manifest/index.ts';
import { invalid } from '../../src/sim/api/index.ts';
import { bootWorld, deployment, service } from '../support/world.ts';

const FILE = 'm.yaml';
const codes = (text: string): readonly string[] => checkManifest(FILE, text).map(({ code }) => code);

describe('a manifest', () => {
  it('keeps the place of every field in every document', () => {
    const text = `${deployment('web', 2, 'nginx:1.27')}---\n${service('web')}`;
    const { documents } = parseManifest(FILE, text);
    const lineOf = (part: string): number => text.split('\n').findIndex((line) => line.includes(part)) + 1;
    expect(documents.map(({ object }) => object.kind)).toEqual(['Deployment', 'Service']);
    expect(documents[0]!.spanOf('spec.template.spec.containers[0].image')).toMatchObject({
      startLine: lineOf('image: nginx'),
      startColumn: 18,
    });
    expect(documents[1]!.source.startLine).toBe(lineOf('kind: Service') - 1);
    expect(documents[1]!.spanOf('spec.ports[0].targetPort').startLine).toBe(lineOf('targetPort'));
  });

  it('that is no YAML says where, and is not applied at all', () => {
    const [fault] = checkManifest(FILE, 'kind: Pod\nmetadata: {name: x\nspec: [');
    expect(fault).toMatchObject({ code: 'yaml.syntax', severity: 'error' });
    expect(fault!.startLine).toBeGreaterThan(1);
  });

  it('of more documents than the limit gets one clear fault', () => {
    const faults = checkManifest(FILE, 'kind: Pod\n---\n'.repeat(DOCUMENT_LIMIT + 1));
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatchObject({ code: 'manifest.limitDocuments', values: { limit: DOCUMENT_LIMIT } });
  });

  it('names what it does not know and what was probably meant', () => {
    expect(checkManifest(FILE, 'apiVersion: apps/v1beta1\nkind: Deployment\n')[0]!.message).toBe(
      'no matches for kind "Deployment" in version "apps/v1beta1"; did you mean apps/v1 Deployment?',
    );
    expect(checkManifest(FILE, 'apiVersion: v1\nkind: Servcie\n')[0]).toMatchObject({
      code: 'manifest.unknownKindNear',
      startLine: 2,
      values: { suggestion: 'Service' },
    });
    const typo = checkManifest(FILE, deployment('web', 1, 'nginx:1').replace('replicas', 'replcas'));
    expect(typo[0]).toMatchObject({
      code: 'manifest.unknownFieldNear',
      message: 'unknown field "spec.replcas"; did you mean replicas?',
      startLine: 6,
    });
    expect(codes(deployment('web', 1, 'nginx:1').replace('replicas: 1', 'replicas: one'))).toEqual([
      'manifest.wrongType',
    ]);
  });

  it('is held to the rules of the server', () => {
    const faults = checkManifest(
      FILE,
      deployment('web', 1, 'nginx:1').replace('        app: web\n    spec', '        app: other\n    spec'),
    );
    expect(faults[0]!.message).toBe(
      'spec.template.metadata.labels: Invalid value: {"app":"other"}: `selector` does not match template `labels`',
    );
    expect(faults[0]!.startLine).toBeGreaterThan(8);
  });

  it('is warned when a Service selects nothing and when a ConfigMap is missing', () => {
    const world = bootWorld({ preset: 'plain' });
    expect(checkManifest(FILE, service('alone'), world)[0]).toMatchObject({
      code: 'manifest.selectsNothing',
      severity: 'warning',
    });
    const text = deployment(
      'web',
      1,
      'nginx:1',
      '          envFrom:\n            - configMapRef:\n                name: settings\n',
    );
    expect(checkManifest(FILE, text, world)[0]).toMatchObject({
      code: 'manifest.noReference',
      values: { kind: 'ConfigMap', name: 'settings' },
    });
  });

  it("finds the lines that a server's causes are about", () => {
    const { documents } = parseManifest(FILE, service('web'));
    const status = invalid('', 'Service', 'web', [
      { type: 'FieldValueInvalid', field: 'spec.ports[0].port', message: 'Invalid value: 0' },
    ]);
    expect(faultsOfStatus(documents[0]!, status)[0]).toMatchObject({ startLine: 9, message: 'Invalid value: 0' });
  });

  it('is written again as it was read', () => {
    const { documents } = parseManifest(FILE, deployment('web', 2, 'nginx:1.27'));
    const again = parseManifest(FILE, stringify(documents[0]!.object));
    expect(again.documents[0]!.object).toEqual(documents[0]!.object);
  });
});
