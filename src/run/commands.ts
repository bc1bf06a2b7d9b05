/** Carries commands out against a world, as a person with kubectl and the cluster's admin certificate would. */
import { faultsOfStatus, parseManifest, type ManifestDocument } from '../manifest/index.ts';
import { clientApply } from '../sim/client/index.ts';
import { kindOf, resourceName } from '../sim/api/index.ts';
import type { Status } from '../sim/api/object.ts';
import { CLIENT, DASHBOARD, PIPELINE } from '../sim/kernel/index.ts';
import { NODE_LIMIT, POOL_NODE_LIMIT } from '../sim/azure/index.ts';
import type { World } from '../sim/world.ts';
import { RunFault } from './fault.ts';
import { recordKey } from './record-key.ts';
import { schedulerConfigurationJson } from './scheduler-configuration.ts';
import { terminalOf } from './terminal.ts';
import type { Command, CommandResult, DocumentResult, Fault, LineRange } from './types.ts';

const TITLE: Record<Command['verb'], (command: Command) => string> = {
  apply: (command) => (command.verb === 'apply' ? `kubectl apply -f ${command.file}${partOf(command)}` : ''),
  delete: (command) => (command.verb === 'delete' ? `kubectl delete -f ${command.file}${partOf(command)}` : ''),
  request: (command) => (command.verb === 'request' ? `${command.method} ${command.path}` : ''),
  traffic: (command) => (command.verb === 'traffic' ? `curl ${command.url}` : ''),
  'stop-traffic': () => 'stop requests',
  release: (command) => (command.verb === 'release' ? `release ${command.name}` : ''),
  terminal: (command) => (command.verb === 'terminal' ? command.line : ''),
  'terminal-key': (command) => (command.verb === 'terminal-key' && command.key === 'interrupt' ? '^C' : '^D'),
  'configure-scheduler': () => 'kube-scheduler --config',
  'scale-pool': (command) =>
    command.verb === 'scale-pool' ? `az aks nodepool scale --name ${command.pool} --node-count ${command.count}` : '',
  fault: (command) => (command.verb === 'fault' ? `${command.action} ${command.component}` : ''),
};

/** A part of a file, as a comment behind the command. */
function partOf({ lines }: { readonly lines?: LineRange }): string {
  return lines ? ` # lines ${lines.from}-${lines.to}` : '';
}

export function titleOf(command: Command): string {
  return TITLE[command.verb](command);
}

/** A command under way. */
export interface Carrying {
  /** Documents of the text, or 1 for any other command. */
  readonly total: number;
  /** Carries out the next part; false when none is left. */
  next(): boolean;
  /** What came of it, and the command that does just as much, should it have been ended early. */
  end(): CommandResult & { readonly command: Command };
}

/** `index` is the command's place in the log: the root of all causes that follow. */
export function beginCommand(world: World, command: Command, index: number): Carrying {
  const { kernel } = world;
  // Read before anything happens: one that is refused leaves no trace.
  const configuration = command.verb === 'configure-scheduler' ? schedulerConfigurationJson(command.text) : '';
  if (command.verb === 'scale-pool') checkPoolSize(world, command);
  if (command.verb === 'fault') assertComponent(world, command.component);
  const root = kernel.emit(
    'command',
    { index, verb: command.verb, title: titleOf(command) },
    { component: clientOf(command), cause: 0 },
  );
  if (command.verb === 'apply' || command.verb === 'delete') return beginText(world, command, root);
  const result = kernel.runTurn(clientOf(command), root, (): CommandResult => {
    switch (command.verb) {
      case 'release':
        return release(world, command);
      case 'request':
        return { response: world.request(command) };
      case 'traffic':
        world.startTraffic(command);
        return {};
      case 'stop-traffic':
        world.stopTraffic();
        return {};
      case 'terminal':
        terminalOf(world).type(command);
        return {};
      case 'terminal-key':
        if (command.key === 'interrupt') terminalOf(world).interrupt();
        else terminalOf(world).endInput();
        return {};
      case 'configure-scheduler':
        world.configureScheduler(configuration);
        return {};
      case 'scale-pool':
        world.growPool(command.pool, command.count);
        return {};
      case 'fault':
        if (command.action === 'stop') world.stopComponent(command.component);
        else world.startComponent(command.component);
        return {};
    }
  });
  return { total: 1, next: () => false, end: () => ({ ...result, command }) };
}

function checkPoolSize(world: World, { pool, count }: Extract<Command, { verb: 'scale-pool' }>): void {
  const now = world.poolCount(pool);
  if (now === undefined) throw new RunFault('pool.unknown', `There is no pool ${pool}.`, { pool });
  if (count < now) {
    const message = `The pool ${pool} has ${now} nodes; making it smaller is not simulated. Drain and delete nodes instead.`;
    throw new RunFault('pool.shrink', message, { pool, now });
  }
  const others = world.options.pools.reduce((sum, { name }) => sum + (name === pool ? 0 : world.poolCount(name)!), 0);
  if (count > POOL_NODE_LIMIT || others + count > NODE_LIMIT) {
    const message = `A pool has at most ${POOL_NODE_LIMIT} nodes, and a cluster ${NODE_LIMIT}; ${pool} asks for ${count}.`;
    throw new RunFault('pool.limit', message, { pool, count, poolLimit: POOL_NODE_LIMIT, limit: NODE_LIMIT });
  }
}

function assertComponent(world: World, id: string): void {
  if (world.hasComponent(id)) return;
  throw new RunFault('fault.unknownComponent', `There is no component ${id} to stop or start.`, { component: id });
}

/** Who acts: kubectl, unless the page's own tables or the pipeline do. */
function clientOf(command: Command): string {
  if (command.verb === 'release') return PIPELINE;
  return command.verb === 'request' && command.client === 'dashboard' ? DASHBOARD : CLIENT;
}

/** A text that cannot be read is not released. */
function release(world: World, command: Command & { readonly verb: 'release' }): CommandResult {
  const { name, timeoutMs, rollsBack, testUrl } = command;
  const { documents, faults } = readText(command);
  if (faults.length > 0) return { faults };
  // A read document can tell more than its data; what the pipeline keeps is saved with the world.
  const data = documents.map(({ object, source }) => ({ object, source }));
  world.pipeline.start({ name, documents: data, timeoutMs, rollsBack, ...(testUrl ? { testUrl } : {}) });
  return {};
}

export function carryOut(world: World, command: Command, index: number): CommandResult {
  const carrying = beginCommand(world, command, index);
  while (carrying.next());
  return carrying.end();
}

/** A read of the API server, on a copy of the world: it leaves no trace, and can be asked of the past. */
export function query(
  world: World,
  question: Omit<Extract<Command, { readonly verb: 'request' }>, 'verb'>,
): NonNullable<CommandResult['response']> {
  const copy = world.fork();
  return copy.kernel.runTurn(CLIENT, 0, () => copy.request(question));
}

type TextCommand = Command & { readonly verb: 'apply' | 'delete' };

type Text = Pick<TextCommand, 'file' | 'text' | 'lines'>;

/** One document a turn: `kubectl` sends the next when it has the answer to the one before. */
function beginText(world: World, command: TextCommand, root: number): Carrying {
  const { documents, faults } = readText(command);
  const results: DocumentResult[] = [];
  return {
    total: documents.length,
    next() {
      const document = documents[results.length];
      if (!document) return false;
      const { kernel } = world;
      kernel.runTurn(CLIENT, root, (turn) => {
        const { source } = document;
        turn.cause = kernel.emit('document', { index: results.length, source }, { cause: root, component: CLIENT });
        results.push(command.verb === 'apply' ? applyDocument(world, document) : deleteDocument(world, document));
      });
      return results.length < documents.length;
    },
    end() {
      if (faults.length > 0) return { faults, command };
      if (results.length === documents.length) return { documents: results, faults, command };
      const lines = { from: command.lines?.from ?? 1, to: results.at(-1)?.source.startLine ?? 1 };
      return { documents: results, faults, cancelledAfter: results.length, command: { ...command, lines } };
    },
  };
}

/** The documents that a command is about. What cannot be read changes nothing, as kubectl reads before it sends. */
function readText({ file, text, lines }: Text): {
  readonly documents: readonly ManifestDocument[];
  readonly faults: readonly Fault[];
} {
  const isIn = (line: number): boolean => !lines || (line >= lines.from && line <= lines.to);
  const parsed = parseManifest(file, text);
  const faults = parsed.faults.filter(({ severity, startLine }) => severity === 'error' && isIn(startLine));
  return {
    documents: faults.length > 0 ? [] : parsed.documents.filter(({ source }) => isIn(source.startLine)),
    faults,
  };
}

function resultOf(document: ManifestDocument, outcome: DocumentResult['outcome'], status?: Status): DocumentResult {
  const { apiVersion = '', kind = '', metadata } = document.object;
  const definition = kindOf(apiVersion, kind);
  const namespace = definition?.isNamespaced ? (metadata?.namespace ?? 'default') : undefined;
  const place = { metadata: { name: metadata?.name ?? '', ...(namespace ? { namespace } : {}) } };
  return {
    source: document.source,
    ...(definition ? { key: recordKey(resourceName(definition), place) } : {}),
    kind,
    ...(metadata?.namespace ? { namespace: metadata.namespace } : {}),
    name: metadata?.name ?? metadata?.generateName ?? '',
    outcome,
    ...(status ? { status, faults: faultsOfStatus(document, status) } : {}),
  };
}

function applyDocument(world: World, document: ManifestDocument): DocumentResult {
  const applied = clientApply(world.personPort, document.object);
  return applied.ok ? resultOf(document, applied.outcome) : resultOf(document, 'error', applied.status);
}

function deleteDocument(world: World, document: ManifestDocument): DocumentResult {
  const { apiVersion = '', kind = '', metadata } = document.object;
  const definition = kindOf(apiVersion, kind);
  if (!definition) return resultOf(document, 'error');
  const answer = world.personPort.handle({
    verb: 'delete',
    resource: resourceName(definition),
    ...(definition.isNamespaced ? { namespace: metadata?.namespace ?? 'default' } : {}),
    name: metadata?.name ?? '',
    options: { propagationPolicy: 'Background' },
  });
  return answer.code < 300 ? resultOf(document, 'deleted') : resultOf(document, 'error', answer.body as Status);
}
