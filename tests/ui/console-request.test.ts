/** What `pilothouse.request` sends, and what it refuses before anything is sent. */
import { describe, expect, it } from 'vitest';
import { checkedRequest } from '../../src/ui/state/console-request.ts';

describe('a request from the console', () => {
  it('sends an object as JSON, and a patch as kubectl would', () => {
    expect(checkedRequest('/api/v1/pods', {})).toEqual({ method: 'GET', path: '/api/v1/pods', headers: {}, body: '' });
    const patch = { metadata: { labels: { a: 'b' } } };
    expect(checkedRequest('/api/v1/x', { method: 'patch', body: patch })).toMatchObject({
      method: 'PATCH',
      headers: { 'content-type': 'application/strategic-merge-patch+json' },
      body: JSON.stringify(patch),
    });
    expect(checkedRequest('/api/v1/x', { method: 'PATCH', body: [] }).headers).toEqual({
      'content-type': 'application/json-patch+json',
    });
    expect(checkedRequest('/x', { method: 'PUT', body: {}, headers: { 'Content-Type': 'a/b' } }).headers).toEqual({
      'content-type': 'a/b',
    });
  });

  it.each([
    ['api/v1/pods', {}, /begins with "\/"/],
    [undefined, {}, /begins with "\/"/],
    ['/api', 'POST', /second argument must be an object/],
    ['/api', { methd: 'GET' }, /no option "methd"/],
    ['/api', { method: 'FETCH' }, /GET, POST, PUT, PATCH, DELETE/],
    ['/api/v1/pods?watch=true', {}, /A watch is a stream/],
    ['/api/v1/namespaces/default/pods/a/log?follow=1', {}, /log that is followed is a stream/],
    ['/api/v1/namespaces/default/pods/a/exec', { method: 'POST' }, /exec is a stream/],
  ])('to %s with %j says what is wrong', (path, init, message) => {
    expect(() => checkedRequest(path, init)).toThrow(message);
  });
});
