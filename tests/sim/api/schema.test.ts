/** The structure of kinds: what strict decoding knows, what it says, and that the generated schema covers the registry. */
import { describe, expect, it } from 'vitest';
import { apiVersionOf, fieldsAt, kindOf, KINDS, SCHEMA_KINDS, validateSchema } from '../../../src/sim/api/index.ts';

const verdict = (apiVersion: string, kind: string, object: object): ReturnType<typeof validateSchema> =>
  validateSchema(kindOf(apiVersion, kind)!, { apiVersion, kind, ...object });

const pod = (container: object): ReturnType<typeof validateSchema> =>
  verdict('v1', 'Pod', { spec: { containers: [container] } });

describe('the schema', () => {
  it('knows every kind that is registered', () => {
    const unknown = KINDS.filter(({ isReview }) => !isReview)
      .map((kind) => `${apiVersionOf(kind)}/${kind.kind}`)
      .filter((id) => !SCHEMA_KINDS.includes(id));
    expect(unknown).toEqual([]);
  });

  it('knows what releases after 1.30 brought', () => {
    const spec = {
      resources: { requests: { cpu: '1' } },
      hostnameOverride: 'h',
      securityContext: { supplementalGroupsPolicy: 'Strict' },
      initContainers: [{ name: 's', image: 'x', restartPolicy: 'Always' }],
      containers: [
        {
          name: 'c',
          image: 'x',
          resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'NotRequired' }],
          restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'In', values: [42] } }],
          lifecycle: { preStop: { sleep: { seconds: 5 } }, stopSignal: 'SIGUSR1' },
        },
      ],
      volumes: [{ name: 'v', image: { reference: 'x', pullPolicy: 'Always' } }],
      topologySpreadConstraints: [
        { maxSkew: 1, topologyKey: 'z', whenUnsatisfiable: 'DoNotSchedule', matchLabelKeys: ['pod-template-hash'] },
      ],
    };
    expect(verdict('v1', 'Pod', { spec })).toEqual({ unknown: [], errors: [] });
    const service = { spec: { trafficDistribution: 'PreferSameZone', ports: [{ port: 80, targetPort: 'web' }] } };
    expect(verdict('v1', 'Service', service)).toEqual({ unknown: [], errors: [] });
    const job = { spec: { managedBy: 'x.io/y', successPolicy: { rules: [{ succeededCount: 1 }] } } };
    expect(verdict('batch/v1', 'Job', job)).toEqual({ unknown: [], errors: [] });
  });

  it('names fields that a kind does not have by their whole path', () => {
    const { unknown } = verdict('apps/v1', 'Deployment', {
      spec: { replica: 2, template: { spec: { containers: [{ name: 'c', imagePullPolice: 'Always' }] } } },
      constructor: 1,
    });
    expect(unknown).toEqual(['spec.replica', 'spec.template.spec.containers[0].imagePullPolice', 'constructor']);
  });

  it.each([
    [
      { image: true },
      'json: cannot unmarshal bool into Go struct field Container.spec.containers.image of type string',
    ],
    [
      { args: 'a' },
      'json: cannot unmarshal string into Go struct field Container.spec.containers.args of type []string',
    ],
    [
      { ports: [{ containerPort: '80' }] },
      'json: cannot unmarshal string into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32',
    ],
    [
      { resources: { limits: { cpu: 'lots' } } },
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    ],
    [{ resources: { limits: { memory: '1MM' } } }, "unable to parse quantity's suffix"],
    [
      { livenessProbe: 'yes' },
      'json: cannot unmarshal string into Go struct field Container.spec.containers.livenessProbe of type v1.Probe',
    ],
  ])('words a value of the wrong type as Go does: %j', (container, message) => {
    expect(pod(container).errors.map((error) => error.message)).toEqual([message]);
  });

  it('tells int32 from int64, and whole numbers from others', () => {
    const messages = (spec: object): readonly string[] =>
      verdict('v1', 'Pod', { spec }).errors.map(({ message }) => message.slice(message.lastIndexOf(' ') + 1));
    expect(messages({ terminationGracePeriodSeconds: 'x' })).toEqual(['int64']);
    expect(messages({ priority: 'x' })).toEqual(['int32']);
    expect(verdict('v1', 'Pod', { spec: { priority: 1.5 } }).errors[0]!.message).toContain('unmarshal number 1.5');
  });

  it('takes a number or a name for a port, a number or a text for a quantity, and anything where anything may stand', () => {
    const probe = (port: unknown): unknown => pod({ readinessProbe: { httpGet: { port } } }).errors;
    expect([probe(80), probe('web')]).toEqual([[], []]);
    expect(probe(true)).toHaveLength(1);
    expect(pod({ resources: { requests: { cpu: 1, memory: '1Gi' } } }).errors).toEqual([]);
    expect(verdict('apps/v1', 'ControllerRevision', { data: { any: [1, 'x'] }, revision: 1 }).errors).toEqual([]);
  });

  it('lists the fields at a path', () => {
    const deployment = kindOf('apps/v1', 'Deployment')!;
    expect(fieldsAt(deployment, '')).toContain('spec');
    expect(fieldsAt(deployment, 'spec.template.spec.containers[0]')).toEqual(
      expect.arrayContaining(['image', 'envFrom', 'resizePolicy']),
    );
    expect(fieldsAt(deployment, 'spec.replicas')).toEqual([]);
    expect(fieldsAt(deployment, 'spec.nothing.at.all')).toEqual([]);
  });
});
