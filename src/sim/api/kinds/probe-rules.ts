/** Rules of probes and lifecycle hooks. Upstream: pkg/apis/core/validation/validation.go (validateProbe, validateHandler). */
import type { Container, Lifecycle, PodSpec, Probe } from 'kubernetes-types/core/v1';
import { notNegative, oneOf, portErrors } from '../rules.ts';
import { fieldForbidden, fieldInvalid, fieldRequired, type FieldError } from '../status.ts';

const HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'] as const;
const HEADER_NAME = /^[-A-Za-z0-9]+$/;
const HEADER_TEXT =
  "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')";

type Handler = Pick<Probe, 'exec' | 'httpGet' | 'tcpSocket' | 'grpc'> & {
  readonly sleep?: { readonly seconds?: number };
};

/** The first handler is judged, each further one is too many. */
function validateHandler(handler: Handler, path: string, graceSeconds?: number): readonly FieldError[] {
  const [first, ...others] = HANDLERS.filter((name) => handler[name]);
  if (!first) return [fieldRequired(path, 'must specify a handler type')];
  return [
    ...validateOne(handler, first, `${path}.${first}`, graceSeconds),
    ...others.map((name) => fieldForbidden(`${path}.${name}`, 'may not specify more than 1 handler type')),
  ];
}

function validateOne(
  { exec, httpGet, tcpSocket, grpc, sleep }: Handler,
  kind: (typeof HANDLERS)[number],
  field: string,
  graceSeconds: number | undefined,
): readonly FieldError[] {
  switch (kind) {
    case 'exec':
      return (exec?.command ?? []).length === 0 ? [fieldRequired(`${field}.command`)] : [];
    case 'httpGet':
      return [
        ...(httpGet?.path ? [] : [fieldRequired(`${field}.path`)]),
        ...portErrors(`${field}.port`, httpGet?.port),
        ...oneOf(`${field}.scheme`, httpGet?.scheme, ['HTTP', 'HTTPS']),
        ...(httpGet?.httpHeaders ?? []).flatMap(({ name = '' }) =>
          HEADER_NAME.test(name) ? [] : [fieldInvalid(`${field}.httpHeaders`, name, HEADER_TEXT)],
        ),
      ];
    case 'tcpSocket':
      return portErrors(`${field}.port`, tcpSocket?.port);
    case 'grpc':
      return portErrors(`${field}.port`, grpc?.port);
    case 'sleep': {
      const seconds = sleep?.seconds ?? 0;
      if (graceSeconds === undefined || (seconds >= 0 && seconds <= graceSeconds)) return [];
      const text = `must be non-negative and less than terminationGracePeriodSeconds (${graceSeconds})`;
      return [fieldInvalid(field, seconds, text)];
    }
  }
}

export function validateLifecycle(
  lifecycle: Lifecycle | undefined,
  spec: PodSpec,
  path: string,
): readonly FieldError[] {
  const { postStart, preStop, stopSignal } = (lifecycle ?? {}) as Lifecycle & { stopSignal?: string };
  const os = (spec as { os?: { name?: string } }).os?.name;
  return [
    ...(postStart ? validateHandler(postStart, `${path}.postStart`, spec.terminationGracePeriodSeconds) : []),
    ...(preStop ? validateHandler(preStop, `${path}.preStop`, spec.terminationGracePeriodSeconds) : []),
    ...(stopSignal && !os
      ? [fieldForbidden(`${path}.stopSignal`, 'may not be set for containers with empty `spec.os.name`')]
      : []),
  ];
}

export function validateProbes(container: Container, path: string): readonly FieldError[] {
  const { livenessProbe, readinessProbe, startupProbe } = container;
  return [
    ...validateProbe(livenessProbe, `${path}.livenessProbe`, true),
    ...validateProbe(readinessProbe, `${path}.readinessProbe`, false),
    ...validateProbe(startupProbe, `${path}.startupProbe`, true),
  ];
}

function validateProbe(probe: Probe | undefined, path: string, mustSucceedOnce: boolean): readonly FieldError[] {
  if (!probe) return [];
  const errors = [...validateHandler(probe, path)];
  const counts = ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'];
  for (const field of counts as readonly (keyof Probe)[]) {
    errors.push(...notNegative(`${path}.${field}`, probe[field] as number | undefined));
  }
  const grace = probe.terminationGracePeriodSeconds;
  if (grace !== undefined && grace <= 0) {
    errors.push(fieldInvalid(`${path}.terminationGracePeriodSeconds`, grace, 'must be greater than 0'));
  }
  if (mustSucceedOnce && (probe.successThreshold ?? 1) !== 1) {
    errors.push(fieldInvalid(`${path}.successThreshold`, probe.successThreshold, 'must be 1'));
  }
  if (!mustSucceedOnce && grace !== undefined) {
    const text = 'must not be set for readinessProbes';
    errors.push(fieldInvalid(`${path}.terminationGracePeriodSeconds`, grace, text));
  }
  return errors;
}
