/**
 * What the API server prints behind a refusal of a change: both specs as its own structs, compared line by line.
 * Upstream: apimachinery/pkg/util/diff, pkg/apis/core/{types.go,validation/validation.go}.
 */
import { describe, expect, it } from 'vitest';
import { lineDiff } from '../../../../src/sim/api/go-diff.ts';
import { bootWorld } from '../../../support/world.ts';
import { change } from './post.ts';

const world = bootWorld({ preset: 'plain' });

describe('lines that differ', () => {
  const lines = (text: string): readonly string[] => text.split(' ');

  it('share a hunk when they are near, with three lines around', () => {
    expect(lineDiff(lines('a b c d e f g h i j'), lines('a b c D e f g h i J k'))).toBe(
      '@@ -1,10 +1,11 @@\n a\n b\n c\n-d\n+D\n e\n f\n g\n h\n i\n-j\n+J\n+k\n',
    );
  });

  it('stand in hunks of their own when they are far', () => {
    const text = 'a b c d e f g h i j k l m n';
    expect(lineDiff(lines(text), lines(text.replace('b', 'B').replace('m', 'M')))).toBe(
      '@@ -1,5 +1,5 @@\n a\n-b\n+B\n c\n d\n e\n@@ -10,5 +10,5 @@\n j\n k\n l\n-m\n+M\n n\n',
    );
  });

  it('are none between equals, and a range of none begins before', () => {
    expect(lineDiff(['a'], ['a'])).toBe('');
    expect(lineDiff([], ['x'])).toBe('@@ -0,0 +1 @@\n+x\n');
  });

  it('have no hold in lines that are frequent in a long text', () => {
    const around = (middle: string): readonly string[] => [
      ...Array<string>(150).fill('}'),
      middle,
      ...Array<string>(100).fill('}'),
    ];
    expect(lineDiff(around('x'), around('y'))).toBe(
      `@@ -148,104 +148,104 @@\n }\n }\n }\n-x\n${'-}\n'.repeat(100)}+y\n${'+}\n'.repeat(100)}`,
    );
  });
});

describe('a pod', () => {
  const pod = (name: string, rest: string): string =>
    `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec: {${rest}}\n`;
  const fault = (diff: string): readonly string[] => [
    `spec: Forbidden: pod updates may not change fields other than \`spec.containers[*].image\`,\`spec.initContainers[*].image\`,\`spec.activeDeadlineSeconds\`,\`spec.tolerations\` (only additions to existing tolerations),\`spec.terminationGracePeriodSeconds\` (allow it to be set to 1 if it was previously negative)\n${diff}`,
  ];

  it('shows a command as the recording of a real one does', () => {
    const manifest = pod('sleeper', 'containers: [{name: ubuntu, image: ubuntu, command: [sleep, "1200"]}]');
    const patch = {
      spec: { containers: [{ name: 'ubuntu', image: 'ubuntu', command: ['sleep', '2000'] }] },
    };
    expect(change(world, manifest, patch, 'strategic-merge-patch').faults).toEqual(
      fault(
        '@@ -95,7 +95,7 @@\n    "Image": "ubuntu",\n    "Command": [\n     "sleep",\n-    "1200"\n+    "2000"\n    ],\n    "Args": null,\n    "WorkingDir": "",\n',
      ),
    );
  });

  it('shows what a map gains, of a pod without a token', () => {
    const manifest = pod(
      'bare',
      'automountServiceAccountToken: false, nodeSelector: {a: b}, containers: [{name: c, image: busybox}]',
    );
    expect(change(world, manifest, { spec: { nodeSelector: { c: 'd' } } }).faults).toEqual(
      fault(
        '@@ -40,7 +40,8 @@\n  "ActiveDeadlineSeconds": null,\n  "DNSPolicy": "ClusterFirst",\n  "NodeSelector": {\n-  "a": "b"\n+  "a": "b",\n+  "c": "d"\n  },\n  "ServiceAccountName": "default",\n  "AutomountServiceAccountToken": false,\n',
      ),
    );
  });

  it('is not changed by lists that are empty', () => {
    const manifest = pod('renewed', 'containers: [{name: c, image: busybox}]');
    expect(change(world, manifest, { spec: { hostAliases: [], hostname: '' } })).toMatchObject({ status: 200 });
  });

  it('may get a new image', () => {
    const manifest = pod('renewed', 'containers: [{name: c, image: busybox}]');
    const patch = { spec: { containers: [{ name: 'c', image: 'nginx' }] } };
    expect(change(world, manifest, patch, 'strategic-merge-patch')).toMatchObject({ status: 200, faults: [] });
  });
});

describe('a claim', () => {
  const claim = (name: string, more = ''): string =>
    `apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: ${name}}\nspec: {accessModes: [ReadWriteMany], resources: {requests: {storage: 500Gi}}${more}}\n`;
  const fault = (diff: string): readonly string[] => [
    `spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n${diff}`,
  ];

  it.each<readonly [string, string, object, string]>([
    [
      'modes',
      '',
      { accessModes: ['ReadWriteOnce'] },
      '@@ -1,6 +1,6 @@\n {\n  "AccessModes": [\n-  "ReadWriteMany"\n+  "ReadWriteOnce"\n  ],\n  "Selector": null,\n  "Resources": {\n',
    ],
    [
      'class',
      ', storageClassName: rapide',
      { storageClassName: 'standard' },
      '@@ -10,7 +10,7 @@\n   }\n  },\n  "VolumeName": "",\n- "StorageClassName": "rapide",\n+ "StorageClassName": "standard",\n  "VolumeMode": "Filesystem",\n  "DataSource": null,\n  "DataSourceRef": null,\n',
    ],
    [
      'size',
      ', storageClassName: "", selector: {matchLabels: {type: nfs}}',
      { resources: { requests: { storage: '1Ti' } } },
      '@@ -10,7 +10,7 @@\n  "Resources": {\n   "Limits": null,\n   "Requests": {\n-   "storage": "500Gi"\n+   "storage": "1Ti"\n   }\n  },\n  "VolumeName": "",\n',
    ],
  ])('that is pending shows its %s', (name, more, spec, diff) => {
    expect(change(world, claim(name, more), { spec }).faults).toEqual(fault(diff));
  });

  it('without a class may be given one', () => {
    expect(change(world, claim('late'), { spec: { storageClassName: 'standard' } }).status).toBe(200);
  });
});

it('a volume shows where its data was', () => {
  const manifest =
    'apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: disk}\nspec: {accessModes: [ReadWriteOnce], capacity: {storage: 1Gi}, hostPath: {path: /a}}\n';
  expect(change(world, manifest, { spec: { hostPath: { path: '/b' } } }).faults).toEqual([
    'spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation\n@@ -2,7 +2,7 @@\n  "GCEPersistentDisk": null,\n  "AWSElasticBlockStore": null,\n  "HostPath": {\n-  "Path": "/a",\n+  "Path": "/b",\n   "Type": ""\n  },\n  "Glusterfs": null,\n',
  ]);
});
