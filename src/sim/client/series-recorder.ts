/**
 * Records events by the newer API, as the scheduler does: no counts and no timestamps of first and last, but the time of the
 * event, and a series once it repeats. What repeats is told by the object at its revision, not by the text.
 * Upstream: client-go/tools/events/{event_recorder,event_broadcaster}.go.
 */
import { refOf, type KubeObject } from '../api/object.ts';
import { EventRecorder, referenceTo, type EventRecorderState } from './event-recorder.ts';

/** A series that has not been added to for so long is over; looked at as often. */
const FINISH_MS = 360_000;
/** Series that go on are written anew every fifth time, so that their events do not expire. */
const REFRESH_EVERY = 5;

const ACTIONS: Readonly<Record<string, string>> = {
  Scheduled: 'Binding',
  FailedScheduling: 'Scheduling',
  Preempted: 'Preempting',
};

interface Cached {
  readonly namespace: string;
  readonly name: string;
  readonly at: number;
  readonly series?: { readonly count: number; readonly lastAt: number };
}

interface SeriesState {
  readonly cache: ReadonlyMap<string, Cached>;
  readonly sweeps: number;
  readonly isSweeping: boolean;
}

export class SeriesRecorder extends EventRecorder {
  private cache = new Map<string, Cached>();
  private sweeps = 0;
  private isSweeping = false;

  override record(
    resource: string,
    object: KubeObject,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
    _fieldPath?: string,
    reporter = this.reporter,
    related?: KubeObject,
  ): void {
    const { kernel } = this;
    const about = refOf(resource, object);
    const { resourceVersion } = object.metadata ?? {};
    const others = [type, reason, reporter, ...(related ? [related.metadata?.uid] : [])];
    const key = [resource, about.namespace, about.name, resourceVersion, ...others].join('/');
    if (!this.isSweeping) {
      this.isSweeping = true;
      kernel.schedule(FINISH_MS, this.client.options.component, 'events', undefined, true);
    }
    kernel.background(() => {
      kernel.emitCause('event', { reason, type, message, reporter }, { object: about });
      const before = this.cache.get(key);
      if (before) this.repeat(key, before);
      else this.begin(key, reporter, object, { type, reason, message }, related);
    });
  }

  /** The second time makes it a series; from then on it is only counted, until the series is over. */
  private repeat(key: string, before: Cached): void {
    const lastAt = this.kernel.turn.cursor;
    const next = { ...before, series: { count: (before.series?.count ?? 1) + 1, lastAt } };
    this.cache.set(key, next);
    if (!before.series) this.writeSeries(next);
  }

  private begin(
    key: string,
    reporter: string,
    object: KubeObject,
    said: { readonly type: 'Normal' | 'Warning'; readonly reason: string; readonly message: string },
    related: KubeObject | undefined,
  ): void {
    const { name, namespace } = this.create(object, {
      ...said,
      action: ACTIONS[said.reason] ?? said.reason,
      ...(related ? { related: referenceTo(related) } : {}),
      source: {},
      eventTime: this.kernel.formatMicroTime(),
      firstTimestamp: null,
      lastTimestamp: null,
      reportingComponent: reporter,
      reportingInstance: `${reporter}-${this.host ?? ''}`,
    });
    this.cache.set(key, { name, namespace, at: this.kernel.turn.cursor });
  }

  private writeSeries({ namespace, name, series }: Cached): void {
    if (!series) return;
    const lastObservedTime = this.kernel.formatMicroTime(series.lastAt);
    this.client.patch('events', namespace, name, 'strategic', { series: { count: series.count, lastObservedTime } });
  }

  override sweep(): void {
    const now = this.kernel.turn.cursor;
    this.sweeps += 1;
    for (const [key, item] of this.cache) {
      const isOver = (item.series?.lastAt ?? item.at) < now - FINISH_MS;
      if (item.series && (isOver || this.sweeps % REFRESH_EVERY === 0)) this.writeSeries(item);
      if (isOver) this.cache.delete(key);
    }
    this.isSweeping = this.cache.size > 0;
    if (this.isSweeping) this.kernel.schedule(FINISH_MS, this.client.options.component, 'events', undefined, true);
  }

  override save(): EventRecorderState {
    const series: SeriesState = { cache: new Map(this.cache), sweeps: this.sweeps, isSweeping: this.isSweeping };
    return { ...super.save(), series };
  }

  override load(state: EventRecorderState): void {
    super.load(state);
    const series = state.series as SeriesState;
    this.cache = new Map(series.cache);
    this.sweeps = series.sweeps;
    this.isSweeping = series.isSweeping;
  }
}
