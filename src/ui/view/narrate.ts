/** One sentence for every event of the trace, by its meaning: who did what to which object, and how it came out. */
import type { TFunction } from 'i18next';
import type { TraceEvent, TraceEventOf } from '../../sim/kernel/index.ts';
import { componentName, instanceName, objectName, say, shortNode, type Part, type Sentence } from './names.ts';

const sentence = (key: string, values: Sentence['values'] = {}): Sentence => ({ key: `narrate.${key}`, values });

export function narrate(event: TraceEvent): Sentence {
  const name = event.object?.name ?? '';
  const what = objectName(event.object);
  switch (event.type) {
    case 'command':
      return sentence('command', { title: event.data.title });
    case 'document': {
      const { file, startLine, endLine } = event.data.source;
      return sentence('document', { index: event.data.index + 1, file, from: startLine, to: endLine });
    }
    case 'api.request':
      return narrateRequest(event);
    case 'etcd.write':
      return sentence(`write.${event.data.operation}`, { what: what || event.data.key, revision: event.data.revision });
    case 'etcd.compact':
      return sentence('compact', { revision: event.data.revision });
    case 'watch.deliver':
      return sentence(`watch.${event.data.event}`, { to: componentName(event.data.to), what });
    case 'reconcile':
      return event.data.outcome === undefined
        ? sentence('reconcile', { who: componentName(event.component), key: event.data.key })
        : sentence('retry', { who: componentName(event.component), key: event.data.key, outcome: event.data.outcome });
    case 'event':
      return sentence('event', { what, reason: event.data.reason, message: event.data.message });
    case 'transition':
      return sentence('transition', {
        instance: instanceName(event.data.instance),
        from: event.data.from,
        to: event.data.to,
      });
    case 'scheduler.attempt':
      return event.data.outcome === 'scheduled'
        ? sentence('scheduled', { node: shortNode(event.data.node ?? ''), name })
        : sentence('unschedulable', { message: event.data.message, name });
    case 'scheduler.configured':
      return sentence('configured', { profiles: event.data.profiles.join(', ') });
    case 'scheduler.queue':
      return sentence(`queue.${event.data.queue}`, { name, because: becauseOf(event.data.because) });
    case 'image.pull':
      return sentence(`pull.${event.data.outcome}`, {
        who: componentName(event.data.to),
        image: event.data.image,
        message: event.data.message ?? '',
      });
    case 'container.start':
      return sentence(event.data.restart > 0 ? 'restart' : 'start', {
        container: event.data.container,
        name,
        count: event.data.restart,
      });
    case 'container.exit':
      return sentence('exit', {
        container: event.data.container,
        name,
        code: event.data.exitCode,
        reason: event.data.reason,
      });
    case 'container.log':
      return sentence('log', { name, container: event.data.container, line: event.data.line });
    case 'probe':
      return sentence(`probe.${event.data.result}`, {
        probe: event.data.probe,
        name,
        output: (event.data.output ?? '').trim() || '—',
      });
    case 'static-pod':
      return sentence(event.data.refusal === undefined ? 'staticPod.read' : 'staticPod.refused', {
        who: componentName(event.component),
        file: event.data.file,
        name,
        message: event.data.refusal ?? '',
      });
    case 'pipeline.step':
      return sentence(`pipeline.${event.data.step}.${event.data.outcome}`, {
        release: event.data.release,
        message: event.data.message,
      });
    default:
      return narrateNetwork(event);
  }
}

type NetworkEvent = TraceEventOf<
  | 'proxy.sync'
  | 'dns.sync'
  | 'address.assign'
  | 'dns.query'
  | 'proxy.choose'
  | 'traffic.hop'
  | 'traffic.done'
  | 'node'
  | 'limit'
>;

function narrateNetwork(found: NetworkEvent): Sentence {
  const event = found as Extract<TraceEvent, { type: NetworkEvent['type'] }>;
  const name = event.object?.name ?? '';
  switch (event.type) {
    case 'proxy.sync':
      return sentence('proxy', {
        who: componentName(event.component),
        services: event.data.services,
        endpoints: event.data.endpoints,
      });
    case 'dns.sync':
      return sentence('dns', { who: componentName(event.component), names: event.data.names });
    case 'address.assign':
      return sentence('address', { what: objectName(event.object), address: event.data.address });
    case 'dns.query': {
      const { name: question, queryType, answer, addresses } = event.data;
      return sentence(addresses.length > 0 ? 'answered' : 'query', {
        name,
        question,
        type: queryType,
        answer,
        addresses: addresses.join(', '),
      });
    }
    case 'proxy.choose': {
      const { node, service, chosen, candidates, verdict } = event.data;
      return sentence(`choose.${verdict}`, {
        node: shortNode(node),
        service,
        chosen: chosen ?? '',
        count: candidates.length,
      });
    }
    case 'traffic.hop':
      return sentence(`hop.${event.data.direction}`, {
        from: componentName(event.data.from),
        to: componentName(event.data.to),
        address: event.data.address,
      });
    case 'traffic.done': {
      const { url, failure, status, elapsedMs } = event.data;
      return failure === undefined
        ? sentence('done', { url, status: status ?? 0, elapsed: elapsedMs })
        : sentence('failed', { url, failure });
    }
    case 'node':
      return sentence(`node.${event.data.what}`, { name: shortNode(name) });
    case 'limit':
      return sentence('limit', { what: event.data.what, limit: event.data.limit });
  }
}

const ACTIONS: Readonly<Record<string, string>> = {
  create: 'create',
  update: 'change',
  patch: 'change',
  delete: 'delete',
  deletecollection: 'deleteAll',
  get: 'read',
  list: 'list',
  watch: 'watch',
};

/** Requests are named by what they are for; the line of the request is there for who opens it. */
function narrateRequest({ data, object }: TraceEventOf<'api.request'>): Sentence {
  const { verb, subresource, resource, code, reason } = data;
  const who = componentName(data.from);
  const isWrite = !['get', 'list', 'watch'].includes(verb);
  const what = object?.name ? objectName(object) : resource;
  let action = ACTIONS[verb] ?? 'other';
  if (resource === 'leases.coordination.k8s.io' && isWrite) action = 'lease';
  else if (resource === 'events' && verb === 'create') action = 'event';
  else if (resource === 'events' && verb === 'patch') action = 'eventAgain';
  else if (subresource === 'binding') action = 'bind';
  else if (subresource === 'eviction') action = 'evict';
  else if (subresource === 'scale' && isWrite) action = 'scale';
  else if (subresource === 'status' && isWrite) action = 'status';
  // "You create", but "the controller creates".
  const voice = data.from === 'client' ? 'own' : 'request';
  const told = sentence(`${voice}.${action}`, { who, what, line: data.line });
  return code < 400 ? told : sentence('refused', { sentence: told, code, reason: reason ?? '' });
}

/** Reasons that the scheduler gives for a pod's move between its queues, as patterns over its words. */
const BECAUSE: readonly (readonly [RegExp, string, readonly string[]])[] = [
  [/^the pod was created$/, 'created', []],
  [/^its last scheduling gate was removed$/, 'ungated', []],
  [/^its back-off$/, 'backoff', []],
  [/^node (\S+) was added$/, 'nodeAdded', ['node']],
  [/^node (\S+) has changed$/, 'nodeChanged', ['node']],
  [/^pod (\S+) was deleted$/, 'podDeleted', ['pod']],
  [/^pod (\S+) was changed$/, 'podChanged', ['pod']],
  [/^turned down by (.+)$/, 'rejected', ['plugins']],
  [/^pod (\S+) got its node$/, 'podPlaced', ['pod']],
  [/^pod (\S+) was not bound$/, 'podNotBound', ['pod']],
  [/^node (\S+) was deleted$/, 'nodeDeleted', ['node']],
  [/^(\w+) (\S+) was (?:created|changed|deleted)$/, 'objectChanged', ['kind', 'object']],
  [/^five minutes have passed$/, 'waitedLong', []],
  [/^the scheduler was configured anew$/, 'configured', []],
];

export function becauseOf(because: string): Part {
  for (const [pattern, key, names] of BECAUSE) {
    const match = pattern.exec(because);
    if (!match) continue;
    const values = Object.fromEntries(
      names.map((name, index) => [name, name === 'node' ? shortNode(match[index + 1]!) : match[index + 1]!]),
    );
    return { key: `because.${key}`, values };
  }
  return because;
}

/** A line of the list that stands for several events. */
export function narrateMany(event: TraceEvent, count: number): Sentence {
  const told = narrate(event);
  if (count === 1) return told;
  return event.type === 'watch.deliver'
    ? sentence('watch.many', { sentence: told, count: count - 1 })
    : sentence('times', { sentence: told, count });
}

export function tell(t: TFunction, event: TraceEvent): string {
  return say(t, narrate(event));
}

export function isProblem(event: TraceEvent): boolean {
  switch (event.type) {
    case 'event':
      return event.data.type === 'Warning';
    case 'api.request':
      return event.data.code >= 400 && event.data.code !== 404 && event.data.code !== 409;
    case 'scheduler.attempt':
      return event.data.outcome !== 'scheduled';
    case 'container.exit':
      return event.data.exitCode !== 0;
    case 'image.pull':
      return event.data.outcome === 'failed';
    case 'static-pod':
      return event.data.refusal !== undefined;
    case 'traffic.done':
      return event.data.failure !== undefined || (event.data.status ?? 0) >= 400;
    case 'proxy.choose':
      return event.data.verdict === 'reject' || event.data.verdict === 'drop';
    case 'pipeline.step':
      return event.data.outcome === 'failed';
    case 'limit':
      return true;
    default:
      return false;
  }
}
