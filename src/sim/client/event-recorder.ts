/**
 * Records Kubernetes Events: counts repeats, combines floods, and refuses spam, as clients upstream do.
 * Upstream: client-go/tools/record/events_cache.go. The series API that the scheduler uses (client-go/tools/events)
 * is folded into the same counts.
 */
import type { KubeObject, Stored } from '../api/object.ts';
import { refOf } from '../api/object.ts';
import type { Kernel } from '../kernel/index.ts';
import type { Client } from './client.ts';

const COMBINE_ABOVE = 10;
const COMBINE_WINDOW_MS = 600_000;
const SPAM_BURST = 25;
const SPAM_REFILL_MS = 300_000;
const CACHE_LIMIT = 4096;

interface Seen {
  readonly name: string;
  readonly count: number;
  readonly firstTimestamp: string;
}

interface Similar {
  readonly messages: readonly string[];
  readonly lastAt: number;
}

interface Allowance {
  readonly tokens: number;
  readonly at: number;
}

export interface EventRecorderState {
  readonly seen: ReadonlyMap<string, Seen>;
  readonly similar: ReadonlyMap<string, Similar>;
  readonly allowances: ReadonlyMap<string, Allowance>;
}

export class EventRecorder {
  private seen = new Map<string, Seen>();
  private similar = new Map<string, Similar>();
  private allowances = new Map<string, Allowance>();

  constructor(
    private readonly kernel: Kernel,
    private readonly client: Client,
    /** `source.component`: `kubelet`, `deployment-controller`, `default-scheduler`. */
    readonly reporter: string,
    /** `source.host`, for components of a node. */
    private readonly host?: string,
  ) {}

  /**
   * Leaves an event about an object, without keeping the component waiting.
   * `resource` names the object's resource for the trace; `fieldPath` is `spec.containers{name}` for container events.
   */
  record(
    resource: string,
    object: KubeObject,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
    fieldPath?: string,
  ): void {
    const about = refOf(resource, object);
    const source = `${about.resource}/${about.namespace ?? ''}/${about.name}/${about.uid ?? ''}`;
    if (!this.isAllowed(source)) return;
    const { key, text } = this.combine(`${source}/${type}/${reason}/${fieldPath ?? ''}`, message);
    this.kernel.background(() => {
      this.kernel.emitCause('event', { reason, type, message: text, reporter: this.reporter }, { object: about });
      this.write(key, object, type, reason, text, fieldPath);
    });
  }

  save(): EventRecorderState {
    return { seen: new Map(this.seen), similar: new Map(this.similar), allowances: new Map(this.allowances) };
  }

  load(state: EventRecorderState): void {
    this.seen = new Map(state.seen);
    this.similar = new Map(state.similar);
    this.allowances = new Map(state.allowances);
  }

  private write(
    key: string,
    object: KubeObject,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
    fieldPath: string | undefined,
  ): void {
    const now = this.kernel.formatTime();
    const { namespace = '', name = '', uid, resourceVersion } = (object as Stored).metadata;
    const eventNamespace = namespace || 'default';
    const before = this.seen.get(key);
    if (before) {
      const count = before.count + 1;
      const patched = this.client.patch('events', eventNamespace, before.name, 'strategic', {
        count,
        lastTimestamp: now,
        message,
      });
      if (patched.ok) {
        this.remember(this.seen, key, { ...before, count });
        return;
      }
    }
    const eventName = `${name}.${this.suffix()}`;
    this.remember(this.seen, key, { name: eventName, count: 1, firstTimestamp: now });
    this.client.create('events', {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: eventName, namespace: eventNamespace },
      involvedObject: {
        kind: object.kind,
        ...(namespace ? { namespace } : {}),
        name,
        uid,
        apiVersion: object.apiVersion,
        resourceVersion,
        ...(fieldPath ? { fieldPath } : {}),
      },
      reason,
      message,
      source: this.host ? { component: this.reporter, host: this.host } : { component: this.reporter },
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
      type,
      reportingComponent: this.reporter,
      reportingInstance: this.host ?? '',
    });
  }

  /**
   * Upstream appends the hexadecimal nanoseconds of the time, so names are in the order of what happened. Virtual time has
   * milliseconds; the rest counts the events of the trace.
   */
  private suffix(): string {
    const { kernel } = this;
    const order = BigInt(kernel.trace.length % 1_000_000);
    return (BigInt(kernel.options.epochMs + kernel.turn.cursor) * 1_000_000n + order).toString(16);
  }

  private combine(group: string, message: string): { key: string; text: string } {
    const now = this.kernel.turn.cursor;
    const before = this.similar.get(group);
    const isFresh = before !== undefined && now - before.lastAt <= COMBINE_WINDOW_MS;
    const messages = isFresh ? before.messages : [];
    const known = messages.includes(message) ? messages : [...messages, message].slice(-COMBINE_ABOVE);
    this.remember(this.similar, group, { messages: known, lastAt: now });
    const isFlood = messages.length >= COMBINE_ABOVE && !messages.includes(message);
    return isFlood
      ? { key: group, text: `(combined from similar events): ${message}` }
      : { key: `${group}/${message}`, text: message };
  }

  private isAllowed(source: string): boolean {
    const now = this.kernel.turn.cursor;
    const before = this.allowances.get(source) ?? { tokens: SPAM_BURST, at: now };
    const tokens = Math.min(SPAM_BURST, before.tokens + (now - before.at) / SPAM_REFILL_MS);
    const isAllowed = tokens >= 1;
    this.remember(this.allowances, source, { tokens: isAllowed ? tokens - 1 : tokens, at: now });
    return isAllowed;
  }

  /** Least recently used entries go first, as in upstream's caches of 4096. */
  private remember<V>(cache: Map<string, V>, key: string, value: V): void {
    cache.delete(key);
    cache.set(key, value);
    if (cache.size > CACHE_LIMIT) {
      const [oldest] = cache.keys();
      if (oldest !== undefined) cache.delete(oldest);
    }
  }
}
