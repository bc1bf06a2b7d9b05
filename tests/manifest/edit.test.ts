import { expect, it } from 'vitest';
import { editManifest } from '../../src/manifest/index.ts';
import type { KubeObject } from '../../src/sim/api/object.ts';

const TEXT = `# The shop
apiVersion: v1
kind: Service
metadata: {name: web}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web # as on the sign
spec:
  template:
    spec:
      nodeSelector:
        disk: "ssd"
      # Two of them
      containers:
      - name: main
        image: 'nginx'
        resources: {requests: {cpu: "6", memory: 1Gi}}
`;

interface Deployment extends KubeObject {
  spec: { template: { spec: Record<string, unknown> } };
}

const editSpec = (edit: (spec: Record<string, unknown>) => Record<string, unknown>, text = TEXT): string =>
  editManifest(
    text,
    ({ kind }) => kind === 'Deployment',
    (object) => {
      const { spec } = object as Deployment;
      return { ...object, spec: { template: { spec: edit(spec.template.spec) } } } as KubeObject;
    },
  )!.text;

it('a changed value changes its own line alone, and comments, quotes and other documents stay', () => {
  const [container] = [{ name: 'main', image: 'nginx', resources: { requests: { cpu: '500m', memory: '1Gi' } } }];
  expect(editSpec((spec) => ({ ...spec, containers: [container] }))).toBe(TEXT.replace('"6"', '500m'));
});

it('what is added stands behind what was there, in the same way of writing', () => {
  const tolerations = [{ key: 'gpu', operator: 'Exists' }];
  expect(editSpec((spec) => ({ ...spec, tolerations }))).toBe(
    `${TEXT}      tolerations:\n      - key: gpu\n        operator: Exists\n`,
  );
});

it('what becomes empty goes as a whole', () => {
  const edited = editSpec((spec) => ({ ...spec, nodeSelector: {} }));
  expect(edited).not.toContain('nodeSelector');
  expect(edited).toContain('# Two of them');
});

it('names the lines of the document, and leaves a text alone that does not hold it', () => {
  const edited = editManifest(
    TEXT,
    ({ kind }) => kind === 'Deployment',
    (object) => object,
  );
  expect(edited).toEqual({ text: TEXT, from: 6, to: 20 });
  expect(
    editManifest(
      TEXT,
      ({ kind }) => kind === 'Pod',
      (object) => object,
    ),
  ).toBeUndefined();
});
