/**
 * A program that stands for election: replicas take turns in one Lease, which they renew through the API server with the rights
 * of their ServiceAccount. Upstream: client-go/tools/leaderelection. Left out: giving the lease back at the end (ReleaseOnCancel
 * is off by default), so that a successor waits until it has run out.
 */
import type { Lease } from 'kubernetes-types/coordination/v1';
import type { Stored } from '../api/object.ts';
import type { ApiServerPort } from '../apiserver/index.ts';
import { Controller, type Outcome } from '../client/index.ts';
import { FlatMachine, podId, type Kernel, type ShownLife } from '../kernel/index.ts';
import { electionMachine } from './election-machine.ts';
import type { ProcessTable, RunningProcess } from './process.ts';
import { LEADER_FILE } from './value-server.ts';

const LEASE_MS = 15_000;
const RENEW_WITHIN_MS = 10_000;
const RETRY_MS = 2_000;
/** Who does not lead asks after 2 s to 4.4 s, at random. */
const JITTER_MS = 2_400;
const LEASES = 'leases.coordination.k8s.io';

interface Own {
  readonly podUid: string;
  readonly container: string;
  readonly serviceAccount: string;
  readonly state: number;
  readonly since: number;
  /** The lease as it was seen last to change, and when: only the own clock counts. */
  readonly seen: { readonly holder: string; readonly renewTime: string; readonly at: number };
  readonly renewedAt: number;
  readonly lastError: string;
}

const life = new FlatMachine(electionMachine);
const UNSEEN = { holder: '', renewTime: '', at: 0 };

/** The program's credentials; they become known with its pod, after the client that uses them. */
interface Identity {
  name: string;
  groups: string[];
}

export class Elector extends Controller {
  private readonly identity: Identity;
  private own: Own = {
    podUid: '',
    container: '',
    serviceAccount: '',
    state: life.start().state,
    since: 0,
    seen: UNSEEN,
    renewedAt: 0,
    lastError: '',
  };

  constructor(
    kernel: Kernel,
    api: ApiServerPort,
    private readonly processes: ProcessTable,
    private readonly candidate: { readonly namespace: string; readonly pod: string },
  ) {
    const { namespace, pod } = candidate;
    const identity: Identity = { name: '', groups: [] };
    super(kernel, api, { id: podId(namespace, pod), reporter: pod, user: identity, isForeign: true });
    this.identity = identity;
  }

  /** The container that it speaks for, and the ServiceAccount of its pod. */
  begin({ podUid, container }: RunningProcess, serviceAccount: string): void {
    this.own = { ...this.own, podUid, container, serviceAccount };
    this.identify();
  }

  private identify(): void {
    const { namespace } = this.candidate;
    this.identity.name = `system:serviceaccount:${namespace}:${this.own.serviceAccount}`;
    this.identity.groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'];
  }

  lives(): readonly ShownLife[] {
    const { state, since } = this.own;
    return [{ instance: this.id, machine: life.id, state: life.leaves[state]!, since }];
  }

  private get process(): RunningProcess | undefined {
    return this.processes.get(this.own.podUid, this.own.container);
  }

  /** Host name and a unique id, as is the custom: a new pod of the same name is somebody else. */
  private get holder(): string {
    return `${this.candidate.pod}_${this.own.podUid}`;
  }

  private get isLeading(): boolean {
    return life.leaves[this.own.state] === 'leading';
  }

  protected override start(): void {
    super.start();
    this.log(`attempting to acquire leader lease ${this.leaseName}...`);
    this.kernel.schedule(RETRY_MS, this.id, 'elect', this.process?.containerId, true);
  }

  protected reconcile(): Outcome {
    return undefined;
  }

  private get leaseName(): string {
    return `${this.candidate.namespace}/${this.process?.behaviour.election?.lease ?? ''}`;
  }

  /** A task of a container that has been replaced is void. */
  protected override handleOther(action: string, containerId: unknown): void {
    this.kernel.assert(action === 'elect', `${this.id} has no action ${action}`);
    const { process } = this;
    if (!process?.behaviour.election || process.containerId !== containerId) return;
    this.elect(process.behaviour.election.lease);
    const delayMs = this.isLeading ? RETRY_MS : RETRY_MS + this.kernel.stream('workloads/election').below(JITTER_MS);
    this.kernel.schedule(delayMs, this.id, 'elect', containerId, true);
  }

  private elect(name: string): void {
    const { namespace } = this.candidate;
    const found = this.client.get(LEASES, namespace, name);
    if (!found.ok && found.status.reason !== 'NotFound') return this.failed('retrieving', found.status.message ?? '');
    const lease = found.ok ? found.object : undefined;
    if (lease) this.look(lease);
    if (lease && !this.isFree(lease)) return;
    this.take(name, lease);
  }

  private look(lease: Stored<Lease>): void {
    const { holderIdentity = '', renewTime } = lease.spec ?? {};
    const { seen } = this.own;
    const renewed = String(renewTime ?? '');
    if (seen.holder === holderIdentity && seen.renewTime === renewed) return;
    this.own = { ...this.own, seen: { holder: holderIdentity, renewTime: renewed, at: this.kernel.turn.cursor } };
    if (seen.holder !== holderIdentity) this.leads(holderIdentity);
  }

  private isFree({ spec }: Stored<Lease>): boolean {
    const holder = spec?.holderIdentity ?? '';
    const isOver = this.kernel.turn.cursor >= this.own.seen.at + (spec?.leaseDurationSeconds ?? 0) * 1000;
    return holder === '' || holder === this.holder || isOver;
  }

  private take(name: string, before: Stored<Lease> | undefined): void {
    const { namespace } = this.candidate;
    const now = this.kernel.formatMicroTime();
    const isOwn = before?.spec?.holderIdentity === this.holder;
    const spec = {
      holderIdentity: this.holder,
      leaseDurationSeconds: LEASE_MS / 1000,
      acquireTime: (isOwn ? before.spec?.acquireTime : undefined) ?? now,
      renewTime: now,
      leaseTransitions: before ? (before.spec?.leaseTransitions ?? 0) + (isOwn ? 0 : 1) : 0,
    };
    const metadata = before?.metadata ?? { name, namespace };
    const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec } as unknown as Lease;
    const written = before ? this.client.update(LEASES, lease) : this.client.create(LEASES, lease);
    if (!written.ok) return this.failed(before ? 'updating' : 'initially creating', written.status.message ?? '');
    this.own = {
      ...this.own,
      renewedAt: this.kernel.turn.cursor,
      lastError: '',
      seen: {
        holder: this.holder,
        renewTime: String(written.object.spec?.renewTime ?? ''),
        at: this.kernel.turn.cursor,
      },
    };
    if (this.isLeading) return;
    this.log(`successfully acquired lease ${this.leaseName}`);
    this.move('ACQUIRED');
    this.leads(this.holder);
    this.recorder.record(LEASES, written.object, 'Normal', 'LeaderElection', `${this.holder} became leader`);
  }

  /** Says it once; a leader that cannot renew for ten seconds no longer leads. */
  private failed(what: string, message: string): void {
    const text = `error ${what} resource lock ${this.leaseName}: ${message}`;
    if (text !== this.own.lastError) this.log(text);
    this.own = { ...this.own, lastError: text };
    if (!this.isLeading || this.kernel.turn.cursor - this.own.renewedAt < RENEW_WITHIN_MS) return;
    this.log(`failed to renew lease ${this.leaseName}: context deadline exceeded`);
    this.move('LOST');
    this.own = { ...this.own, seen: UNSEEN };
    this.leads('');
  }

  /** Takes note of who leads, where the program looks for it. */
  private leads(holder: string): void {
    const { process } = this;
    if (!process) return;
    if (this.isLeading && holder !== this.holder) this.move('LOST');
    if (holder !== '') this.log(`new leader elected: ${holder}`);
    const name = holder.replace(/_[^_]*$/, '');
    // A pod that was of this one's name holds it still: nobody leads until that has run out.
    const isGone = holder === '' || (name === this.candidate.pod && holder !== this.holder);
    this.processes.writeFile(process, LEADER_FILE, isGone ? '' : `${name}\n`);
  }

  private move(type: 'ACQUIRED' | 'LOST'): void {
    const moved = life.next(this.own.state, { type });
    if (!moved.isChanged) return;
    this.own = { ...this.own, state: moved.state, since: this.kernel.turn.cursor };
    const { from, to } = moved;
    this.kernel.emit('transition', { machine: life.id, instance: this.id, from, to, on: type });
  }

  private log(text: string): void {
    const { process } = this;
    if (process) this.processes.write(process, 'stderr', `${text}\n`);
  }

  protected override saveOwn(): unknown {
    return this.own;
  }

  protected override loadOwn(own: unknown): void {
    this.own = own as Own;
    this.identify();
  }
}
