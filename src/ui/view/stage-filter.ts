/**
 * What a person types into the search of the stage. Words are joined by "and": a bare word looks into names, labels,
 * statuses and nodes; `app=web` is a label; `node:…`, `status:…`, `ns:…` and `kind:…` look into one thing only.
 */
import type { Service } from 'kubernetes-types/core/v1';
import type { Stored } from '../../sim/api/object.ts';

export interface StageFilter {
  readonly namespace: string;
  readonly text: string;
}

export interface Subject {
  readonly object: Stored;
  readonly kind: 'pod' | 'node' | 'service';
  readonly status: string;
  readonly node: string;
}

type Test = (subject: Subject) => boolean;

const includes = (text: string, word: string): boolean => text.toLowerCase().includes(word);

/** Labels of an object; of a Service also those it selects pods by. */
function labelsOf({ object, kind }: Subject): readonly (readonly [string, string])[] {
  const own = Object.entries(object.metadata.labels ?? {});
  if (kind !== 'service') return own;
  return [...own, ...Object.entries((object as Stored<Service>).spec?.selector ?? {})];
}

function testOf(word: string): Test {
  const scoped = /^(node|status|ns|namespace|kind):(.*)$/.exec(word);
  if (scoped) {
    const [, scope, value = ''] = scoped;
    switch (scope) {
      case 'node':
        return ({ node }) => includes(node, value);
      case 'status':
        return ({ status }) => includes(status, value);
      case 'kind':
        return ({ kind }) => includes(kind, value);
      default:
        return ({ object }) => includes(object.metadata.namespace ?? '', value);
    }
  }
  const label = /^([^=]+)=(.*)$/.exec(word);
  if (label) {
    const [, key = '', value = ''] = label;
    return (subject) =>
      labelsOf(subject).some(([name, found]) => name.toLowerCase() === key && found.toLowerCase().startsWith(value));
  }
  return (subject) =>
    includes(subject.object.metadata.name, word) ||
    includes(subject.status, word) ||
    includes(subject.node, word) ||
    labelsOf(subject).some(([name, value]) => includes(`${name}=${value}`, word));
}

/** A test for the whole filter; undefined when everything is wanted. */
export function compileFilter({ namespace, text }: StageFilter): Test | undefined {
  const tests = text
    .trim()
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
    .map(testOf);
  if (namespace) tests.push(({ object }) => object.metadata.namespace === namespace);
  return tests.length === 0 ? undefined : (subject) => tests.every((test) => test(subject));
}
