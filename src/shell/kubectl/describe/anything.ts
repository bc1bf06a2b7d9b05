/** A kind that nobody describes: its fields, as they are. Upstream: kubectl/pkg/describe/describe.go (genericDescriber). */
import type { KubeObject } from '../../../sim/api/object.ts';
import { byCode, isMapping, type Fields } from '../../../sim/api/go-json.ts';
import { goText } from '../text/go-value.ts';
import type { Describer } from './describer.ts';
import { eventsAbout, writeEvents } from './events.ts';
import { writeAnnotations, writeLabels, type DescribeWriter } from './writer.ts';

export const describeAnything: Describer<KubeObject> = (session, object, writer) => {
  const { metadata } = object;
  writer.line(0, `Name:\t${metadata?.name ?? ''}`);
  writer.line(0, `Namespace:\t${metadata?.namespace ?? ''}`);
  writeLabels(writer, 'Labels', metadata?.labels);
  writeAnnotations(writer, metadata?.annotations);
  const skipped = new Set([
    '.metadata.name',
    '.metadata.namespace',
    '.metadata.labels',
    '.metadata.annotations',
    '.metadata.managedFields',
  ]);
  writeFields(writer, 0, object as Fields, '', skipped);
  if (session.flags.bool('show-events')) writeEvents(writer, eventsAbout(session, object));
};

function writeFields(
  writer: DescribeWriter,
  level: number,
  fields: Fields,
  path: string,
  skipped: ReadonlySet<string>,
): void {
  const keys = Object.keys(fields).sort(byCode);
  for (const key of keys) {
    const value = fields[key];
    const own = `${path}.${key}`;
    if (value === undefined || skipped.has(own)) continue;
    const title = titled(key);
    if (isMapping(value)) {
      writer.line(level, `${title}:`);
      writeFields(writer, level + 1, value, own, skipped);
    } else if (Array.isArray(value)) {
      writer.line(level, `${title}:`);
      for (const item of value as readonly unknown[]) {
        if (isMapping(item)) writeFields(writer, level + 1, item, own, skipped);
        else writer.line(level + 1, goText(item));
      }
    } else writer.line(level, `${title}:\t${goText(value)}`);
  }
}

const ACRONYMS = /^(API|URL|UID|OSB|GUID)$/;

/** `creationTimestamp` is `Creation Timestamp`; keys with other than letters stay as they are. Upstream: smartLabelFor. */
function titled(field: string): string {
  if (/[^A-Za-z-]/.test(field)) return field;
  return wordsOf(field)
    .map((word) =>
      ACRONYMS.test(word.toUpperCase()) ? word.toUpperCase() : `${word[0]?.toUpperCase() ?? ''}${word.slice(1)}`,
    )
    .join(' ');
}

/** Upstream: github.com/fatih/camelcase. */
function wordsOf(field: string): readonly string[] {
  return field.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^A-Za-z\d]+/g) ?? [field];
}
