/**
 * Events of the group `events.k8s.io`, which are the core group's Events in other words.
 * Upstream: pkg/apis/events/v1/conversion.go, pkg/apis/core/validation/events.go.
 */
import type { Event as CoreEvent } from 'kubernetes-types/core/v1';
import type { Event } from 'kubernetes-types/events/v1';
import type { KindDefinition } from '../kind.ts';
import type { KubeObject, Stored } from '../object.ts';
import { immutable } from '../rules.ts';
import { fieldInvalid, fieldRequired, type FieldError } from '../status.ts';
import { eventKind } from './cluster.ts';
import { columnsOfKept } from './columns.ts';

function toKept(object: KubeObject): CoreEvent & KubeObject {
  const { note, regarding, deprecatedSource, deprecatedCount, ...more } = object as Partial<Event> & KubeObject;
  const { deprecatedFirstTimestamp, deprecatedLastTimestamp, reportingController, ...same } = more;
  return {
    ...same,
    apiVersion: 'v1',
    involvedObject: regarding ?? {},
    ...(note === undefined ? {} : { message: note }),
    source: deprecatedSource ?? {},
    firstTimestamp: deprecatedFirstTimestamp ?? null,
    lastTimestamp: deprecatedLastTimestamp ?? null,
    ...(deprecatedCount === undefined ? {} : { count: deprecatedCount }),
    eventTime: same.eventTime ?? null,
    reportingComponent: reportingController ?? '',
    reportingInstance: same.reportingInstance ?? '',
  } as unknown as CoreEvent & KubeObject;
}

function fromKept(stored: Stored): Stored {
  const { message, involvedObject, source, count, ...more } = stored as Stored & Partial<CoreEvent>;
  const { firstTimestamp, lastTimestamp, reportingComponent, apiVersion: _version, ...same } = more;
  return {
    ...same,
    apiVersion: 'events.k8s.io/v1',
    eventTime: same.eventTime ?? null,
    ...(reportingComponent ? { reportingController: reportingComponent } : {}),
    regarding: involvedObject ?? {},
    ...(message === undefined ? {} : { note: message }),
    deprecatedSource: source ?? {},
    deprecatedFirstTimestamp: firstTimestamp ?? null,
    deprecatedLastTimestamp: lastTimestamp ?? null,
    ...(count === undefined ? {} : { deprecatedCount: count }),
  } as unknown as Stored;
}

const LENGTH_MAX = 128;
const NOTE_LENGTH_MAX = 1024;

/** What this version asks of a new Event beyond what the core group does; told in the words of the kept form. */
function validateCreate(object: KubeObject): readonly FieldError[] {
  const event = object as Partial<CoreEvent>;
  const errors: FieldError[] = [];
  const tooLong = `can have at most ${LENGTH_MAX} characters`;
  if (event.eventTime) {
    for (const [field, value] of [
      ['reportingController', event.reportingComponent],
      ['reportingInstance', event.reportingInstance],
      ['action', event.action],
      ['reason', event.reason],
    ] as const) {
      if (!value) errors.push(fieldRequired(field));
      else if (field !== 'reportingController' && value.length > LENGTH_MAX)
        errors.push(fieldInvalid(field, '', tooLong));
    }
    if ((event.message ?? '').length > NOTE_LENGTH_MAX) {
      errors.push(fieldInvalid('message', '', `can have at most ${NOTE_LENGTH_MAX} characters`));
    }
  }
  errors.push(...validateSeries(event));
  if (!event.eventTime) errors.push(fieldRequired('eventTime'));
  if (event.type !== 'Normal' && event.type !== 'Warning') {
    errors.push(fieldInvalid('type', '', `has invalid value: ${event.type ?? ''}`));
  }
  const unset = (field: string): FieldError => fieldInvalid(field, '', 'needs to be unset');
  if (event.firstTimestamp) errors.push(unset('firstTimestamp'));
  if (event.lastTimestamp) errors.push(unset('lastTimestamp'));
  if (event.count) errors.push(unset('count'));
  if (event.source?.component || event.source?.host) errors.push(unset('source'));
  return errors;
}

function validateSeries({ series }: Partial<CoreEvent>): readonly FieldError[] {
  if (!series) return [];
  return [
    ...((series.count ?? 0) < 2 ? [fieldInvalid('series.count', '', 'should be at least 2')] : []),
    ...(series.lastObservedTime ? [] : [fieldRequired('series.lastObservedTime')]),
  ];
}

const IMMUTABLE = [
  'involvedObject',
  'reason',
  'message',
  'source',
  'firstTimestamp',
  'lastTimestamp',
  'count',
  'type',
  'eventTime',
  'action',
  'related',
  ['reportingController', 'reportingComponent'],
  'reportingInstance',
] as const;

/** Only the series of an Event goes on. */
function validateUpdate(object: KubeObject, stored: Stored): readonly FieldError[] {
  const [next, old] = [object, stored] as unknown as readonly Readonly<Record<string, unknown>>[];
  const { series } = object as Partial<CoreEvent>;
  const isSeriesNew = JSON.stringify(series) !== JSON.stringify(old?.['series']);
  return [
    ...(isSeriesNew ? validateSeries({ series } as Partial<CoreEvent>) : []),
    ...IMMUTABLE.flatMap((item) => {
      const [told, field] = typeof item === 'string' ? [item, item] : item;
      return immutable(told, next?.[field] ?? undefined, old?.[field] ?? undefined);
    }),
  ];
}

export const eventsGroupKind: KindDefinition = {
  group: 'events.k8s.io',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  singular: 'event',
  shortNames: ['ev'],
  isNamespaced: true,
  support: 'simulated',
  canCreateOnUpdate: true,
  validateCreate,
  validateUpdate,
  columns: columnsOfKept(eventKind as KindDefinition, toKept),
  conversion: {
    kept: eventKind as KindDefinition,
    toKept,
    fromKept,
    fieldLabels: {
      'regarding.kind': 'involvedObject.kind',
      'regarding.namespace': 'involvedObject.namespace',
      'regarding.name': 'involvedObject.name',
      'regarding.uid': 'involvedObject.uid',
      'regarding.apiVersion': 'involvedObject.apiVersion',
      'regarding.resourceVersion': 'involvedObject.resourceVersion',
      'regarding.fieldPath': 'involvedObject.fieldPath',
      reason: 'reason',
      reportingController: 'reportingComponent',
      type: 'type',
    },
  },
};
