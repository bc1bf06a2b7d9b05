/**
 * Scale-set instances: made, booted, and then a node's kubelet starts on each. A pool can grow while the cluster runs
 * (`az aks nodepool scale`); taking instances away is left out.
 */
import { setup } from 'xstate';
import { FlatMachine, type Component, type Kernel } from '../kernel/index.ts';
import type { MachineSpec } from '../kubelet/index.ts';
import type { WorldOptions } from '../options.ts';
import { grownMachine, machineSpecs } from './machines.ts';

export const machineMachine = setup({
  types: { events: {} as { type: 'PROVISIONED' | 'BOOTED' } },
}).createMachine({
  id: 'scale-set-instance',
  initial: 'creating',
  states: {
    creating: { description: 'Azure allocates the virtual machine.', on: { PROVISIONED: 'booting' } },
    booting: {
      description: 'The operating system starts; the node image brings kubelet and containerd.',
      on: { BOOTED: 'running' },
    },
    running: { description: 'The kubelet runs and registers the node.' },
  },
});

const life = new FlatMachine(machineMachine);
const CREATE_MS = 1_000;
const BOOT_MS = 2_000;

interface ScaleSetState {
  readonly instances: ReadonlyMap<string, { readonly state: number; readonly since: number }>;
  /** Instances of pools that have grown, by pool. */
  readonly counts: ReadonlyMap<string, number>;
}

export class ScaleSets implements Component {
  readonly id = 'azure';
  private states = new Map<string, { readonly state: number; readonly since: number }>();
  private counts = new Map<string, number>();
  private machines = new Map<string, MachineSpec>();

  constructor(
    private readonly kernel: Kernel,
    private readonly options: WorldOptions,
    /** Starts the programs of a node that has booted. */
    private readonly bootNode: (machine: MachineSpec) => void,
  ) {
    this.listMachines();
  }

  isSerial(): boolean {
    return false;
  }

  lives(): readonly { instance: string; machine: string; state: string; since: number }[] {
    return [...this.states].map(([name, { state, since }]) => ({
      instance: `machine/${name}`,
      machine: life.id,
      state: life.leaves[state]!,
      since,
    }));
  }

  machine(nodeName: string): MachineSpec | undefined {
    return this.machines.get(nodeName);
  }

  nodeNames(): IterableIterator<string> {
    return this.machines.keys();
  }

  /** Instances of a pool; undefined where there is no such pool. */
  countOf(poolName: string): number | undefined {
    return this.counts.get(poolName) ?? this.options.pools.find(({ name }) => name === poolName)?.count;
  }

  start(): void {
    for (const name of this.machines.keys()) this.create(name);
  }

  /** Makes instances until the pool has so many. */
  grow(poolName: string, count: number): void {
    const before = this.kernel.assertFound(this.countOf(poolName), `no pool ${poolName}`);
    for (let index = before; index < count; index += 1) {
      const machine = grownMachine(this.options, poolName, index);
      this.machines.set(machine.nodeName, machine);
      this.create(machine.nodeName);
    }
    this.counts.set(poolName, Math.max(before, count));
  }

  private create(name: string): void {
    this.states.set(name, { state: life.start().state, since: this.kernel.turn.cursor });
    this.kernel.schedule(CREATE_MS + this.kernel.stream('azure/boot').below(1_000), this.id, 'PROVISIONED', name);
  }

  handle(action: string, payload: unknown): void {
    const name = payload as string;
    const machine = this.kernel.assertFound(this.machines.get(name), `no machine ${name}`);
    const moved = life.next(this.states.get(name)!.state, { type: action });
    this.states.set(name, { state: moved.state, since: this.kernel.turn.cursor });
    const object = { resource: 'nodes', kind: 'Node', name };
    this.kernel.emit(
      'transition',
      { machine: life.id, instance: `machine/${name}`, from: moved.from, to: moved.to, on: action },
      { object },
    );
    if (action === 'PROVISIONED') {
      this.kernel.emit('node', { what: 'provisioned' }, { object });
      this.kernel.schedule(BOOT_MS + this.kernel.stream('azure/boot').below(2_000), this.id, 'BOOTED', name);
      return;
    }
    this.kernel.emitCause('node', { what: 'booted' }, { object });
    this.bootNode(machine);
  }

  private listMachines(): void {
    this.machines = new Map(machineSpecs(this.options).map((spec) => [spec.nodeName, spec]));
    for (const [poolName, count] of this.counts) {
      const own = this.options.pools.find(({ name }) => name === poolName)!.count;
      for (let index = own; index < count; index += 1) {
        const spec = grownMachine(this.options, poolName, index);
        this.machines.set(spec.nodeName, spec);
      }
    }
  }

  save(): unknown {
    return { instances: new Map(this.states), counts: new Map(this.counts) } satisfies ScaleSetState;
  }

  load(state: unknown): void {
    const { instances, counts } = state as ScaleSetState;
    this.states = new Map(instances);
    const isSame =
      counts.size === this.counts.size && [...counts].every(([name, count]) => this.counts.get(name) === count);
    this.counts = new Map(counts);
    if (!isSame) this.listMachines();
  }
}
