/** What a document refers to and what it will meet in the cluster: names that lead nowhere, ports, sizes, tags. */
import type { HorizontalPodAutoscaler } from 'kubernetes-types/autoscaling/v2';
import type { ConfigMap, Container, Node, PodSpec, Secret, Service } from 'kubernetes-types/core/v1';
import type { Ingress } from 'kubernetes-types/networking/v1';
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1';
import { formatBytes, formatMillis, milliValue, wholeValue } from '../sim/api/index.ts';
import type { Fault } from '../run/types.ts';
import type { FaultCode, FaultValues } from './fault-texts.ts';
import { makeFault, type ManifestDocument } from './parse.ts';
import { namespaceOf, podOf, type PodText, type TextIndex } from './text-index.ts';

/** One document being looked at, with where its faults go. */
class Finding {
  readonly faults: Fault[] = [];
  readonly namespace: string;

  constructor(
    readonly document: ManifestDocument,
    readonly index: TextIndex,
  ) {
    this.namespace = namespaceOf(document.object);
  }

  /** `replacement` is what should stand there instead, where that is certain. */
  add(
    path: string,
    severity: Fault['severity'],
    code: FaultCode,
    values: FaultValues = {},
    replacement?: string,
  ): void {
    const { document } = this;
    const span = document.spanOf(path);
    const fix = replacement === undefined ? undefined : { ...span, text: replacement };
    this.faults.push(makeFault(document.source.file, span, severity, code, values, fix));
  }

  has(resource: string, name: string): boolean {
    return this.index.find(resource, this.namespace, name) !== undefined;
  }
}

/** Faults of one document, for what the schema has passed. Names are looked up only where a cluster is at hand. */
export function checkReferences(document: ManifestDocument, index: TextIndex): readonly Fault[] {
  const finding = new Finding(document, index);
  const { object } = document;
  const pod = podOf(object);
  if (pod) checkPod(finding, pod);
  switch (object.kind) {
    case 'Service':
      checkService(finding, object as Service);
      break;
    case 'HorizontalPodAutoscaler':
      checkAutoscaler(finding, object as HorizontalPodAutoscaler);
      break;
    case 'PodDisruptionBudget':
      checkBudget(finding, object as PodDisruptionBudget);
      break;
    case 'Ingress':
      checkIngress(finding, object as Ingress);
      break;
  }
  return finding.faults;
}

/** Lists of containers in a pod, as they are called there. */
const LISTS = ['containers', 'initContainers'] as const;

function checkPod(finding: Finding, { spec, path }: PodText): void {
  for (const list of LISTS) {
    (spec[list] ?? []).forEach((container, at) => {
      const field = `${path}.${list}[${at}]`;
      checkImage(finding, container, field);
      checkProbes(finding, container, field);
      if (finding.index.isLive) checkEnvironment(finding, container, field);
    });
  }
  if (!finding.index.isLive) return;
  checkVolumes(finding, spec, path);
  const { serviceAccountName, priorityClassName } = spec;
  if (serviceAccountName && !finding.has('serviceaccounts', serviceAccountName)) {
    finding.add(`${path}.serviceAccountName`, 'warning', 'manifest.noAccount', { name: serviceAccountName });
  }
  const classes = 'priorityclasses.scheduling.k8s.io';
  const isBuiltIn = priorityClassName?.startsWith('system-') ?? true;
  if (priorityClassName && !isBuiltIn && !finding.index.find(classes, undefined, priorityClassName)) {
    finding.add(`${path}.priorityClassName`, 'warning', 'manifest.noPriorityClass', { name: priorityClassName });
  }
  (spec.imagePullSecrets ?? []).forEach(({ name = '' }, at) => {
    if (name && !finding.has('secrets', name)) {
      finding.add(`${path}.imagePullSecrets[${at}]`, 'warning', 'manifest.noReference', { kind: 'Secret', name });
    }
  });
  checkSize(finding, spec, path);
}

function checkImage(finding: Finding, { image }: Container, path: string): void {
  if (!image || image.includes('@')) return;
  const tag = /:([^/:]+)$/.exec(image)?.[1];
  if (tag === undefined) finding.add(`${path}.image`, 'info', 'manifest.noTag', { image });
  else if (tag === 'latest') finding.add(`${path}.image`, 'info', 'manifest.latestTag', { image });
}

const onlyOne = (items: readonly string[]): string | undefined => (items.length === 1 ? items[0] : undefined);

const listed = (items: readonly (string | number)[]): string => items.join(', ') || '-';

function checkProbes(finding: Finding, container: Container, path: string): void {
  const names = (container.ports ?? []).flatMap(({ name }) => (name ? [name] : []));
  for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
    for (const handler of ['httpGet', 'tcpSocket'] as const) {
      const port = container[probe]?.[handler]?.port;
      if (typeof port !== 'string' || names.includes(port)) continue;
      const values = { port, known: listed(names) };
      const field = `${path}.${probe}.${handler}.port`;
      finding.add(field, 'warning', 'manifest.undeclaredProbePort', values, onlyOne(names));
    }
  }
}

type DataKind = 'ConfigMap' | 'Secret';

/** A reference to a ConfigMap or a Secret, and to one of its keys. */
function checkData(finding: Finding, path: string, kind: DataKind, name: string | undefined, key?: string): void {
  if (!name) return;
  const found = finding.index.find(kind === 'Secret' ? 'secrets' : 'configmaps', finding.namespace, name);
  if (!found) return finding.add(path, 'warning', 'manifest.noReference', { kind, name });
  if (key === undefined) return;
  const { data, binaryData } = found as ConfigMap;
  const isThere = [data, binaryData, (found as Secret).stringData].some((part) => part?.[key] !== undefined);
  if (!isThere) finding.add(path, 'warning', 'manifest.noKey', { kind, name, key });
}

function checkEnvironment(finding: Finding, container: Container, path: string): void {
  (container.envFrom ?? []).forEach(({ configMapRef, secretRef }, at) => {
    const field = `${path}.envFrom[${at}]`;
    if (configMapRef && !configMapRef.optional) checkData(finding, field, 'ConfigMap', configMapRef.name);
    if (secretRef && !secretRef.optional) checkData(finding, field, 'Secret', secretRef.name);
  });
  (container.env ?? []).forEach(({ valueFrom }, at) => {
    const field = `${path}.env[${at}]`;
    const { configMapKeyRef, secretKeyRef } = valueFrom ?? {};
    if (configMapKeyRef && !configMapKeyRef.optional) {
      checkData(finding, field, 'ConfigMap', configMapKeyRef.name, configMapKeyRef.key);
    }
    if (secretKeyRef && !secretKeyRef.optional) {
      checkData(finding, field, 'Secret', secretKeyRef.name, secretKeyRef.key);
    }
  });
}

function checkVolumes(finding: Finding, spec: PodSpec, path: string): void {
  (spec.volumes ?? []).forEach(({ configMap, secret, persistentVolumeClaim }, at) => {
    const field = `${path}.volumes[${at}]`;
    if (configMap && !configMap.optional) checkData(finding, field, 'ConfigMap', configMap.name);
    if (secret && !secret.optional) checkData(finding, field, 'Secret', secret.secretName);
    const claim = persistentVolumeClaim?.claimName;
    if (claim && !finding.has('persistentvolumeclaims', claim)) {
      finding.add(field, 'warning', 'manifest.noClaim', { name: claim });
    }
  });
}

/** What the scheduler asks of a node: the sum of the containers, or the largest of those that run before them. */
function requestOf(spec: PodSpec, resource: string, valueOf: (quantity: string | undefined) => number): number {
  const request = ({ resources }: Container): number =>
    valueOf(resources?.requests?.[resource] ?? resources?.limits?.[resource]);
  const isSidecar = ({ restartPolicy }: Container): boolean => restartPolicy === 'Always';
  const inits = spec.initContainers ?? [];
  const together = [...spec.containers, ...inits.filter(isSidecar)].reduce((sum, item) => sum + request(item), 0);
  return Math.max(together, ...inits.filter((item) => !isSidecar(item)).map(request));
}

function checkSize(finding: Finding, spec: PodSpec, path: string): void {
  const nodes = finding.index.nodes() as readonly Node[];
  if (nodes.length === 0) return;
  for (const [resource, valueOf, format] of [
    ['cpu', milliValue, formatMillis],
    ['memory', wholeValue, formatBytes],
  ] as const) {
    const requested = requestOf(spec, resource, valueOf);
    const largest = Math.max(...nodes.map(({ status }) => valueOf(status?.allocatable?.[resource])));
    if (requested <= largest) continue;
    const at = spec.containers.findIndex(
      ({ resources }) => resources?.requests?.[resource] ?? resources?.limits?.[resource],
    );
    finding.add(`${path}.containers[${Math.max(at, 0)}].resources`, 'warning', 'manifest.tooLarge', {
      resource,
      requested: format(requested),
      largest: format(largest),
    });
  }
}

const labelsText = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ');

/** The one label of the only pods that the text describes, where the selector is one label too. */
function meantSelector({ document, index, namespace }: Finding): string | undefined {
  const [labels, ...others] = index.describedLabels(namespace);
  const [first, ...more] = Object.entries(labels ?? {});
  const isOneLine = /^[^\n{]+$/.test(document.textOf('spec.selector').trim());
  return first && more.length === 0 && others.length === 0 && isOneLine ? `${first[0]}: ${first[1]}` : undefined;
}

function checkService(finding: Finding, { spec }: Service): void {
  const selector = spec?.selector ?? {};
  if (!finding.index.isLive || Object.keys(selector).length === 0 || spec?.type === 'ExternalName') return;
  const pods = finding.index.podsWith(finding.namespace, selector);
  if (pods.length === 0) {
    finding.add(
      'spec.selector',
      'warning',
      'manifest.selectsNothing',
      { selector: labelsText(selector) },
      meantSelector(finding),
    );
    return;
  }
  const ports = pods.flatMap(({ containers }) => containers.flatMap((container) => container.ports ?? []));
  const names = [...new Set(ports.flatMap(({ name }) => (name ? [name] : [])))];
  const numbers = [...new Set(ports.map(({ containerPort }) => containerPort))];
  (spec?.ports ?? []).forEach(({ port, targetPort = port }, at) => {
    const field = `spec.ports[${at}].${finding.document.textOf(`spec.ports[${at}].targetPort`) ? 'targetPort' : 'port'}`;
    if (typeof targetPort === 'string') {
      if (names.includes(targetPort)) return;
      finding.add(
        field,
        'warning',
        'manifest.noTargetPort',
        { port: targetPort, known: listed(names) },
        onlyOne(names),
      );
    } else if (numbers.length > 0 && !numbers.includes(targetPort)) {
      finding.add(field, 'info', 'manifest.undeclaredTargetPort', { port: targetPort, known: listed(numbers) });
    }
  });
}

function checkAutoscaler(finding: Finding, { spec }: HorizontalPodAutoscaler): void {
  const { apiVersion = '', kind = '', name = '' } = spec?.scaleTargetRef ?? {};
  if (!finding.index.isLive || !name) return;
  const target = finding.index.findKind(apiVersion, kind, finding.namespace, name);
  if (!target) return finding.add('spec.scaleTargetRef', 'warning', 'manifest.noScaleTarget', { kind, name });
  const containers = podOf(target)?.spec.containers ?? [];
  const metrics = spec?.metrics ?? [
    { type: 'Resource', resource: { name: 'cpu', target: { averageUtilization: 80 } } },
  ];
  metrics.forEach(({ resource }, at) => {
    if (resource?.target?.averageUtilization === undefined) return;
    const isAsked = ({ resources }: Container): boolean =>
      (resources?.requests?.[resource.name] ?? resources?.limits?.[resource.name]) !== undefined;
    if (containers.every(isAsked)) return;
    const path = spec?.metrics ? `spec.metrics[${at}]` : 'spec';
    finding.add(path, 'warning', 'manifest.noRequestToScale', { kind, name, resource: resource.name });
  });
}

function checkBudget(finding: Finding, { spec }: PodDisruptionBudget): void {
  const labels = spec?.selector?.matchLabels ?? {};
  const isPlain = Object.keys(labels).length > 0 && (spec?.selector?.matchExpressions ?? []).length === 0;
  if (!finding.index.isLive || !isPlain) return;
  if (finding.index.podsWith(finding.namespace, labels).length === 0) {
    finding.add('spec.selector', 'warning', 'manifest.budgetSelectsNothing', { selector: labelsText(labels) });
  }
}

function checkIngress(finding: Finding, { spec }: Ingress): void {
  if (!finding.index.isLive) return;
  const look = (name: string | undefined, path: string): void => {
    if (name && !finding.has('services', name)) finding.add(path, 'warning', 'manifest.noBackend', { name });
  };
  look(spec?.defaultBackend?.service?.name, 'spec.defaultBackend.service.name');
  (spec?.rules ?? []).forEach(({ http }, rule) =>
    (http?.paths ?? []).forEach(({ backend }, at) =>
      look(backend.service?.name, `spec.rules[${rule}].http.paths[${at}].backend.service.name`),
    ),
  );
}
