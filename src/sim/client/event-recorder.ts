/**
 * Records Kubernetes Events: counts repeats, combines floods, and refuses spam, as clients upstream do.
 * Upstream: client-go/tools/record/{event,events_cache}.go.
 */
import type { KubeObject } from '../api/object.ts';
import { refOf } from '../api/object.ts';
import type { Kernel } from '../kernel/index.ts';
import type { Client } from './client.ts';

const COMBINE_ABOVE = 10;
const COMBINE_WINDOW_MS = 600_000;
const SPAM_BURST = 25;
const SPAM_REFILL_MS = 300_000;
const CACHE_LIMIT = 4096;
/** While nobody answers, the oldest event is tried again so often, at this pace, and then given up (recordToSink). */
const RETRY_MS = 10_000;
const TRIES = 12;
/** Events that wait behind it at most; what comes then is lost. */
const WAITING_LIMIT = 1_000;

interface Seen {
  readonly name: string;
  readonly namespace: string;
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

/** An event that has not been sent yet. */
interface Letter {
  readonly key: string;
  readonly object: KubeObject;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  readonly fieldPath: string | undefined;
  readonly reporter: string;
  /** When it happened, as the API writes times. */
  readonly at: string;
}

export interface EventRecorderState {
  readonly unsent: readonly Letter[];
  readonly tries: number;
  readonly seen: ReadonlyMap<string, Seen>;
  readonly similar: ReadonlyMap<string, Similar>;
  readonly allowances: ReadonlyMap<string, Allowance>;
  /** What a recorder of series keeps besides. */
  readonly series?: unknown;
}

/** An ObjectReference to an object as it is now. Upstream: client-go/tools/reference. */
export function referenceTo({ kind, apiVersion, metadata }: KubeObject): Readonly<Record<string, unknown>> {
  const { namespace, name = '', uid, resourceVersion } = metadata ?? {};
  return {
    kind,
    ...(namespace ? { namespace } : {}),
    name,
    ...(uid ? { uid } : {}),
    apiVersion,
    ...(resourceVersion ? { resourceVersion } : {}),
  };
}

export class EventRecorder {
  private seen = new Map<string, Seen>();
  private similar = new Map<string, Similar>();
  private allowances = new Map<string, Allowance>();
  private unsent: readonly Letter[] = [];
  /** How often the oldest of them has been tried. */
  private tries = 0;

  constructor(
    protected readonly kernel: Kernel,
    protected readonly client: Client,
    /** `source.component`: `kubelet`, `deployment-controller`, `default-scheduler`. */
    readonly reporter: string,
    /** `source.host`, for components of a node. */
    protected readonly host?: string,
  ) {}

  /**
   * Leaves an event about an object, without keeping the component waiting.
   * `resource` names the object's resource for the trace; `fieldPath` is `spec.containers{name}` for container events;
   * `reporter` is another name than the component's own, as profiles of the scheduler have. The newer API, which records
   * series, also names a second object that the event is about: `related`.
   */
  record(
    resource: string,
    object: KubeObject,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
    fieldPath?: string,
    reporter = this.reporter,
    _related?: KubeObject,
  ): void {
    const about = refOf(resource, object);
    const source = `${about.resource}/${about.namespace ?? ''}/${about.name}/${about.uid ?? ''}`;
    if (!this.isAllowed(source)) return;
    const { key, text } = this.combine(`${source}/${type}/${reason}/${fieldPath ?? ''}`, message);
    this.kernel.background(() => {
      this.kernel.emitCause('event', { reason, type, message: text, reporter }, { object: about });
      const at = this.kernel.formatTime();
      this.send({ key, object, type, reason, message: text, fieldPath, reporter, at });
    });
  }

  /** What is due from time to time: events that could not be sent, oldest first. */
  sweep(): void {
    if (this.unsent.length === 0) return;
    if (this.client.api.isListening) {
      const letters = this.unsent;
      this.unsent = [];
      this.tries = 0;
      for (const letter of letters) this.kernel.background(() => this.write(letter));
      return;
    }
    this.tries += 1;
    if (this.tries >= TRIES) [this.unsent, this.tries] = [this.unsent.slice(1), 0];
    this.sweepLater();
  }

  private send(letter: Letter): void {
    if (this.unsent.length === 0 && this.client.api.isListening) return this.write(letter);
    if (this.unsent.length >= WAITING_LIMIT) return;
    this.unsent = [...this.unsent, letter];
    if (this.unsent.length === 1) this.sweepLater();
  }

  private sweepLater(): void {
    if (this.unsent.length > 0)
      this.kernel.schedule(RETRY_MS, this.client.options.component, 'events', undefined, true);
  }

  save(): EventRecorderState {
    return {
      seen: new Map(this.seen),
      similar: new Map(this.similar),
      allowances: new Map(this.allowances),
      unsent: this.unsent,
      tries: this.tries,
    };
  }

  load(state: EventRecorderState): void {
    this.seen = new Map(state.seen);
    this.similar = new Map(state.similar);
    this.allowances = new Map(state.allowances);
    this.unsent = state.unsent;
    this.tries = state.tries;
  }

  private write({ key, object, type, reason, message, fieldPath, reporter, at: now }: Letter): void {
    const before = this.seen.get(key);
    if (before) {
      const count = before.count + 1;
      const patched = this.client.patch('events', before.namespace, before.name, 'strategic', {
        count,
        lastTimestamp: now,
        message,
      });
      if (patched.ok) {
        this.remember(this.seen, key, { ...before, count });
        return;
      }
    }
    const { name, namespace } = this.create(
      object,
      {
        reason,
        message,
        source: this.host ? { component: reporter, host: this.host } : { component: reporter },
        firstTimestamp: now,
        lastTimestamp: now,
        count: 1,
        type,
        eventTime: null,
        reportingComponent: reporter,
        reportingInstance: this.host ?? '',
      },
      fieldPath,
    );
    this.remember(this.seen, key, { name, namespace, count: 1, firstTimestamp: now });
  }

  protected create(
    object: KubeObject,
    fields: Readonly<Record<string, unknown>>,
    fieldPath?: string,
  ): { readonly name: string; readonly namespace: string } {
    const { namespace, name = '' } = object.metadata ?? {};
    const metadata = { name: `${name}.${this.suffix()}`, namespace: namespace || 'default' };
    const about = referenceTo(object);
    const involvedObject = fieldPath ? { ...about, fieldPath } : about;
    this.client.create(
      'events',
      Object.assign({ apiVersion: 'v1', kind: 'Event', metadata, involvedObject }, fields) as never,
    );
    return metadata;
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
