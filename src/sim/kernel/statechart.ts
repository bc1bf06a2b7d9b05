/**
 * Statecharts. Every life is an XState v5 definition (`setup().createMachine()`); here it is run without XState's clock
 * or actors. Two runners over the same definition:
 *
 * - `Statechart`: XState's own pure functions, for the few long-lived components.
 * - `FlatMachine`: the definition compiled once into a table of leaf states, for lives that are numerous (pods,
 *   containers). A property test holds both to the same answers.
 *
 * A definition that is to be flattened has no parallel or history states and no `assign`: its facts are handed to the
 * guards with each event, and its context stays empty. Actions are names; who runs the machine carries them out.
 */
import {
  initialTransition,
  transition,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type AnyStateNode,
} from 'xstate';

/** An event of a life, with the facts that guards and actions look at. */
export interface LifeEvent {
  readonly type: string;
  readonly [fact: string]: unknown;
}

export interface Delayed {
  /** Name of the delay in the definition (`after: { NAME: ... }`), or its milliseconds. */
  readonly delay: string;
  /** Event to send when it has passed, if the state has not been left. */
  readonly event: string;
}

export interface Moved {
  /** Dotted path of the leaf, as the inspector draws it: `waiting.backOff`. */
  readonly from: string;
  readonly to: string;
  readonly isChanged: boolean;
  /** True when the state was entered anew, also from itself: delays of the former stay are void. */
  readonly isEntered: boolean;
  readonly actions: readonly string[];
  readonly delays: readonly Delayed[];
}

interface Candidate {
  readonly guard: ((args: { context: object; event: LifeEvent }) => boolean) | undefined;
  /** Index of the leaf; the current one for a transition without a target. */
  readonly target: number;
  readonly isEntered: boolean;
  readonly actions: readonly string[];
}

export const leafPath = (value: unknown): string => {
  if (typeof value === 'string') return value;
  const [[key, inner] = ['', '']] = Object.entries(value as Record<string, unknown>);
  const rest = leafPath(inner);
  return rest ? `${key}.${rest}` : key;
};

const actionName = (action: unknown): string =>
  typeof action === 'string' ? action : ((action as { type?: string }).type ?? '');
/** XState turns `after` into raise and cancel actions; the table keeps delays apart. */
const isOwnAction = (action: unknown): boolean => {
  const name = actionName(action);
  return name !== '' && !name.startsWith('xstate.');
};

export class FlatMachine {
  readonly id: string;
  readonly leaves: readonly string[];
  private readonly table: ReadonlyArray<ReadonlyMap<string, readonly Candidate[]>>;
  private readonly always: ReadonlyArray<readonly Candidate[]>;
  private readonly delays: ReadonlyArray<readonly Delayed[]>;
  private readonly indexOf = new Map<AnyStateNode, number>();
  private readonly indexOfPath = new Map<string, number>();

  constructor(readonly machine: AnyStateMachine) {
    this.id = machine.id;
    const nodes: AnyStateNode[] = [];
    collectLeaves(machine.root, nodes);
    this.leaves = nodes.map((node) => node.path.join('.'));
    nodes.forEach((node, index) => {
      this.indexOf.set(node, index);
      this.indexOfPath.set(this.leaves[index]!, index);
    });
    this.table = nodes.map((node) => this.compileEvents(node));
    this.always = nodes.map((node) =>
      ancestors(node).flatMap((owner) => (owner.always ?? []).map((found) => this.compile(node, found))),
    );
    this.delays = nodes.map((node) =>
      ancestors(node).flatMap((owner) =>
        owner.after.map((found) => ({ delay: String(found.delay), event: found.eventType })),
      ),
    );
  }

  get events(): readonly string[] {
    return this.machine.events as readonly string[];
  }

  /** Index of a leaf by its dotted path; throws on a name that the definition does not have. */
  leaf(path: string): number {
    const index = this.indexOfPath.get(path);
    if (index === undefined) throw new Error(`machine ${this.id} has no state ${path}`);
    return index;
  }

  /** The first state, with the entry actions of all it lies in. */
  start(event: LifeEvent = { type: 'xstate.init' }): Moved & { state: number } {
    const node = initialLeaf(this.machine.root);
    const entered = [...ancestors(node)].reverse();
    const state = this.indexOf.get(node)!;
    return this.settle(
      '',
      state,
      entered.flatMap((item) => item.entry.filter(isOwnAction).map(actionName)),
      event,
      true,
    );
  }

  /** What `event` does in `state`. Without a transition for it, nothing: `isChanged` and `isEntered` are false. */
  next(state: number, event: LifeEvent): Moved & { state: number } {
    const from = this.leaves[state]!;
    const taken = this.table[state]!.get(event.type)?.find((candidate) => allows(candidate, event));
    if (!taken) return { state, from, to: from, isChanged: false, isEntered: false, actions: [], delays: [] };
    return this.settle(from, taken.target, taken.actions, event, taken.isEntered);
  }

  private settle(
    from: string,
    target: number,
    actions: readonly string[],
    event: LifeEvent,
    isEntered: boolean,
  ): Moved & { state: number } {
    let state = target;
    const all = [...actions];
    let entered = isEntered;
    for (let round = 0; round < 100; round += 1) {
      const taken = this.always[state]!.find((candidate) => allows(candidate, event));
      if (!taken) break;
      all.push(...taken.actions);
      entered ||= taken.isEntered;
      state = taken.target;
    }
    const to = this.leaves[state]!;
    return {
      state,
      from,
      to,
      isChanged: from !== to,
      isEntered: entered,
      actions: all,
      delays: entered ? this.delays[state]! : [],
    };
  }

  private compileEvents(node: AnyStateNode): ReadonlyMap<string, readonly Candidate[]> {
    const events = new Map<string, Candidate[]>();
    // The innermost state that has an enabled transition wins, so outer candidates follow inner ones.
    for (const owner of ancestors(node)) {
      for (const [type, found] of owner.transitions) {
        const candidates = events.get(type) ?? [];
        candidates.push(...found.map((definition) => this.compile(node, definition)));
        events.set(type, candidates);
      }
    }
    return events;
  }

  private compile(
    leaf: AnyStateNode,
    definition: AnyStateNode['transitions'] extends Map<string, (infer D)[]> ? D : never,
  ): Candidate {
    const own = (definition.actions as readonly unknown[]).filter(isOwnAction).map(actionName);
    const guard = this.resolveGuard(definition.guard);
    const wanted = definition.target?.[0] as AnyStateNode | undefined;
    if (!wanted) return { guard, target: this.indexOf.get(leaf)!, isEntered: false, actions: own };
    const targetLeaf = initialLeaf(wanted);
    const domain = transitionDomain(definition.source as AnyStateNode, wanted, definition.reenter);
    const exits = ancestors(leaf).filter((node) => isBelow(node, domain));
    const entries = ancestors(targetLeaf)
      .filter((node) => isBelow(node, domain))
      .reverse();
    return {
      guard,
      target: this.indexOf.get(targetLeaf)!,
      isEntered: true,
      actions: [
        ...exits.flatMap((node) => node.exit.filter(isOwnAction).map(actionName)),
        ...own,
        ...entries.flatMap((node) => node.entry.filter(isOwnAction).map(actionName)),
      ],
    };
  }

  private resolveGuard(guard: unknown): Candidate['guard'] {
    if (guard === undefined) return undefined;
    if (typeof guard === 'function') return guard as Candidate['guard'];
    const name = typeof guard === 'string' ? guard : (guard as { type: string }).type;
    const found = (this.machine.implementations.guards as Record<string, Candidate['guard']>)[name];
    if (!found) throw new Error(`machine ${this.id} has no guard ${name}`);
    return found;
  }
}

const NO_CONTEXT = {};

function allows(candidate: Candidate, event: LifeEvent): boolean {
  return candidate.guard === undefined || candidate.guard({ context: NO_CONTEXT, event });
}

function collectLeaves(node: AnyStateNode, into: AnyStateNode[]): void {
  if (node.type === 'parallel' || node.type === 'history') {
    throw new Error(`machine ${node.machine.id}: a ${node.type} state cannot be flattened`);
  }
  const children = Object.values(node.states) as AnyStateNode[];
  if (children.length === 0) into.push(node);
  for (const child of children) collectLeaves(child, into);
}

function initialLeaf(node: AnyStateNode): AnyStateNode {
  let leaf = node;
  while (leaf.type === 'compound') leaf = leaf.initial.target[0] as AnyStateNode;
  return leaf;
}

/** The node itself and all it lies in, innermost first. */
function ancestors(node: AnyStateNode): readonly AnyStateNode[] {
  const found: AnyStateNode[] = [];
  for (let item: AnyStateNode | undefined = node; item; item = item.parent) found.push(item);
  return found;
}

function isBelow(node: AnyStateNode, domain: AnyStateNode | undefined): boolean {
  if (!domain) return true;
  for (let item = node.parent; item; item = item.parent) if (item === domain) return true;
  return false;
}

/** SCXML: the state inside which a transition happens; what lies below it is left and entered. */
function transitionDomain(source: AnyStateNode, target: AnyStateNode, reenter: boolean): AnyStateNode | undefined {
  if (!reenter && (source === target || isBelow(target, source))) return source;
  const outer = ancestors(source).slice(1);
  return outer.find((node) => isBelow(target, node)) ?? (reenter ? undefined : source.machine.root);
}

/** A component's life by XState's pure functions. State is a snapshot's value and context, plain data. */
export class Statechart {
  private snapshot: AnyMachineSnapshot;

  constructor(readonly machine: AnyStateMachine) {
    [this.snapshot] = initialTransition(machine) as [AnyMachineSnapshot, unknown];
  }

  get value(): string {
    return leafPath(this.snapshot.value);
  }

  get context(): unknown {
    return this.snapshot.context;
  }

  /** Sends an event; returns where it went and the names of the actions to carry out. */
  send(event: LifeEvent): { from: string; to: string; isChanged: boolean; actions: readonly string[] } {
    const from = this.value;
    const [snapshot, actions] = transition(this.machine, this.snapshot, event) as [AnyMachineSnapshot, unknown[]];
    this.snapshot = snapshot;
    const to = this.value;
    return { from, to, isChanged: from !== to, actions: actions.filter(isOwnAction).map(actionName) };
  }

  save(): { value: unknown; context: unknown } {
    return { value: this.snapshot.value, context: this.snapshot.context };
  }

  load(saved: { value: unknown; context: unknown }): void {
    this.snapshot = this.machine.resolveState(
      saved as Parameters<AnyStateMachine['resolveState']>[0],
    ) as AnyMachineSnapshot;
  }
}

/** A definition as the inspector draws it. */
export interface ChartDescription {
  readonly id: string;
  readonly initial: string;
  readonly states: readonly ChartState[];
  readonly transitions: ReadonlyArray<{ from: string; to: string; on: string; guard?: string }>;
}

export interface ChartState {
  readonly path: string;
  readonly parent?: string;
  readonly isFinal: boolean;
  readonly description?: string;
}

export function describeMachine(machine: AnyStateMachine): ChartDescription {
  const states: ChartState[] = [];
  const transitions: Array<{ from: string; to: string; on: string; guard?: string }> = [];
  const visit = (node: AnyStateNode): void => {
    const path = node.path.join('.');
    if (path) {
      states.push({
        path,
        ...(node.path.length > 1 ? { parent: node.path.slice(0, -1).join('.') } : {}),
        isFinal: node.type === 'final',
        ...(node.description ? { description: node.description } : {}),
      });
    }
    const always = (node.always ?? []).map((definition) => ['', definition] as const);
    const named = [...node.transitions].flatMap(([type, found]) => found.map((item) => [type, item] as const));
    for (const [type, definition] of [...always, ...named]) {
      const target = definition.target?.[0] as AnyStateNode | undefined;
      const guard = definition.guard as { type?: string } | string | undefined;
      const guardName = typeof guard === 'string' ? guard : guard?.type;
      transitions.push({
        from: path,
        to: target ? target.path.join('.') : path,
        on: type.startsWith('xstate.after.') ? `after ${type.split('.')[2] ?? ''}` : type,
        ...(guardName ? { guard: guardName } : {}),
      });
    }
    for (const child of Object.values(node.states) as AnyStateNode[]) visit(child);
  };
  visit(machine.root);
  return { id: machine.id, initial: initialLeaf(machine.root).path.join('.'), states, transitions };
}
