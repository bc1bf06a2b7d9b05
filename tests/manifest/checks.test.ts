/** What is said about texts that a person may write, and that it is said at the right place. */
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import {
  ALIAS_LIMIT,
  checkManifest,
  DOCUMENT_LIMIT,
  FAULT_CODES,
  FAULT_LIMIT,
  faultText,
  parseManifest,
  stringify,
  toObjects,
  valuesOf,
} from '../../src/manifest/index.ts';
import { apply, bootWorld, deployment, service } from '../support/world.ts';

const FILE = 'm.yaml';
const codes = (text: string): readonly string[] => checkManifest(FILE, text).map(({ code }) => code);
const lineOf = (text: string, part: string): number => text.split('\n').findIndex((line) => line.includes(part)) + 1;

const configMap = (name: string, data: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: ${data}\n`;

describe('YAML', () => {
  it('is read as kubectl reads it: booleans and octal numbers of 1.1, merge keys, text that looks like a date', () => {
    const [object] = toObjects(
      'a: yes\nb: off\nc: 0644\nd: 2024-01-01\ne: "yes"\nf: &x {k: 1}\ng: {<<: *x, l: 2}\n',
    ) as unknown[];
    expect(object).toEqual({ a: true, b: false, c: 420, d: '2024-01-01', e: 'yes', f: { k: 1 }, g: { k: 1, l: 2 } });
  });

  it('says so when a word needs quotes to be text', () => {
    const text = configMap('a', '{enabled: yes}');
    const [fault] = checkManifest(FILE, text);
    expect(fault).toMatchObject({ code: 'manifest.needsQuotes', startLine: 4, startColumn: 17, endColumn: 20 });
    expect(fault!.message).toContain('json: cannot unmarshal bool into Go struct field ConfigMap.data of type string');
    expect(fault!.message).toContain('write it in quotes: "yes"');
  });

  it('with a tab, with keys that do not line up, and with a key written twice says what to mend', () => {
    expect(codes('kind: Pod\nspec:\n\tx: 1\n')).toContain('yaml.tab');
    expect(codes('kind: Pod\nspec:\n  a: 1\n b: 2\n')).toContain('yaml.indent');
    const twice = configMap('a', '{k: "1", k: "2"}');
    expect(checkManifest(FILE, twice)).toMatchObject([
      { code: 'yaml.duplicateKey', severity: 'warning', startLine: 4, startColumn: 16, values: { key: 'k' } },
    ]);
    expect(toObjects(twice)[0]).toMatchObject({ data: { k: '2' } });
  });

  it('that would grow without bound through its aliases is refused at once', () => {
    const bomb = Array.from({ length: 9 }, (_, level) => {
      const last = `*a${level - 1}`;
      const items = level === 0 ? '[x, x, x]' : `[${Array.from({ length: 9 }, () => last).join(', ')}]`;
      return `a${level}: &a${level} ${items}`;
    }).join('\n');
    expect(checkManifest(FILE, bomb)).toMatchObject([
      { code: 'manifest.limitAliases', values: { limit: ALIAS_LIMIT } },
    ]);
  });

  it('that merges what is no mapping is refused at its place', () => {
    expect(checkManifest(FILE, 'kind: Pod\n---\na: {<<: 5}\n')).toContainEqual(
      expect.objectContaining({ code: 'yaml.syntax', startLine: 3 }),
    );
  });

  it('as JSON and as a List gives the objects with their places', () => {
    const text = `apiVersion: v1\nkind: List\nitems:\n- ${JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'A' } })}\n- 5\n`;
    expect(checkManifest(FILE, text)).toMatchObject([
      { code: 'manifest.notAMapping', startLine: 5 },
      { code: 'manifest.rule', startLine: 4, values: { field: 'metadata.name' } },
    ]);
  });

  it('of any object is read again as it was', () => {
    const scalar = fc.oneof(
      fc.string(),
      fc.constantFrom('y', 'no', '0644', '1e3', 'null', '~', '- a', 'a: b', '#', '', '<<', '=', '\u0085', '%'),
      fc.integer(),
      fc.boolean(),
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        scalar,
        fc.array(tie('tree')),
        fc.dictionary(fc.oneof(fc.string(), fc.constant('<<')), tie('tree')),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), tree), (fields) => {
        const object = { ...fields, apiVersion: 'v1', kind: 'Anything' };
        expect(toObjects(stringify(object as never))).toEqual([object]);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps the place of every scalar, whatever its path', () => {
    const key = fc.constantFrom('a', 'spec', 'app.kubernetes.io/name', 'nginx.conf', 'items');
    fc.assert(
      fc.property(
        fc.dictionary(key, fc.array(fc.dictionary(key, fc.integer({ min: 1000 })), { minLength: 1 })),
        (tree) => {
          const text = stringify({ ...tree, kind: 'X' } as never);
          const { spanOf } = parseManifest(FILE, text).documents[0]!;
          const lines = text.split('\n');
          for (const [outer, list] of Object.entries(tree)) {
            list.forEach((item, index) => {
              for (const [inner, value] of Object.entries(item)) {
                const { startLine, startColumn, endColumn } = spanOf(`${outer}[${index}].${inner}`);
                expect(lines[startLine - 1]!.slice(startColumn - 1, endColumn - 1)).toBe(String(value));
              }
            });
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('a text', () => {
  it.each([
    '5',
    'null',
    '"x"',
    '[]',
    '[1]',
    '{}',
    'kind: 5',
    'kind: [a]',
    'apiVersion: {}\nkind: Pod',
    'kind: List\nitems: [null, 1, []]',
  ])('of %j gets faults and breaks nothing', (text) => {
    expect(() => checkManifest(FILE, text)).not.toThrow();
    expect(() =>
      checkManifest(FILE, `apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: ${JSON.stringify(text)}`),
    ).not.toThrow();
  });

  it('with too many problems shows the first and says how many there may be', () => {
    const faults = checkManifest(FILE, 'kind: Nothing\n---\n'.repeat(FAULT_LIMIT + 10));
    expect(faults).toHaveLength(FAULT_LIMIT + 1);
    expect(faults.at(-1)).toMatchObject({ code: 'manifest.limitFaults', values: { limit: FAULT_LIMIT } });
  });

  it('may have as many documents as the limit says', () => {
    const text = Array.from({ length: DOCUMENT_LIMIT - 1 }, (_, index) => configMap(`c${index}`, '{}')).join('---\n');
    expect(checkManifest(FILE, text)).toEqual([]);
  });

  it('with one object twice is warned', () => {
    expect(checkManifest(FILE, `${configMap('a', '{}')}---\n${configMap('a', '{}')}`)).toMatchObject([
      { code: 'manifest.duplicateObject', startLine: 8, severity: 'warning' },
    ]);
  });

  it('about a kind on which nothing acts says so', () => {
    const text =
      'apiVersion: resource.k8s.io/v1\nkind: ResourceClaim\nmetadata: {name: p}\nspec: {devices: {requests: []}}\n';
    expect(checkManifest(FILE, text)).toMatchObject([{ code: 'manifest.storedOnly', severity: 'info', startLine: 2 }]);
  });

  it('about a Job is not asked for what the server adds', () => {
    const text =
      'apiVersion: batch/v1\nkind: Job\nmetadata: {name: j}\nspec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: "x:1"}]}}}\n';
    expect(checkManifest(FILE, text).filter(({ severity }) => severity === 'error')).toEqual([]);
  });
});

describe('a text held against a cluster', () => {
  const world = bootWorld({ preset: 'plain' });
  apply(world, configMap('settings', '{color: blue}'));
  const found = (text: string): readonly object[] =>
    checkManifest(FILE, text, world).map(({ code, startLine, values }) => ({ code, startLine, ...values }));

  it('is told of names that lead nowhere: keys, accounts, claims, classes, namespaces', () => {
    const text = deployment(
      'web',
      1,
      'nginx:1.27',
      `          env:
            - name: COLOR
              valueFrom: {configMapKeyRef: {name: settings, key: colour}}
            - name: SIZE
              valueFrom: {configMapKeyRef: {name: settings, key: color}}
      serviceAccountName: robot
      priorityClassName: urgent
      volumes:
        - name: disk
          persistentVolumeClaim: {claimName: disk}
`,
    ).replace('name: web\n', 'name: web\n  namespace: shop\n');
    expect(found(text)).toMatchObject([
      { code: 'manifest.noNamespace', startLine: 5, namespace: 'shop' },
      { code: 'manifest.noReference', name: 'settings' },
      { code: 'manifest.noReference', name: 'settings' },
      { code: 'manifest.noClaim', startLine: lineOf(text, '- name: disk'), name: 'disk' },
      { code: 'manifest.noAccount', startLine: lineOf(text, 'robot'), name: 'robot' },
      { code: 'manifest.noPriorityClass', startLine: lineOf(text, 'urgent'), name: 'urgent' },
    ]);
    expect(found(text.replace('  namespace: shop\n', ''))[0]).toMatchObject({
      code: 'manifest.noKey',
      startLine: lineOf(text, 'COLOR') - 1,
      key: 'colour',
    });
  });

  it('finds in the text itself what is not in the cluster yet', () => {
    const text = `${deployment('web', 1, 'nginx:1.27')}---\n${service('web')}`;
    expect(found(text)).toEqual([]);
  });

  it('is told of ports that no container has', () => {
    const text = `${deployment('web', 1, 'nginx:1.27')}---\n${service('web').replace('8080', 'http')}`;
    expect(found(text)).toMatchObject([
      { code: 'manifest.noTargetPort', startLine: lineOf(text, 'targetPort'), port: 'http', known: '-' },
    ]);
    expect(found(text.replace('targetPort: http', 'targetPort: 9999'))).toMatchObject([
      { code: 'manifest.undeclaredTargetPort', port: 9999, known: '8080' },
    ]);
    const probed = deployment('web', 1, 'nginx:1.27', '          readinessProbe: {httpGet: {port: health}}\n');
    expect(found(probed)).toMatchObject([
      { code: 'manifest.undeclaredProbePort', startLine: lineOf(probed, 'readinessProbe'), port: 'health' },
    ]);
  });

  it('is told of images without a version and of requests that no node can meet', () => {
    expect(found(deployment('web', 1, 'nginx'))).toMatchObject([{ code: 'manifest.noTag', image: 'nginx' }]);
    expect(found(deployment('web', 1, 'nginx:latest'))).toMatchObject([{ code: 'manifest.latestTag' }]);
    const large = deployment('web', 1, 'nginx:1', '          resources: {requests: {cpu: "500", memory: 1Mi}}\n');
    expect(found(large)).toMatchObject([
      { code: 'manifest.tooLarge', startLine: lineOf(large, 'resources'), resource: 'cpu', requested: '500' },
    ]);
  });

  it('is told what an autoscaler, a budget and a route need', () => {
    const scaler = (name: string): string =>
      `apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: h}\nspec:\n  maxReplicas: 3\n  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: ${name}}\n`;
    expect(found(scaler('none'))).toMatchObject([
      { code: 'manifest.noScaleTarget', startLine: 6, kind: 'Deployment', name: 'none' },
    ]);
    expect(found(`${scaler('web')}---\n${deployment('web', 1, 'nginx:1')}`)).toMatchObject([
      { code: 'manifest.noRequestToScale', name: 'web', resource: 'cpu' },
    ]);
    const budget =
      'apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: b}\nspec: {minAvailable: 1, selector: {matchLabels: {app: nobody}}}\n';
    expect(found(budget)).toContainEqual({
      code: 'manifest.budgetSelectsNothing',
      startLine: 4,
      selector: 'app=nobody',
    });
    const route =
      'apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i}\nspec:\n  defaultBackend: {service: {name: gone, port: {number: 80}}}\n';
    expect(found(route)).toContainEqual({ code: 'manifest.noBackend', startLine: 5, name: 'gone' });
  });
});

describe('the texts of faults', () => {
  it('are complete in both languages, with the same values', () => {
    for (const code of FAULT_CODES) {
      expect([code, [...valuesOf(code, 'ko')].sort()]).toEqual([code, [...valuesOf(code)].sort()]);
    }
  });

  it('word a fault in Korean, and leave alone what is not theirs', () => {
    const [fault] = checkManifest(FILE, deployment('web', 1, 'nginx'));
    expect(faultText(fault!, 'ko')).toBe(
      '이미지 nginx에 태그가 없습니다. latest로 읽히며 시간이 지나면 바뀝니다. 버전을 적으세요.',
    );
    expect(faultText({ code: 'other', message: 'as it is' }, 'ko')).toBe('as it is');
  });
});
