/** A stock kubectl with kinds that are served in more than one version: kept once, converted for whoever asks. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveCluster, type Served } from './support/served.ts';
import { tell } from './support/tell.ts';

let served: Served;
const says = (line: string, stdin = ''): Promise<string> => tell(served, line, stdin);
const read = async (line: string): Promise<Record<string, never>> =>
  JSON.parse((await served.run(line)).stdout) as Record<string, never>;

beforeAll(async () => {
  served = await serveCluster();
  await served.run('kubectl create deployment web --image=nginx:1.27 --port=80 && kubectl rollout status deploy/web');
});
afterAll(() => served.stop());

describe('discovery', () => {
  it('tells of every version, and which one is preferred', async () => {
    expect((await says('kubectl api-versions')).split('\n')).toEqual(
      expect.arrayContaining(['autoscaling/v1', 'autoscaling/v2', 'events.k8s.io/v1', 'v1']),
    );
    expect(await says('kubectl api-resources --no-headers --api-group=autoscaling')).toMatch(
      /^horizontalpodautoscalers +hpa +autoscaling\/v2 +true +HorizontalPodAutoscaler$/,
    );
    expect(await says('kubectl api-resources --no-headers --api-group=events.k8s.io')).toMatch(
      /^events +ev +events\.k8s\.io\/v1 +true +Event$/,
    );
    expect(await read('kubectl get --raw /apis/autoscaling')).toMatchObject({
      versions: [{ version: 'v2' }, { version: 'v1' }],
      preferredVersion: { groupVersion: 'autoscaling/v2' },
    });
    expect(await says('kubectl get apiservices v1.autoscaling v2.autoscaling v1.events.k8s.io -o name')).toBe(
      ['v1.autoscaling', 'v2.autoscaling', 'v1.events.k8s.io']
        .map((name) => `apiservice.apiregistration.k8s.io/${name}`)
        .join('\n'),
    );
  });

  it('describes the fields of each version', async () => {
    expect(await says('kubectl explain event.note --api-version=events.k8s.io/v1')).toContain('FIELD: note <string>');
    expect(await says('kubectl explain event.message')).toContain('FIELD: message <string>');
    const field = 'hpa.spec.targetCPUUtilizationPercentage';
    expect(await says(`kubectl explain ${field} --api-version=autoscaling/v1`)).toContain(
      'FIELD: targetCPUUtilizationPercentage <integer>',
    );
    expect(await says(`kubectl explain ${field}`)).toContain(
      'error: field "targetCPUUtilizationPercentage" does not exist',
    );
  });
});

describe('Events of both groups', () => {
  const CORE = "-o jsonpath='{.items[0].involvedObject.name} {.items[0].message} {.items[0].count}'";
  const NEWER = "-o jsonpath='{.items[0].regarding.name} {.items[0].note} {.items[0].deprecatedCount}'";
  const chosen = '--field-selector regarding.kind=Deployment,reason=ScalingReplicaSet';

  it('are the same, in other words', async () => {
    const core = await says(`kubectl get events --field-selector involvedObject.kind=Deployment ${CORE}`);
    expect(core).toMatch(/^web Scaled up replica set web-\w+ from 0 to 1 1$/);
    expect(await says(`kubectl get events.events.k8s.io ${chosen} ${NEWER}`)).toBe(core);
    expect(await says(`kubectl get events.events.k8s.io ${chosen} --no-headers`)).toMatch(
      /^\S+ +Normal +ScalingReplicaSet +deployment\/web +Scaled up replica set/,
    );
    expect(await says('kubectl get events.events.k8s.io --field-selector involvedObject.kind=Pod')).toContain(
      'field label not supported: involvedObject.kind',
    );
    expect(await says('kubectl get events.events.k8s.io nope')).toBe(
      '[1] Error from server (NotFound): events.events.k8s.io "nope" not found',
    );
  });

  const event = (name: string, more: string): string =>
    `apiVersion: events.k8s.io/v1\nkind: Event\nmetadata: {name: ${name}}\nreason: Tried\nnote: by hand\n${more}`;

  it('are taken in strictly by the newer group, and shown by either', async () => {
    const whole =
      'type: Normal\naction: Try\neventTime: "2026-11-27T01:00:00.000000Z"\nreportingController: example.com/hand\n' +
      'reportingInstance: hand-0\nregarding: {kind: Pod, name: some, namespace: default}\n';
    expect(await says('kubectl create -f -', event('whole', whole))).toBe('event.events.k8s.io/whole created');
    expect(
      await says("kubectl get event whole -o jsonpath='{.message} {.reportingComponent} {.involvedObject.name}'"),
    ).toBe('by hand example.com/hand some');
    const refused = await says('kubectl create -f -', event('part', 'regarding: {namespace: default}\n'));
    const patch = '{"note":"otherwise"}';
    expect(await says(`kubectl patch events.events.k8s.io whole --type=merge -p '${patch}'`)).toContain(
      'message: Invalid value: "otherwise": field is immutable',
    );
    expect(refused).toContain('eventTime: Required value');
    expect(refused).toContain('type: Invalid value: "": has invalid value:');
  });

  it('are watched and deleted through either', async () => {
    const watched = served.run(
      'kubectl get events.events.k8s.io --field-selector reason=Tried --watch-only -o name --request-timeout=8s & sleep 1; ' +
        'kubectl delete event whole >/dev/null; wait',
    );
    expect((await watched).stdout).toContain('event.events.k8s.io/whole');
    expect(await says('kubectl delete events.events.k8s.io --field-selector reason=ScalingReplicaSet')).toMatch(
      /^event\.events\.k8s\.io "web\.\w+" deleted/,
    );
    expect(await says('kubectl get events --field-selector reason=ScalingReplicaSet')).toContain('No resources found');
  });
});

const V1 = `apiVersion: autoscaling/v1
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}, minReplicas: 1, maxReplicas: 3, targetCPUUtilizationPercentage: 60}
`;
const V2 = `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: rich, annotations: {note: kept}}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: other}
  maxReplicas: 5
  metrics:
  - {type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 40}}}
  - {type: Resource, resource: {name: memory, target: {type: AverageValue, averageValue: 100Mi}}}
  - {type: Pods, pods: {metric: {name: rps}, target: {type: AverageValue, averageValue: "10"}}}
  - {type: Object, object: {describedObject: {kind: Service, name: web}, metric: {name: hits}, target: {type: Value, value: 2k}}}
  behavior: {scaleDown: {stabilizationWindowSeconds: 60, policies: [{type: Pods, value: 1, periodSeconds: 30}]}}
`;
const OLD = 'kubectl get horizontalpodautoscalers.v1.autoscaling';
const TARGET = "-o jsonpath='{.spec.metrics[0].resource.target.averageUtilization}'";

describe('HorizontalPodAutoscaler in version 1', () => {
  it('is applied, differs and is patched as it was written, and kept in version 2', async () => {
    expect(await says('kubectl apply -f -', V1)).toBe('horizontalpodautoscaler.autoscaling/web created');
    expect(await says(`kubectl get hpa web ${TARGET}`)).toBe('60');
    expect(await says('kubectl apply -f -', V1)).toBe('horizontalpodautoscaler.autoscaling/web unchanged');
    expect(await says('kubectl diff -f -', V1.replace('60', '75'))).toMatch(
      /^-  targetCPUUtilizationPercentage: 60\n\+  targetCPUUtilizationPercentage: 75$/m,
    );
    await served.run('kubectl apply -f -', { stdin: V1.replace('60', '70') });
    expect(await says(`kubectl get hpa web ${TARGET}`)).toBe('70');
    const patch = '{"spec":{"targetCPUUtilizationPercentage":55}}';
    await served.run(`kubectl patch horizontalpodautoscalers.v1.autoscaling web --type=merge -p '${patch}'`);
    expect(await says(`kubectl get hpa web ${TARGET}`)).toBe('55');
    await served.run('kubectl apply --server-side --force-conflicts -f -', { stdin: V1.replace('60', '65') });
    expect(await says(`${OLD} web -o jsonpath='{.apiVersion} {.spec.targetCPUUtilizationPercentage}'`)).toBe(
      'autoscaling/v1 65',
    );
    expect(await says('kubectl apply view-last-applied horizontalpodautoscalers.v1.autoscaling web')).toContain(
      'targetCPUUtilizationPercentage: 65',
    );
    expect(await says(`${OLD} web --no-headers`)).toMatch(/^web +Deployment\/web +cpu: <unknown>\/65% +1 +3 /);
    expect(await says('kubectl create -f -', V1.replace('maxReplicas: 3', 'metrics: []'))).toContain(
      'unknown field "spec.metrics"',
    );
  });

  it('carries what it has no field for in annotations, and loses none of it on the way back', async () => {
    await served.run('kubectl apply -f -', { stdin: V2 });
    const { metadata, spec } = (await read(`${OLD} rich -o json`)) as unknown as {
      metadata: { annotations: Record<string, string> };
      spec: unknown;
    };
    const { annotations } = metadata;
    expect(spec).toMatchObject({ targetCPUUtilizationPercentage: 40, maxReplicas: 5, minReplicas: 1 });
    expect(annotations['note']).toBe('kept');
    expect(JSON.parse(annotations['autoscaling.alpha.kubernetes.io/metrics']!)).toEqual([
      { type: 'Resource', resource: { name: 'memory', targetAverageValue: '100Mi' } },
      { type: 'Pods', pods: { metricName: 'rps', targetAverageValue: '10' } },
      {
        type: 'Object',
        object: { target: { kind: 'Service', name: 'web' }, metricName: 'hits', targetValue: '2k' },
      },
    ]);
    expect(JSON.parse(annotations['autoscaling.alpha.kubernetes.io/behavior']!)).toMatchObject({
      ScaleDown: { StabilizationWindowSeconds: 60, Policies: [{ Type: 'Pods', Value: 1, PeriodSeconds: 30 }] },
    });
    const before = (await read('kubectl get hpa rich -o json')) as unknown as { spec: object };
    await served.run(`${OLD} rich -o json | sed 's/"maxReplicas": 5/"maxReplicas": 6/' | kubectl replace -f -`);
    const after = (await read('kubectl get hpa rich -o json')) as unknown as {
      metadata: { annotations: Record<string, string> };
      spec: object;
    };
    expect(after.spec).toEqual({ ...before.spec, maxReplicas: 6 });
    expect(Object.keys(after.metadata.annotations).filter((name) => name.includes('autoscaling.alpha'))).toEqual([]);
  });

  it('tells conditions in an annotation too', async () => {
    await served.run('kubectl wait hpa/web --for=condition=AbleToScale');
    const { metadata } = (await read(`${OLD} web -o json`)) as unknown as {
      metadata: { annotations: Record<string, string> };
    };
    expect(JSON.parse(metadata.annotations['autoscaling.alpha.kubernetes.io/conditions']!)).toContainEqual(
      expect.objectContaining({ type: 'AbleToScale', status: 'True', reason: 'SucceededGetScale' }),
    );
  });
});
