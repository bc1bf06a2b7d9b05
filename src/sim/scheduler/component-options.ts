/**
 * The parts of a configuration that all components have: the connection to the API server, and the election of a leader,
 * which is checked and changes nothing. Upstream: component-base/config/{v1alpha1/defaults.go,validation/validation.go}.
 */
import { parseDuration } from '../api/index.ts';
import { checkFields, int32Of, invalid, objectOf, type FaultSink } from './configuration-faults.ts';

const CONNECTION_FIELDS = new Set(['kubeconfig', 'acceptContentTypes', 'contentType', 'qps', 'burst']);
const ELECTION_FIELDS = new Set([
  ...['leaderElect', 'leaseDuration', 'renewDeadline', 'retryPeriod'],
  ...['resourceLock', 'resourceName', 'resourceNamespace'],
]);

/** Requests a second, and how many at once. Zero is the scheduler's own default; fewer than none is no limit. */
export interface ClientRates {
  readonly qps: number;
  readonly burst: number;
}

export const DEFAULT_RATES: ClientRates = { qps: 50, burst: 100 };

export function ratesOf(value: unknown, sink: FaultSink): ClientRates {
  const path = 'clientConnection';
  const fields = objectOf(value, path, sink) ?? {};
  checkFields(fields, CONNECTION_FIELDS, path, sink);
  const { qps } = fields;
  const isRate = typeof qps === 'number' || qps === undefined || qps === null;
  if (!isRate) sink(`${path}.qps`, invalid(qps, 'a number is expected'));
  const burst = int32Of(fields['burst'], 0, `${path}.burst`, sink);
  if (burst < 0) sink(`${path}.burst`, invalid(burst, 'must be non-negative'));
  return { qps: (isRate && qps) || DEFAULT_RATES.qps, burst: burst || DEFAULT_RATES.burst };
}

/** Durations that are missing or zero have the recommended ones; texts of them as they are printed. */
const ELECTION_DURATIONS = [
  ['leaseDuration', '15s'],
  ['renewDeadline', '10s'],
  ['retryPeriod', '2s'],
] as const;

export function checkElection(value: unknown, sink: FaultSink): void {
  const path = 'leaderElection';
  const fields = objectOf(value, path, sink);
  if (!fields) return;
  checkFields(fields, ELECTION_FIELDS, path, sink);
  const { leaderElect, resourceLock } = fields;
  if (leaderElect === false) return;
  const times = ELECTION_DURATIONS.map(([name, recommended]) => {
    const text = fields[name] ?? recommended;
    const found = typeof text === 'string' ? parseDuration(text) : undefined;
    if (found === undefined) sink(`${path}.${name}`, invalid(text, 'a duration is expected'));
    if (found !== undefined && found < 0)
      sink(`${path}.${name}`, `Invalid value: ${String(text)}: must be greater than zero`);
    return found ? { ms: found, text: String(text) } : { ms: parseDuration(recommended)!, text: recommended };
  });
  const [lease, renewal] = times as [(typeof times)[0], (typeof times)[0]];
  if (lease.ms < renewal.ms)
    sink(`${path}.leaseDuration`, `Invalid value: ${renewal.text}: LeaseDuration must be greater than RenewDeadline`);
  if (resourceLock !== undefined && resourceLock !== '' && resourceLock !== 'leases')
    sink(`${path}.resourceLock`, invalid(resourceLock, 'resourceLock value must be "leases"'));
}
