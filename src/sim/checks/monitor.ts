/**
 * Watches a world: after every step what may never happen, and on demand whether what should be is. It reads, and changes
 * nothing. A world that is rewound needs a monitor of its own.
 */
import type { Stored } from '../api/object.ts';
import { subjectOf, type CheckedWorld, type StoredChange, type Violation } from './check.ts';
import {
  checkBudgets,
  checkCaches,
  checkEndpoints,
  checkNodes,
  checkOwners,
  checkPods,
  checkQuotas,
  checkVolumes,
} from './cluster.ts';
import { checkWrite } from './history.ts';
import { Holdings } from './holdings.ts';
import {
  checkDaemonSets,
  checkDeployments,
  checkJobs,
  checkSets,
  checkStatefulSets,
  podsByOwner,
} from './workloads.ts';

/** Endpoints of a slice at most, as upstream makes them. */
const ENDPOINTS_PER_SLICE = 100;

export class InvariantMonitor {
  private readonly holdings: Holdings;
  private readonly last = new Map<string, Stored>();
  private revision: number;
  private seq: number;

  /** Takes the world as it is; `found` holds what is wrong with it already. */
  readonly found: readonly Violation[];

  constructor(private readonly world: CheckedWorld) {
    this.holdings = new Holdings((resource, namespace, name) => world.find(resource, namespace, name));
    this.revision = world.revision;
    this.seq = world.kernel.trace.length;
    this.found = [...world.objects()].flatMap((entry) => this.take({ ...entry, isDeleted: false }));
  }

  /** What broke since the last call. Cheap when nothing was written. */
  afterStep(): readonly Violation[] {
    const violations = this.checkTrace();
    if (this.world.revision === this.revision) return violations;
    const changes = this.world.changesSince(this.revision);
    this.revision = this.world.revision;
    if (!changes) {
      violations.push({
        check: 'changes-are-kept',
        subject: 'etcd',
        message: 'changes were compacted before they were read',
      });
      return violations;
    }
    for (const change of changes) violations.push(...this.take(change));
    return violations;
  }

  private take(change: StoredChange): Violation[] {
    const subject = subjectOf(change.resource, change.object);
    const violations = [...checkWrite(change, this.last.get(subject)), ...this.holdings.take(change)];
    if (change.isDeleted) this.last.delete(subject);
    else this.last.set(subject, change.object);
    const { endpoints } = change.object as Stored & { endpoints?: readonly unknown[] };
    if (change.resource === 'endpointslices.discovery.k8s.io' && (endpoints?.length ?? 0) > ENDPOINTS_PER_SLICE) {
      violations.push({ check: 'slices-are-small', subject, message: `${endpoints!.length} endpoints in one slice` });
    }
    return violations;
  }

  /** Every event has a cause before it, and belongs to the time that has been reached. */
  private checkTrace(): Violation[] {
    const { trace } = this.world.kernel;
    const violations: Violation[] = [];
    for (let seq = Math.max(this.seq + 1, trace.start); seq <= trace.length; seq += 1) {
      const event = trace.at(seq)!;
      if (event.cause < 0 || event.cause >= seq) {
        violations.push({
          check: 'causes-come-first',
          subject: event.component,
          message: `event ${seq} names ${event.cause}`,
        });
      }
      if (event.time < 0 || !Number.isInteger(event.time)) {
        violations.push({
          check: 'time-is-whole',
          subject: event.component,
          message: `event ${seq} is at ${event.time} ms`,
        });
      }
    }
    this.seq = trace.length;
    return violations;
  }
}

/** What a world at rest would have reached and this one has not (yet). Empty: desired equals observed. */
export function unsettled(world: CheckedWorld): readonly Violation[] {
  const pods = podsByOwner(world);
  return [
    ...checkNodes(world),
    ...checkPods(world),
    ...checkDeployments(world, pods),
    ...checkSets(world, pods),
    ...checkStatefulSets(world, pods),
    ...checkDaemonSets(world, pods),
    ...checkJobs(world, pods),
    ...checkEndpoints(world),
    ...checkBudgets(world),
    ...checkQuotas(world),
    ...checkVolumes(world),
    ...checkOwners(world),
    ...checkCaches(world),
  ];
}
