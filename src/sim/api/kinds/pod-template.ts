/** Defaults of pod specs, in Pods and in templates. Upstream: pkg/apis/core/v1/defaults.go. */
import type {
  Container,
  PodSpec,
  PodTemplateSpec,
  Probe,
  ResourceRequirements,
  Volume,
} from 'kubernetes-types/core/v1';
import { canonicalAmounts } from '../quantity.ts';
import { setDefault } from '../rules.ts';

function defaultProbe(probe: Probe | undefined): void {
  if (!probe) return;
  setDefault(probe, 'timeoutSeconds', 1);
  setDefault(probe, 'periodSeconds', 10);
  setDefault(probe, 'successThreshold', 1);
  setDefault(probe, 'failureThreshold', 3);
  if (probe.httpGet) {
    setDefault(probe.httpGet, 'path', '/');
    setDefault(probe.httpGet, 'scheme', 'HTTP');
  }
  if (probe.grpc) setDefault(probe.grpc, 'service', '');
}

/** Always for `latest` and for no tag at all, unless a digest is given. */
export function defaultPullPolicy(image: string): 'Always' | 'IfNotPresent' {
  if (image.includes('@')) return 'IfNotPresent';
  const tag = /:([^/:]+)$/.exec(image)?.[1];
  return tag === undefined || tag === 'latest' ? 'Always' : 'IfNotPresent';
}

/** Writes only what is not canonical yet. */
export function canonicaliseResources(resources: ResourceRequirements): void {
  for (const side of ['limits', 'requests'] as const) {
    const amounts = canonicalAmounts(resources[side]);
    if (amounts !== resources[side]) resources[side] = amounts!;
  }
}

function defaultContainer(container: Container): void {
  setDefault(container, 'imagePullPolicy', defaultPullPolicy(container.image ?? ''));
  setDefault(container, 'terminationMessagePath', '/dev/termination-log');
  setDefault(container, 'terminationMessagePolicy', 'File');
  setDefault(container, 'resources', {});
  canonicaliseResources(container.resources!);
  for (const port of container.ports ?? []) setDefault(port, 'protocol', 'TCP');
  for (const env of container.env ?? []) {
    if (env.valueFrom?.fieldRef) setDefault(env.valueFrom.fieldRef, 'apiVersion', 'v1');
  }
  for (const handler of [container.lifecycle?.postStart, container.lifecycle?.preStop]) {
    if (!handler?.httpGet) continue;
    setDefault(handler.httpGet, 'path', '/');
    setDefault(handler.httpGet, 'scheme', 'HTTP');
  }
  defaultProbe(container.livenessProbe);
  defaultProbe(container.readinessProbe);
  defaultProbe(container.startupProbe);
}

function defaultVolume(volume: Volume): void {
  const sources = Object.keys(volume).filter((key) => key !== 'name');
  if (sources.length === 0) volume.emptyDir = {};
  for (const source of [volume.secret, volume.configMap, volume.downwardAPI, volume.projected]) {
    if (source) setDefault(source, 'defaultMode', 420);
  }
  for (const { downwardAPI, serviceAccountToken } of volume.projected?.sources ?? []) {
    if (serviceAccountToken) setDefault(serviceAccountToken, 'expirationSeconds', 3600);
    for (const { fieldRef } of downwardAPI?.items ?? []) if (fieldRef) setDefault(fieldRef, 'apiVersion', 'v1');
  }
  for (const { fieldRef } of volume.downwardAPI?.items ?? []) if (fieldRef) setDefault(fieldRef, 'apiVersion', 'v1');
  if (volume.hostPath) setDefault(volume.hostPath, 'type', '');
}

export function defaultPodSpec(spec: PodSpec): void {
  setDefault(spec, 'dnsPolicy', 'ClusterFirst');
  setDefault(spec, 'restartPolicy', 'Always');
  setDefault(spec, 'securityContext', {});
  setDefault(spec, 'terminationGracePeriodSeconds', 30);
  setDefault(spec, 'schedulerName', 'default-scheduler');
  for (const container of [...(spec.containers ?? []), ...(spec.initContainers ?? [])]) {
    defaultContainer(container);
  }
  for (const volume of spec.volumes ?? []) defaultVolume(volume);
}

/** A template of a workload. */
export function defaultTemplate(template: PodTemplateSpec | undefined): void {
  if (template?.spec) defaultPodSpec(template.spec);
}

/**
 * For Pods themselves: what is limited and not requested is requested as it is limited. The containers may belong to a
 * stored template, so those that change are replaced.
 */
export function withRequests(containers: readonly Container[]): readonly Container[] {
  const next = containers.map((container) => {
    const { limits, requests } = container.resources ?? {};
    const missing = Object.entries(limits ?? {}).filter(([name]) => requests?.[name] === undefined);
    if (missing.length === 0) return container;
    return {
      ...container,
      resources: { ...container.resources, requests: { ...requests, ...Object.fromEntries(missing) } },
    };
  });
  return next.some((container, index) => container !== containers[index]) ? next : containers;
}
