/** Scale-set instances: made, booted, and then a node's kubelet starts on each. */
import { setup } from 'xstate';
import { FlatMachine, type Component, type Kernel } from '../kernel/index.ts';
import type { MachineSpec } from '../kubelet/index.ts';

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

export class ScaleSets implements Component {
  readonly id = 'azure';
  private states = new Map<string, { readonly state: number; readonly since: number }>();

  constructor(
    private readonly kernel: Kernel,
    private readonly machines: readonly MachineSpec[],
    /** Starts the programs of a node that has booted. */
    private readonly bootNode: (machine: MachineSpec) => void,
  ) {}

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

  start(): void {
    const stream = this.kernel.stream('azure/boot');
    for (const { nodeName } of this.machines) {
      this.states.set(nodeName, { state: life.start().state, since: this.kernel.turn.cursor });
      this.kernel.schedule(CREATE_MS + stream.below(1_000), this.id, 'PROVISIONED', nodeName);
    }
  }

  handle(action: string, payload: unknown): void {
    const name = payload as string;
    const machine = this.kernel.assertFound(
      this.machines.find(({ nodeName }) => nodeName === name),
      `no machine ${name}`,
    );
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

  save(): unknown {
    return new Map(this.states);
  }

  load(state: unknown): void {
    this.states = new Map(state as Map<string, { state: number; since: number }>);
  }
}
