/** Carries commands out against a world, as a person with kubectl and the cluster's admin certificate would. */
import { faultsOfStatus, parseManifest, type ManifestDocument } from '../manifest/index.ts';
import { clientApply } from '../sim/client/index.ts';
import { kindOf, resourceName } from '../sim/api/index.ts';
import type { Status } from '../sim/api/object.ts';
import { CLIENT } from '../sim/kernel/index.ts';
import type { World } from '../sim/world.ts';
import type { Command, CommandResult, DocumentResult } from './types.ts';

const TITLE: Record<Command['verb'], (command: Command) => string> = {
  apply: (command) => (command.verb === 'apply' ? `kubectl apply -f ${command.file}` : ''),
  delete: (command) => (command.verb === 'delete' ? `kubectl delete -f ${command.file}` : ''),
  request: (command) => (command.verb === 'request' ? `${command.method} ${command.path}` : ''),
  traffic: (command) => (command.verb === 'traffic' ? `curl ${command.url}` : ''),
  'stop-traffic': () => 'stop requests',
};

export function titleOf(command: Command): string {
  return TITLE[command.verb](command);
}

/** `index` is the command's place in the log: the root of all causes that follow. */
export function carryOut(world: World, command: Command, index: number): CommandResult {
  const { kernel } = world;
  const root = kernel.emit(
    'command',
    { index, verb: command.verb, title: titleOf(command) },
    { component: CLIENT, cause: 0 },
  );
  return kernel.runTurn(CLIENT, root, () => {
    switch (command.verb) {
      case 'apply':
      case 'delete':
        return carryOutText(world, command, root);
      case 'request':
        return { response: world.request(command) };
      case 'traffic':
        world.startTraffic(command);
        return {};
      case 'stop-traffic':
        world.stopTraffic();
        return {};
    }
  });
}

function carryOutText(world: World, command: Command & { verb: 'apply' | 'delete' }, root: number): CommandResult {
  const parsed = parseManifest(command.file, command.text);
  const faults = parsed.faults.filter(({ severity }) => severity === 'error');
  // kubectl reads everything before it sends anything: a text that cannot be read changes nothing.
  if (faults.length > 0) return { faults };
  const documents = parsed.documents.map((document, index) => {
    const { source } = document;
    world.kernel.turn.cause = world.kernel.emit('document', { index, source }, { cause: root, component: CLIENT });
    return command.verb === 'apply' ? applyDocument(world, document) : deleteDocument(world, document);
  });
  return { documents, faults };
}

function resultOf(document: ManifestDocument, outcome: DocumentResult['outcome'], status?: Status): DocumentResult {
  const { kind = '', metadata } = document.object;
  return {
    source: document.source,
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
