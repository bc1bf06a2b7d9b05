/** What is wrong with slices, Endpoints, leases and classes of runtimes. Upstream: pkg/apis/{discovery,core,coordination,node}/validation. */
import { expect, it } from 'vitest';
import { bootWorld } from '../../../support/world.ts';
import { post } from './post.ts';

const world = bootWorld({ preset: 'plain' });
const object = (apiVersion: string, kind: string, rest: string): string =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: x}\n${rest}\n`;

it.each<readonly [string, readonly string[]]>([
  [
    object(
      'discovery.k8s.io/v1',
      'EndpointSlice',
      'addressType: IPv4\nendpoints: [{addresses: []}, {addresses: ["fd00::1", "127.0.0.1"]}]\nports: [{name: a, port: 1}, {name: a, port: 2, protocol: ICMP}]',
    ),
    [
      'endpoints[0].addresses: Required value: must contain at least 1 address',
      'endpoints[1].addresses[0]: Invalid value: "fd00::1": must be an IPv4 address',
      'endpoints[1].addresses[1]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
      'ports[1].name: Duplicate value: "a"',
      'ports[1].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"',
    ],
  ],
  [
    object('discovery.k8s.io/v1', 'EndpointSlice', 'addressType: FQDN\nendpoints: [{addresses: [web]}]'),
    [
      'endpoints[0].addresses[0]: Invalid value: "web": should be a domain with at least two segments separated by dots',
    ],
  ],
  [
    object('v1', 'Endpoints', 'subsets: [{ports: [{port: 0}, {name: b, port: 80}]}, {addresses: [{ip: 1.2.3}]}]'),
    [
      'subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`',
      'subsets[0].ports[0].name: Required value',
      'subsets[0].ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive',
      'subsets[1].addresses[0].ip: Invalid value: "1.2.3": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
    ],
  ],
  [
    object('coordination.k8s.io/v1', 'Lease', 'spec: {leaseDurationSeconds: 0, leaseTransitions: -1}'),
    [
      'spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0',
      'spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0',
    ],
  ],
  [object('node.k8s.io/v1', 'RuntimeClass', 'handler: a.b'), ['handler: Invalid value: "a.b": must not contain dots']],
])('%s', (manifest, faults) => {
  expect(post(world, manifest)).toMatchObject({ status: 422, faults });
});
