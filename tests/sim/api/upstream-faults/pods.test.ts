/** What is wrong with pods, in the words and the order of pkg/apis/core/validation/validation.go. */
import { describe, expect, it } from 'vitest';
import { bootWorld } from '../../../support/world.ts';
import { change, post } from './post.ts';

const world = bootWorld({ preset: 'plain' });

const LABEL =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const SUBDOMAIN =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL_VALUE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const NAME_PART =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const PORT = 'must be between 1 and 65535, inclusive';

/** A field of a pod's spec, or of its only container, and its faults. */
type Row = readonly [string, readonly string[]];

const pod = (spec: string, metadata = '{name: p}'): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: ${metadata}\nspec: ${spec}\n`;
const ofContainer = (fields: string): string => pod(`{containers: [{name: c, image: x, ${fields}}]}`);
const ofSpec = (fields: string): string => pod(`{containers: [{name: c, image: x}], ${fields}}`);

describe('a container', () => {
  it.each<Row>([
    [
      'ports: [{containerPort: 80, name: web}, {containerPort: 81, name: web}]',
      ['ports[1].name: Duplicate value: "web"'],
    ],
    ['ports: [{containerPort: 70000}]', [`ports[0].containerPort: Invalid value: 70000: ${PORT}`]],
    [
      'ports: [{containerPort: -1, hostPort: 99999}]',
      [`ports[0].containerPort: Invalid value: -1: ${PORT}`, `ports[0].hostPort: Invalid value: 99999: ${PORT}`],
    ],
    [
      'ports: [{containerPort: 80, name: a-very-long-port-name}]',
      ['ports[0].name: Invalid value: "a-very-long-port-name": must be no more than 15 characters'],
    ],
    [
      'ports: [{containerPort: 80, name: Web_1}]',
      ['ports[0].name: Invalid value: "Web_1": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)'],
    ],
    [
      'ports: [{containerPort: 80, name: "80"}]',
      ['ports[0].name: Invalid value: "80": must contain at least one letter (a-z)'],
    ],
    [
      'ports: [{containerPort: 80, protocol: HTTP}]',
      ['ports[0].protocol: Unsupported value: "HTTP": supported values: "SCTP", "TCP", "UDP"'],
    ],
    [
      'ports: [{containerPort: 80, hostPort: 80}, {containerPort: 81, hostPort: 80}]',
      ['ports[1].hostPort: Duplicate value: "TCP//80"'],
    ],
    [
      'imagePullPolicy: Sometimes',
      ['imagePullPolicy: Unsupported value: "Sometimes": supported values: "Always", "IfNotPresent", "Never"'],
    ],
    [
      'terminationMessagePolicy: Log',
      ['terminationMessagePolicy: Unsupported value: "Log": supported values: "File", "FallbackToLogsOnError"'],
    ],
    [
      'env: [{name: "A=B"}]',
      [
        'env[0].name: Invalid value: "A=B": a valid environment variable name must consist only of printable ASCII characters other than \'=\'',
      ],
    ],
    [
      'env: [{name: A, value: x, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]',
      ['env[0].valueFrom: Invalid value: "": may not be specified when `value` is not empty'],
    ],
    [
      'env: [{name: A, valueFrom: {}}]',
      [
        'env[0].valueFrom: Invalid value: "": must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`',
      ],
    ],
    [
      'env: [{name: A, valueFrom: {fieldRef: {fieldPath: status.phase}}}]',
      [
        'env[0].valueFrom.fieldRef.fieldPath: Unsupported value: "status.phase": supported values: "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"',
      ],
    ],
    [
      'env: [{name: A, valueFrom: {fieldRef: {fieldPath: spec.nope}}}]',
      [
        'env[0].valueFrom.fieldRef.fieldPath: Invalid value: "spec.nope": error converting fieldPath: field label not supported: spec.nope',
      ],
    ],
    [
      'env: [{name: A, valueFrom: {resourceFieldRef: {resource: cpu}}}]',
      [
        'env[0].valueFrom.resourceFieldRef.resource: Unsupported value: "cpu": supported values: "limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", "requests.memory"',
      ],
    ],
    [
      'env: [{name: A, valueFrom: {configMapKeyRef: {name: cm}}}]',
      ['env[0].valueFrom.configMapKeyRef.key: Required value'],
    ],
    [
      'env: [{name: A, valueFrom: {secretKeyRef: {key: k}}}]',
      [`env[0].valueFrom.secretKeyRef.name: Invalid value: "": ${SUBDOMAIN}`],
    ],
    ['envFrom: [{}]', ['envFrom: Invalid value: "": must specify one of: `configMapRef` or `secretRef`']],
    [
      'envFrom: [{configMapRef: {name: a}, secretRef: {name: b}}]',
      ['envFrom: Invalid value: "": may not have more than one field specified at a time'],
    ],
    [
      'resources: {requests: {gpu: 1}}',
      [
        'resources.requests[gpu]: Invalid value: "gpu": must be a standard resource type or fully qualified',
        'resources.requests[gpu]: Invalid value: "gpu": must be a standard resource for containers',
      ],
    ],
    [
      'resources: {requests: {storage: 1Gi}}',
      ['resources.requests[storage]: Invalid value: "storage": must be a standard resource for containers'],
    ],
    [
      'resources: {requests: {cpu: "2"}, limits: {cpu: "1"}}',
      ['resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1'],
    ],
    [
      'resources: {requests: {memory: 2Gi, cpu: 2}, limits: {memory: 1Gi, cpu: 1500m}}',
      [
        'resources.requests: Invalid value: "2Gi": must be less than or equal to memory limit of 1Gi',
        'resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1500m',
      ],
    ],
    [
      'resources: {requests: {cpu: "-1"}}',
      ['resources.requests[cpu]: Invalid value: "-1": must be greater than or equal to 0'],
    ],
    [
      'resources: {requests: {example.com/gpu: 1}}',
      ['resources.limits: Required value: Limit must be set for non overcommitable resources'],
    ],
    [
      'resources: {limits: {example.com/gpu: 500m}}',
      [
        'resources.limits[example.com/gpu]: Invalid value: "500m": must be an integer',
        'resources.requests[example.com/gpu]: Invalid value: "500m": must be an integer',
      ],
    ],
    [
      'volumeMounts: [{name: v, mountPath: /a}, {name: w, mountPath: /a}]',
      [
        'volumeMounts[0].name: Not found: "v"',
        'volumeMounts[1].name: Not found: "w"',
        'volumeMounts[1].mountPath: Invalid value: "/a": must be unique',
      ],
    ],
    ['livenessProbe: {httpGet: {path: /}}', [`livenessProbe.httpGet.port: Invalid value: 0: ${PORT}`]],
    [
      'livenessProbe: {httpGet: {port: 80, scheme: FTP}}',
      ['livenessProbe.httpGet.scheme: Unsupported value: "FTP": supported values: "HTTP", "HTTPS"'],
    ],
    [
      'livenessProbe: {tcpSocket: {port: 80}, successThreshold: 2, periodSeconds: -1}',
      [
        'livenessProbe.periodSeconds: Invalid value: -1: must be greater than or equal to 0',
        'livenessProbe.successThreshold: Invalid value: 2: must be 1',
      ],
    ],
    [
      'readinessProbe: {exec: {command: [a]}, terminationGracePeriodSeconds: 5}',
      ['readinessProbe.terminationGracePeriodSeconds: Invalid value: 5: must not be set for readinessProbes'],
    ],
    ['startupProbe: {exec: {}}', ['startupProbe.exec.command: Required value']],
    ['lifecycle: {preStop: {}}', ['lifecycle.preStop: Required value: must specify a handler type']],
    [
      'lifecycle: {preStop: {sleep: {seconds: 99}}}',
      [
        'lifecycle.preStop.sleep: Invalid value: 99: must be non-negative and less than terminationGracePeriodSeconds (30)',
      ],
    ],
    [
      'securityContext: {runAsUser: -5}',
      ['securityContext.runAsUser: Invalid value: -5: must be between 0 and 4294967295, inclusive'],
    ],
    [
      'securityContext: {privileged: true, allowPrivilegeEscalation: false}',
      [
        'securityContext: Invalid value: {"Capabilities":null,"Privileged":true,"SELinuxOptions":null,"WindowsOptions":null,"RunAsUser":null,"RunAsGroup":null,"RunAsNonRoot":null,"ReadOnlyRootFilesystem":null,"AllowPrivilegeEscalation":false,"ProcMount":null,"SeccompProfile":null,"AppArmorProfile":null}: cannot set `allowPrivilegeEscalation` to false and `privileged` to true',
      ],
    ],
    [
      'securityContext: {seccompProfile: {type: Weird}}',
      [
        'securityContext.seccompProfile.type: Unsupported value: "Weird": supported values: "Localhost", "RuntimeDefault", "Unconfined"',
      ],
    ],
    [
      'restartPolicy: Perhaps',
      ['restartPolicy: Unsupported value: "Perhaps": supported values: "Always", "Never", "OnFailure"'],
    ],
  ])('with %s', (fields, faults) => {
    const { status, faults: found } = post(world, ofContainer(fields));
    expect({ status, found }).toEqual({ status: 422, found: faults.map((text) => `spec.containers[0].${text}`) });
  });

  it.each<Row>([
    ['{name: My_App, image: x}', [`spec.containers[0].name: Invalid value: "My_App": ${LABEL}`]],
    ['{name: a.b, image: x}', ['spec.containers[0].name: Invalid value: "a.b": must not contain dots']],
    [
      `{name: ${'n'.repeat(64)}, image: x}`,
      [`spec.containers[0].name: Invalid value: "${'n'.repeat(64)}": must be no more than 63 characters`],
    ],
    ['{name: c, image: x}, {name: c, image: z}', ['spec.containers[1].name: Duplicate value: "c"']],
  ])('that is called %s', (containers, faults) => {
    expect(post(world, pod(`{containers: [${containers}]}`)).faults).toEqual(faults);
  });

  it('of the start has no probes, and no name that another has', () => {
    const spec =
      '{containers: [{name: c, image: x}], initContainers: [{name: c, image: x, readinessProbe: {exec: {command: [a]}}}, {name: i}]}';
    expect(post(world, pod(spec)).faults).toEqual([
      'spec.initContainers[0].name: Duplicate value: "c"',
      'spec.initContainers[0].readinessProbe: Forbidden: may not be set for init containers without restartPolicy=Always',
      'spec.initContainers[1].image: Required value',
    ]);
  });
});

describe('a pod', () => {
  it.each<Row>([
    [
      'restartPolicy: Sometimes',
      ['spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"'],
    ],
    [
      'dnsPolicy: Mine',
      [
        'spec.dnsPolicy: Unsupported value: "Mine": supported values: "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"',
      ],
    ],
    ['dnsPolicy: None', ['spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None']],
    [
      'dnsConfig: {nameservers: [nope]}',
      [
        'spec.dnsConfig.nameservers[0]: Invalid value: "nope": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
      ],
    ],
    [
      'volumes: [{name: v, emptyDir: {}, hostPath: {path: /x}}]',
      ['spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type'],
    ],
    ['volumes: [{name: V_1, emptyDir: {}}]', [`spec.volumes[0].name: Invalid value: "V_1": ${LABEL}`]],
    ['volumes: [{name: v, configMap: {}}]', ['spec.volumes[0].configMap.name: Required value']],
    [
      'volumes: [{name: v, secret: {secretName: s, defaultMode: 1000}}]',
      [
        'spec.volumes[0].secret.defaultMode: Invalid value: 1000: must be a number between 0 and 0777 (octal), both inclusive',
      ],
    ],
    [
      'volumes: [{name: v, configMap: {name: c, items: [{key: k, path: ../x}]}}]',
      ['spec.volumes[0].configMap.items[0].path: Invalid value: "../x": must not contain \'..\''],
    ],
    [
      'volumes: [{name: v, persistentVolumeClaim: {claimName: ""}}]',
      ['spec.volumes[0].persistentVolumeClaim.claimName: Required value'],
    ],
    [
      'volumes: [{name: v, hostPath: {path: /x, type: Folder}}]',
      [
        'spec.volumes[0].hostPath.type: Unsupported value: "Folder": supported values: "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"',
      ],
    ],
    ['nodeSelector: {a: "b c"}', [`spec.nodeSelector: Invalid value: "b c": ${LABEL_VALUE}`]],
    [
      'hostNetwork: true, activeDeadlineSeconds: 0',
      ['spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive'],
    ],
    ['hostname: A.b', [`spec.hostname: Invalid value: "A.b": ${LABEL}`]],
    [
      'tolerations: [{key: a, operator: Sometimes}]',
      ['spec.tolerations[0].operator: Unsupported value: "Sometimes": supported values: "Equal", "Exists"'],
    ],
    [
      'tolerations: [{key: a, operator: Exists, value: b}]',
      ['spec.tolerations[0].operator: Invalid value: "b": value must be empty when `operator` is \'Exists\''],
    ],
    [
      'tolerations: [{effect: NoSchedule}]',
      [
        'spec.tolerations[0].operator: Invalid value: "": operator must be Exists when `key` is empty, which means "match all values and all keys"',
      ],
    ],
    [
      'tolerations: [{key: a, operator: Exists, effect: Never, tolerationSeconds: 5}]',
      [
        'spec.tolerations[0].effect: Invalid value: "Never": effect must be \'NoExecute\' when `tolerationSeconds` is set',
        'spec.tolerations[0].effect: Unsupported value: "Never": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
      ],
    ],
    [
      'topologySpreadConstraints: [{maxSkew: 0, topologyKey: "", whenUnsatisfiable: Maybe}]',
      [
        'spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero',
        'spec.topologySpreadConstraints[0].topologyKey: Required value: can not be empty',
        'spec.topologySpreadConstraints[0].whenUnsatisfiable: Unsupported value: "Maybe": supported values: "DoNotSchedule", "ScheduleAnyway"',
      ],
    ],
    [
      'topologySpreadConstraints: [{maxSkew: 1, topologyKey: z, whenUnsatisfiable: DoNotSchedule}, {maxSkew: 2, topologyKey: z, whenUnsatisfiable: DoNotSchedule}]',
      ['spec.topologySpreadConstraints[0].{topologyKey, whenUnsatisfiable}: Duplicate value: "{z, DoNotSchedule}"'],
    ],
    [
      'affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: []}}}',
      [
        'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: Required value: must have at least one node selector term',
      ],
    ],
    [
      'affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: Equals, values: [b]}, {key: c, operator: In}]}]}}}',
      [
        'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].operator: Invalid value: "Equals": not a valid selector operator',
        "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[1].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
      ],
    ],
    [
      'affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{labelSelector: {matchLabels: {a: b}}, topologyKey: ""}]}}',
      [
        'spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: Required value: can not be empty',
        'spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: Invalid value: "": name part must be non-empty',
        `spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: Invalid value: "": ${NAME_PART}`,
      ],
    ],
    [
      'affinity: {podAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 200, podAffinityTerm: {topologyKey: z}}]}}',
      [
        'spec.affinity.podAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight: Invalid value: 200: must be in the range 1-100',
      ],
    ],
    [
      'securityContext: {fsGroup: -1, sysctls: [{name: "a b", value: "1"}]}',
      [
        'spec.securityContext.fsGroup: Invalid value: -1: must be between 0 and 4294967295, inclusive',
        'spec.securityContext.sysctls[0].name: Invalid value: "a b": must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$',
      ],
    ],
    ['os: {name: plan9}', ['spec.os: Unsupported value: "plan9": supported values: "linux", "windows"']],
    [
      'schedulingGates: [{name: a}, {name: a}], nodeName: node1',
      [
        'spec.schedulingGates[1]: Duplicate value: "a"',
        'spec.nodeName: Forbidden: cannot be set until all schedulingGates have been cleared',
      ],
    ],
    [
      'hostAliases: [{ip: here, hostnames: [a_b]}]',
      [
        'spec.hostAliases[0].ip: Invalid value: "here": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
        `spec.hostAliases[0].hostnames[0]: Invalid value: "a_b": ${SUBDOMAIN}`,
      ],
    ],
  ])('with %s', (fields, faults) => {
    const { status, faults: found } = post(world, ofSpec(fields));
    expect({ status, found }).toEqual({ status: 422, found: faults });
  });

  it.each<Row>([
    ['{name: P}', [`metadata.name: Invalid value: "P": ${SUBDOMAIN}`]],
    [
      '{generateName: "P-"}',
      [
        expect.stringMatching(/^metadata\.generateName: Invalid value: "P-": a lowercase/) as string,
        expect.stringMatching(/^metadata\.name: Invalid value: "P-.....": a lowercase/) as string,
      ],
    ],
    ['{}', ['metadata.name: Required value: name or generateName is required']],
    [
      `{name: p, labels: {a: ${'x'.repeat(64)}}}`,
      [`metadata.labels: Invalid value: "${'x'.repeat(64)}": must be no more than 63 bytes`],
    ],
    [
      '{name: p, labels: {a/b/c: d}}',
      [
        "metadata.labels: Invalid value: \"a/b/c\": a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
      ],
    ],
    ['{name: p, labels: {A_b/c: d}}', [`metadata.labels: Invalid value: "A_b/c": prefix part ${SUBDOMAIN}`]],
    [
      '{name: p, finalizers: [hold]}',
      [
        'metadata.finalizers[0]: Invalid value: "hold": name is neither a standard finalizer name nor is it fully qualified',
      ],
    ],
    [
      '{name: p, ownerReferences: [{apiVersion: v1, kind: ConfigMap, name: c, uid: ""}]}',
      ['metadata.ownerReferences.uid: Invalid value: "": must not be empty'],
    ],
    [
      '{name: p, annotations: {controller.kubernetes.io/pod-deletion-cost: high}}',
      [
        'metadata.annotations[controller.kubernetes.io/pod-deletion-cost]: Invalid value: "high": must be a 32bit integer',
      ],
    ],
  ])('with the metadata %s', (metadata, faults) => {
    expect(post(world, pod('{containers: [{name: c, image: x}]}', metadata)).faults).toEqual(faults);
  });
});

describe('a change of a pod', () => {
  const manifest = ofSpec('tolerations: [{key: a, operator: Exists}], terminationGracePeriodSeconds: 9').replace(
    'name: p}',
    'name: fixed}',
  );
  const fixed =
    'spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

  it.each<readonly [object, readonly string[]]>([
    [
      {
        spec: {
          containers: [
            { name: 'c', image: 'x' },
            { name: 'd', image: 'x' },
          ],
        },
      },
      ['spec.containers: Forbidden: pod updates may not add or remove containers'],
    ],
    [
      { spec: { tolerations: [] } },
      ['spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds'],
    ],
    [{ spec: { terminationGracePeriodSeconds: 5 } }, [fixed]],
    [{ spec: { restartPolicy: 'Never' } }, [fixed]],
    [
      { spec: { schedulingGates: [{ name: 'late' }] } },
      ["spec.schedulingGates[0].name: Forbidden: only deletion is allowed, but found new scheduling gate 'late'"],
    ],
    [
      { metadata: { finalizers: ['mine'] } },
      [
        'metadata.finalizers[0]: Invalid value: "mine": name is neither a standard finalizer name nor is it fully qualified',
      ],
    ],
  ])('such as %j', (patch, faults) => {
    const { status, faults: found } = change(world, manifest, patch);
    expect({ status, found: found.map((text) => text.split('\n')[0]) }).toEqual({ status: 422, found: faults });
  });
});
