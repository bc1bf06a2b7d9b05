/** Lines with indents and tabs, and what many descriptions share. Upstream: kubectl/pkg/describe/describe.go (PrefixWriter, print*Multiline). */
import { byCode } from '../../../sim/api/go-json.ts';
import type { LabelSelector, ObjectMeta } from 'kubernetes-types/meta/v1';
import { humanDuration } from '../../../sim/api/duration.ts';
import { DESCRIBE_TABS, tabbed } from '../text/tab-writer.ts';

export class DescribeWriter {
  private done = '';
  private open = '';

  constructor(readonly nowMs: number) {}

  /** A level is two spaces. */
  write(level: number, text: string): void {
    this.open += `${'  '.repeat(level)}${text}`;
  }

  line(level: number, text: string): void {
    this.write(level, `${text}\n`);
  }

  /** Columns end here, and new ones begin. */
  flush(): void {
    this.done += tabbed(this.open, DESCRIBE_TABS);
    this.open = '';
  }

  text(): string {
    this.flush();
    return this.done;
  }

  /** As it is, tabs and all. */
  raw(): string {
    return this.open;
  }

  /** `5m`, from a time to now. */
  since(time: unknown): string {
    return time ? humanDuration(this.nowMs - Date.parse(String(time))) : '<unknown>';
  }
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `Mon, 02 Jan 2006 15:04:05 +0000`. */
export function rfc1123(time: unknown): string {
  const date = new Date(Date.parse(String(time)));
  if (Number.isNaN(date.getTime())) return 'Mon, 01 Jan 0001 00:00:00 +0000';
  const two = (value: number): string => String(value).padStart(2, '0');
  const clock = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(':');
  return `${DAYS[date.getUTCDay()]}, ${two(date.getUTCDate())} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()} ${clock} +0000`;
}

export function writeLabels(
  writer: DescribeWriter,
  title: string,
  labels: Readonly<Record<string, string>> | undefined,
  indent = '',
  inner = '\t',
): void {
  writer.write(0, `${indent}${title}:${inner}`);
  const keys = Object.keys(labels ?? {}).sort(byCode);
  if (keys.length === 0) return writer.write(0, '<none>\n');
  keys.forEach((key, index) => writer.write(0, `${index === 0 ? '' : `${indent}${inner}`}${key}=${labels![key]}\n`));
}

const LONGEST = 140;
const SKIPPED = new Set(['kubectl.kubernetes.io/last-applied-configuration']);

export function writeAnnotations(
  writer: DescribeWriter,
  annotations: Readonly<Record<string, string>> | undefined,
  title = 'Annotations',
  indent = '',
  inner = '\t',
): void {
  writer.write(0, `${indent}${title}:${inner}`);
  const keys = Object.keys(annotations ?? {})
    .filter((key) => !SKIPPED.has(key))
    .sort(byCode);
  if (keys.length === 0) return writer.write(0, '<none>\n');
  keys.forEach((key, index) => {
    if (index > 0) writer.write(0, `${indent}${inner}`);
    const value = annotations![key]!.replace(/\n$/, '');
    if (value.length + key.length + 2 <= LONGEST && !value.includes('\n')) return writer.write(0, `${key}: ${value}\n`);
    writer.write(0, `${key}:\n`);
    for (const part of value.split('\n')) {
      const shown = part.length > LONGEST - 2 ? `${part.slice(0, LONGEST - 2)}...` : part;
      writer.write(0, `${indent}${inner}  ${shown}\n`);
    }
  });
}

/** Name, labels and annotations, as most kinds begin. */
export function writeHead(writer: DescribeWriter, metadata: ObjectMeta | undefined, hasNamespace = true): void {
  writer.line(0, `Name:\t${metadata?.name ?? ''}`);
  if (hasNamespace) writer.line(0, `Namespace:\t${metadata?.namespace ?? ''}`);
  writeLabels(writer, 'Labels', metadata?.labels);
  writeAnnotations(writer, metadata?.annotations);
}

const OPERATORS: Readonly<Record<string, (key: string, values: string) => string>> = {
  In: (key, values) => `${key} in (${values})`,
  NotIn: (key, values) => `${key} notin (${values})`,
  Exists: (key) => key,
  DoesNotExist: (key) => `!${key}`,
};

/** As `metav1.FormatLabelSelector` writes it. */
export function selectorText(selector: LabelSelector | undefined, none = '<none>', all = '<none>'): string {
  if (!selector) return none;
  const { matchLabels = {}, matchExpressions = [] } = selector;
  const terms = [
    ...Object.entries(matchLabels).map(([key, value]) => ({ key, text: `${key}=${value}` })),
    ...matchExpressions.map(({ key, operator, values = [] }) => ({
      key,
      text: OPERATORS[operator]?.(key, [...values].sort(byCode).join(',')) ?? key,
    })),
  ];
  if (terms.length === 0) return all;
  return terms
    .sort((left, right) => byCode(left.key, right.key))
    .map(({ text }) => text)
    .join(',');
}

export function labelList(labels: Readonly<Record<string, string>> | undefined, none = '<none>'): string {
  const keys = Object.keys(labels ?? {}).sort(byCode);
  return keys.length === 0 ? none : keys.map((key) => `${key}=${labels![key]}`).join(',');
}

/** `ReplicaSet/web-5bc75fcccf`. */
export function controllerOf(metadata: ObjectMeta | undefined): string {
  const owner = metadata?.ownerReferences?.find(({ controller }) => controller);
  return owner ? `${owner.kind}/${owner.name}` : '';
}

/** `True` and `False`. */
export const boolText = (value: boolean | undefined): string => (value ? 'True' : 'False');

/** How a Job and a ReplicaSet begin: who they are, whom they select, whose they are. */
export function writeOwnedHead(
  writer: DescribeWriter,
  metadata: ObjectMeta | undefined,
  selector: LabelSelector | undefined,
): void {
  writer.line(0, `Name:\t${metadata?.name ?? ''}`);
  writer.line(0, `Namespace:\t${metadata?.namespace ?? ''}`);
  writer.line(0, `Selector:\t${selectorText(selector)}`);
  writeLabels(writer, 'Labels', metadata?.labels);
  writeAnnotations(writer, metadata?.annotations);
  const owner = controllerOf(metadata);
  if (owner) writer.line(0, `Controlled By:\t${owner}`);
}
