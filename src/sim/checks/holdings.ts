/**
 * Things that only one object may hold at a time: uids, pod addresses, pod ranges, cluster addresses, node ports, claims of
 * a volume, disks on a node; and the room of a node, which nobody may overdraw. Kept up change by change.
 */
import type { Node, PersistentVolume, PersistentVolumeClaim, Pod, Service } from 'kubernetes-types/core/v1';
import type { VolumeAttachment } from 'kubernetes-types/storage/v1';
import { milliValue, wholeValue } from '../api/quantity.ts';
import type { Stored } from '../api/object.ts';
import { podRequests } from '../scheduler/requests.ts';
import type { CheckName } from './names.ts';
import { isOver, subjectOf, type CheckedWorld, type StoredChange, type Violation } from './check.ts';

/** `check|what`: what only one may have. */
type HeldKey = `${CheckName}|${string}`;

interface Held {
  readonly keys: readonly HeldKey[];
}

interface Room {
  cpuMillis: number;
  memoryBytes: number;
  pods: number;
}

const NOTHING: Held = { keys: [] };

export class Holdings {
  constructor(private readonly find: CheckedWorld['find']) {}

  private readonly held = new Map<string, Held>();
  private readonly holders = new Map<string, Set<string>>();
  private readonly placed = new Map<string, { readonly node: string; readonly room: Room }>();
  private readonly used = new Map<string, Room>();
  private readonly offered = new Map<string, Room>();

  /** Takes a change in and says what it broke. */
  take({ resource, object, isDeleted }: StoredChange): Violation[] {
    const subject = subjectOf(resource, object);
    const next: Held = isDeleted
      ? NOTHING
      : { keys: [`unique-uids|${object.metadata.uid}`, ...this.keysOf(resource, object)] };
    const violations = this.hold(subject, next);
    if (resource === 'nodes') this.offer(object as Stored<Node>, isDeleted);
    if (resource === 'pods') violations.push(...this.place(subject, object as Stored<Pod>, isDeleted));
    return violations;
  }

  private hold(subject: string, next: Held): Violation[] {
    for (const key of this.held.get(subject)?.keys ?? []) {
      const holders = this.holders.get(key);
      holders?.delete(subject);
      if (holders?.size === 0) this.holders.delete(key);
    }
    if (next.keys.length === 0) this.held.delete(subject);
    else this.held.set(subject, next);
    const violations: Violation[] = [];
    for (const key of next.keys) {
      const holders = this.holders.get(key) ?? new Set();
      const other = holders.values().next().value;
      if (other !== undefined) {
        const at = key.indexOf('|');
        const check = key.slice(0, at) as CheckName;
        violations.push({ check, subject, message: `${key.slice(at + 1)} is held by ${other} too` });
      }
      holders.add(subject);
      this.holders.set(key, holders);
    }
    return violations;
  }

  private offer({ metadata, status }: Stored<Node>, isDeleted: boolean): void {
    if (isDeleted) return void this.offered.delete(metadata.name);
    const { cpu, memory, pods } = (status?.allocatable ?? {}) as Record<string, string>;
    this.offered.set(metadata.name, {
      cpuMillis: milliValue(cpu),
      memoryBytes: wholeValue(memory),
      pods: wholeValue(pods),
    });
  }

  private place(subject: string, pod: Stored<Pod>, isDeleted: boolean): Violation[] {
    const before = this.placed.get(subject);
    if (before) this.add(before.node, before.room, -1);
    this.placed.delete(subject);
    const node = pod.spec?.nodeName;
    // Whoever names the node himself goes past the scheduler: until the kubelet has admitted the pod, nothing is promised.
    if (isDeleted || !node || pod.status?.phase !== 'Running') return [];
    const { requests } = podRequests(pod);
    const room = { cpuMillis: requests.cpu, memoryBytes: requests.memory, pods: 1 };
    this.placed.set(subject, { node, room });
    const used = this.add(node, room, 1);
    const offered = this.offered.get(node);
    if (!offered) return [];
    return (['cpuMillis', 'memoryBytes', 'pods'] as const)
      .filter((name) => room[name] > 0 && used[name] > offered[name])
      .map((name) => ({
        check: 'node-room',
        subject,
        message: `running pods of ${node} hold ${name} ${used[name]} of ${offered[name]}`,
      }));
  }

  private add(node: string, room: Room, sign: 1 | -1): Room {
    const used = this.used.get(node) ?? { cpuMillis: 0, memoryBytes: 0, pods: 0 };
    for (const name of ['cpuMillis', 'memoryBytes', 'pods'] as const) used[name] += sign * room[name];
    this.used.set(node, used);
    return used;
  }

  private keysOf(resource: string, object: Stored): readonly HeldKey[] {
    switch (resource) {
      case 'pods':
        return podKeys(object as Stored<Pod>);
      case 'nodes':
        return ((object as Stored<Node>).spec?.podCIDRs ?? []).map((range): HeldKey => `unique-pod-ranges|${range}`);
      case 'services':
        return serviceKeys(object as Stored<Service>);
      case 'persistentvolumeclaims': {
        const volume = (object as Stored<PersistentVolumeClaim>).spec?.volumeName;
        return volume ? [`one-claim-a-volume|${volume}`] : [];
      }
      case 'volumeattachments.storage.k8s.io': {
        const { spec, status } = object as Stored<VolumeAttachment>;
        const volume = spec.source.persistentVolumeName;
        return status?.attached && volume && this.isForOneNode(volume) ? [`one-node-a-disk|${volume}`] : [];
      }
      default:
        return [];
    }
  }

  private isForOneNode(name: string): boolean {
    const volume = this.find('persistentvolumes', undefined, name) as Stored<PersistentVolume> | undefined;
    return volume?.spec?.accessModes?.every((mode) => mode.startsWith('ReadWriteOnce')) ?? false;
  }
}

function podKeys(pod: Stored<Pod>): readonly HeldKey[] {
  const { spec, status } = pod;
  return status?.podIP && !spec?.hostNetwork && !isOver(pod) ? [`unique-pod-addresses|${status.podIP}`] : [];
}

function serviceKeys({ spec }: Stored<Service>): readonly HeldKey[] {
  const addresses = (spec?.clusterIPs ?? []).filter((address) => address && address !== 'None');
  const ports = (spec?.ports ?? []).filter(({ nodePort }) => nodePort);
  return [
    ...addresses.map((address): HeldKey => `unique-cluster-addresses|${address}`),
    ...ports.map(({ nodePort, protocol }): HeldKey => `unique-node-ports|${nodePort}/${protocol ?? 'TCP'}`),
  ];
}
