/** What is wrong with a text beyond its YAML: unknown kinds, the schema, upstream's rules, and references that lead nowhere. */
import type { Deployment } from 'kubernetes-types/apps/v1';
import type { PodSpec, Service } from 'kubernetes-types/core/v1';
import {
  KINDS,
  kindOf,
  apiVersionOf,
  resourceName,
  validateSchema,
  matchesLabels,
  selectorOfMap,
  type KindDefinition,
} from '../sim/api/index.ts';
import type { KubeObject, Status, Stored } from '../sim/api/object.ts';
import type { Fault } from '../run/types.ts';
import { parseManifest, type ManifestDocument, type ParsedManifest } from './parse.ts';

/** The cluster as checks may look at it. */
export interface LiveView {
  find(resource: string, namespace: string | undefined, name: string): Stored | undefined;
  list(resource: string, namespace?: string): Iterable<Stored>;
}

type Severity = Fault['severity'];

/** Parses and checks a text; `live` adds what depends on the cluster. */
export function checkManifest(file: string, text: string, live?: LiveView): readonly Fault[] {
  const parsed = parseManifest(file, text);
  return [...parsed.faults, ...checkDocuments(parsed, live)];
}

export function checkDocuments({ documents }: ParsedManifest, live?: LiveView): readonly Fault[] {
  return documents.flatMap((document) => [...checkOne(document), ...checkReferences(document, documents, live)]);
}

function fault(
  document: ManifestDocument,
  path: string,
  severity: Severity,
  code: string,
  message: string,
  values: Fault['values'] = {},
): Fault {
  return { file: document.source.file, ...document.spanOf(path), severity, code: `manifest.${code}`, message, values };
}

function checkOne(document: ManifestDocument): readonly Fault[] {
  const { apiVersion, kind, metadata } = document.object;
  if (!apiVersion) return [fault(document, '', 'error', 'noApiVersion', 'apiVersion is missing.')];
  if (!kind) return [fault(document, '', 'error', 'noKind', 'kind is missing.')];
  const definition = kindOf(apiVersion, kind);
  if (!definition) return [unknownKind(document, apiVersion, kind)];
  const { unknown, errors } = validateSchema(definition, document.object);
  const faults: Fault[] = [
    ...unknown.map((path) => fault(document, path, 'error', 'unknownField', `unknown field "${path}"`, { path })),
    ...errors.map(({ path, message }) =>
      fault(document, path, 'error', 'wrongType', message, { path, reason: message }),
    ),
  ];
  if (!metadata?.name && !metadata?.generateName)
    faults.push(fault(document, 'metadata', 'error', 'noName', 'metadata.name is missing.'));
  return faults.length > 0 ? faults : ruleFaults(document, definition);
}

function ruleFaults(document: ManifestDocument, definition: KindDefinition): readonly Fault[] {
  const copy = JSON.parse(JSON.stringify(document.object)) as KubeObject;
  definition.applyDefaults?.(copy);
  return (definition.validate?.(copy) ?? []).map(({ field, message }) =>
    fault(document, field, 'error', 'rule', `${field}: ${message}`, { field, reason: message }),
  );
}

function unknownKind(document: ManifestDocument, apiVersion: string, kind: string): Fault {
  const sameKind = KINDS.find((item) => item.kind.toLowerCase() === kind.toLowerCase());
  if (sameKind) {
    const suggestion = `${apiVersionOf(sameKind)} ${sameKind.kind}`;
    return fault(
      document,
      sameKind.kind === kind ? 'apiVersion' : 'kind',
      'error',
      'unknownVersion',
      `no matches for kind "${kind}" in version "${apiVersion}"; did you mean ${suggestion}?`,
      { kind, apiVersion, suggestion },
    );
  }
  const near = KINDS.map((item) => item.kind).find((name) => distance(name.toLowerCase(), kind.toLowerCase()) <= 2);
  const hint = near ? `; did you mean ${near}?` : '';
  return fault(
    document,
    'kind',
    'error',
    'unknownKind',
    `no matches for kind "${kind}" in version "${apiVersion}"${hint}`,
    { kind, apiVersion, suggestion: near ?? '' },
  );
}

/** Levenshtein distance. */
function distance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= right.length; j += 1) {
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + Number(left[i - 1] !== right[j - 1])));
    }
    row = next;
  }
  return row[right.length]!;
}

const namespaceOf = (object: KubeObject): string => object.metadata?.namespace ?? 'default';

function podSpecOf(object: KubeObject): { spec: PodSpec; path: string; labels: Record<string, string> } | undefined {
  if (object.kind === 'Pod') {
    const { spec } = object as { spec?: PodSpec };
    return spec ? { spec, path: 'spec', labels: object.metadata?.labels ?? {} } : undefined;
  }
  const template = (object as Deployment).spec?.template;
  return template?.spec
    ? { spec: template.spec, path: 'spec.template.spec', labels: template.metadata?.labels ?? {} }
    : undefined;
}

function checkReferences(
  document: ManifestDocument,
  all: readonly ManifestDocument[],
  live: LiveView | undefined,
): readonly Fault[] {
  const { object } = document;
  const faults: Fault[] = [];
  const definition = kindOf(object.apiVersion ?? '', object.kind ?? '');
  if (!definition) return faults;
  const has = (resource: string, name: string, isNamespaced = true): boolean =>
    all.some(({ object: other }) => {
      const kind = kindOf(other.apiVersion ?? '', other.kind ?? '');
      return (
        kind &&
        resourceName(kind) === resource &&
        other.metadata?.name === name &&
        (!isNamespaced || namespaceOf(other) === namespaceOf(object))
      );
    }) || live?.find(resource, isNamespaced ? namespaceOf(object) : undefined, name) !== undefined;
  if (
    live &&
    definition.isNamespaced &&
    object.metadata?.namespace &&
    !has('namespaces', object.metadata.namespace, false)
  ) {
    const { namespace } = object.metadata;
    faults.push(
      fault(
        document,
        'metadata.namespace',
        'warning',
        'noNamespace',
        `There is no namespace ${namespace}; add one to the text.`,
        { namespace },
      ),
    );
  }
  const pod = podSpecOf(object);
  if (pod && live) faults.push(...missingReferences(document, pod, has));
  if (object.kind === 'Service' && live) faults.push(...selectsNothing(document, all, live));
  return faults;
}

function missingReferences(
  document: ManifestDocument,
  { spec, path }: { spec: PodSpec; path: string },
  has: (resource: string, name: string) => boolean,
): readonly Fault[] {
  const faults: Fault[] = [];
  const look = (resource: string, kind: string, name: string | undefined, where: string): void => {
    if (name && !has(resource, name))
      faults.push(
        fault(
          document,
          where,
          'warning',
          'noReference',
          `There is no ${kind} ${name}; the containers will wait for it.`,
          { kind, name },
        ),
      );
  };
  (spec.containers ?? []).forEach((container, index) => {
    (container.envFrom ?? []).forEach((source, at) => {
      const where = `${path}.containers[${index}].envFrom[${at}]`;
      if (!source.configMapRef?.optional) look('configmaps', 'ConfigMap', source.configMapRef?.name, where);
      if (!source.secretRef?.optional) look('secrets', 'Secret', source.secretRef?.name, where);
    });
    (container.env ?? []).forEach(({ valueFrom }, at) => {
      const where = `${path}.containers[${index}].env[${at}]`;
      if (!valueFrom?.configMapKeyRef?.optional)
        look('configmaps', 'ConfigMap', valueFrom?.configMapKeyRef?.name, where);
      if (!valueFrom?.secretKeyRef?.optional) look('secrets', 'Secret', valueFrom?.secretKeyRef?.name, where);
    });
  });
  (spec.volumes ?? []).forEach((volume, index) => {
    if (!volume.configMap?.optional)
      look('configmaps', 'ConfigMap', volume.configMap?.name, `${path}.volumes[${index}]`);
    if (!volume.secret?.optional) look('secrets', 'Secret', volume.secret?.secretName, `${path}.volumes[${index}]`);
  });
  return faults;
}

function selectsNothing(
  document: ManifestDocument,
  all: readonly ManifestDocument[],
  live: LiveView,
): readonly Fault[] {
  const service = document.object as Service;
  const selector = service.spec?.selector;
  if (!selector || Object.keys(selector).length === 0) return [];
  const requirements = selectorOfMap(selector);
  const inText = all.some(
    ({ object }) =>
      namespaceOf(object) === namespaceOf(service) &&
      podSpecOf(object) &&
      matchesLabels(requirements, podSpecOf(object)!.labels),
  );
  if (inText) return [];
  for (const pod of live.list('pods', namespaceOf(service)))
    if (matchesLabels(requirements, pod.metadata.labels)) return [];
  const text = Object.entries(selector)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ');
  return [
    fault(
      document,
      'spec.selector',
      'warning',
      'selectsNothing',
      `No pod has the labels ${text}: the Service will have no endpoints.`,
      { selector: text },
    ),
  ];
}

/** Where the causes of a Status stand in a text. */
export function faultsOfStatus(document: ManifestDocument, status: Status): readonly Fault[] {
  const causes = status.details?.causes ?? [];
  const message = status.message ?? status.reason ?? '';
  if (causes.length === 0) return [fault(document, '', 'error', 'server', message, { reason: message })];
  return causes.map((cause) =>
    fault(document, cause.field ?? '', 'error', 'server', cause.message ?? message, {
      reason: cause.message ?? message,
    }),
  );
}
