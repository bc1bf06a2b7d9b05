/** One sentence for an event: the text's key and what fills it. */
import type { TraceEvent } from '../../sim/kernel/index.ts';

export interface Sentence {
  readonly key: string;
  readonly values: Readonly<Record<string, string | number>>;
}

export function narrate(event: TraceEvent): Sentence {
  const name = event.object?.name ?? '';
  const say = (key: string, values: Sentence['values'] = {}): Sentence => ({
    key: `narrate.${key}`,
    values: { name, component: event.component, ...values },
  });
  switch (event.type) {
    case 'command':
      return say('command', { title: event.data.title });
    case 'document':
      return say('document', { index: event.data.index + 1 });
    case 'api.request':
      return say('request', { from: event.data.from, line: event.data.line, code: event.data.code });
    case 'etcd.write':
      return say('write', { key: event.data.key, revision: event.data.revision });
    case 'etcd.compact':
      return say('compact', { revision: event.data.revision });
    case 'watch.deliver':
      return say('watch', { to: event.data.to, event: event.data.event });
    case 'reconcile':
      return say('reconcile', { key: event.data.key });
    case 'event':
      return say('event', { reason: event.data.reason, message: event.data.message });
    case 'transition':
      return say('transition', { instance: event.data.instance, from: event.data.from, to: event.data.to });
    case 'scheduler.attempt':
      return event.data.outcome === 'scheduled'
        ? say('scheduled', { node: event.data.node ?? '' })
        : say('unschedulable', { message: event.data.message });
    case 'scheduler.queue':
      return say('queue', { queue: event.data.queue, because: event.data.because });
    case 'image.pull':
      return say('pull', { node: event.data.to, image: event.data.image, outcome: event.data.outcome });
    case 'container.start':
      return say('start', { container: event.data.container });
    case 'container.exit':
      return say('exit', { container: event.data.container, code: event.data.exitCode });
    case 'container.log':
      return say('log', { line: event.data.line });
    case 'probe':
      return say('probe', { probe: event.data.probe, result: event.data.result });
    case 'proxy.sync':
      return say('proxy', { services: event.data.services });
    case 'dns.sync':
      return say('dns', { names: event.data.names });
    case 'address.assign':
      return say('address', { address: event.data.address });
    case 'dns.query':
      return say('query', { question: event.data.name, type: event.data.queryType, answer: event.data.answer });
    case 'proxy.choose':
      return say('choose', {
        node: event.data.node,
        service: event.data.service,
        chosen: event.data.chosen ?? event.data.verdict,
      });
    case 'traffic.hop':
      return say('hop', { from: event.data.from, to: event.data.to });
    case 'traffic.done':
      return say('done', { url: event.data.url, outcome: event.data.failure ?? String(event.data.status) });
    case 'node':
      return say('node', { what: event.data.what });
    case 'limit':
      return say('limit', { what: event.data.what, limit: event.data.limit });
  }
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
    case 'traffic.done':
      return event.data.failure !== undefined || (event.data.status ?? 0) >= 400;
    case 'limit':
      return true;
    default:
      return false;
  }
}
