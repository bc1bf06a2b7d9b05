import { describe, expect, it } from 'vitest';
import {
  formatSelector,
  matchesLabels,
  parseFieldSelector,
  parseLabelSelector,
  selectorOf,
} from '../../../src/sim/api/index.ts';

const LABELS = { app: 'web', tier: 'front', version: '12', empty: '' };

function isMatch(text: string): boolean {
  const parsed = parseLabelSelector(text);
  if (!parsed.ok) throw new Error(parsed.message);
  return matchesLabels(parsed.value, LABELS);
}

describe('a label selector', () => {
  it.each([
    ['', true],
    ['app=web', true],
    ['app==web,tier=front', true],
    ['app!=web', false],
    ['other!=x', true],
    ['app in (web, api)', true],
    ['app notin (web)', false],
    ['other notin (x)', true],
    ['app', true],
    ['!app', false],
    ['!other', true],
    ['version>11', true],
    ['version<12', false],
    ['empty=', true],
    ['other=', false],
  ])('%j is %s', (text, expected) => {
    expect(isMatch(text)).toBe(expected);
  });

  it('that cannot be read says where', () => {
    for (const text of ['a b', 'app in web', '=x', 'app=a b', 'a/b/c=d', '_=x']) {
      expect(parseLabelSelector(text)).toMatchObject({ ok: false });
    }
  });

  it('as an object is absent for nothing, empty for everything, and prints sorted by key', () => {
    expect(selectorOf(undefined)).toBeUndefined();
    expect(matchesLabels(selectorOf({})!, LABELS)).toBe(true);
    const object = {
      matchLabels: { tier: 'front' },
      matchExpressions: [
        { key: 'app', operator: 'In', values: ['web', 'api'] },
        { key: 'old', operator: 'DoesNotExist' },
      ],
    };
    expect(matchesLabels(selectorOf(object)!, LABELS)).toBe(true);
    expect(formatSelector(object)).toBe('app in (api,web),!old,tier=front');
    expect(formatSelector({})).toBe('<none>');
  });
});

describe('a field selector', () => {
  it('is a list of equalities', () => {
    expect(parseFieldSelector('spec.nodeName=a,status.phase!=Running,x==y')).toEqual({
      ok: true,
      value: [
        { field: 'spec.nodeName', isEqual: true, value: 'a' },
        { field: 'status.phase', isEqual: false, value: 'Running' },
        { field: 'x', isEqual: true, value: 'y' },
      ],
    });
    expect(parseFieldSelector('spec.nodeName')).toMatchObject({
      ok: false,
      message: "invalid selector: 'spec.nodeName'; can't understand 'spec.nodeName'",
    });
  });
});
