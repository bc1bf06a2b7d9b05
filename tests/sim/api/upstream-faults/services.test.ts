/** What is wrong with Services. Upstream: ValidateService, pkg/registry/core/service/storage/alloc.go. */
import { describe, expect, it } from 'vitest';
import { bootWorld, request } from '../../../support/world.ts';
import { change, post } from './post.ts';

const world = bootWorld({ preset: 'plain' });
const NAME =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const PORT = 'must be between 1 and 65535, inclusive';
const ADDRESS = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';

type Row = readonly [string, readonly string[]];
const service = (spec: string, name = 's'): string =>
  `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}}\nspec: ${spec}\n`;

post(world, service('{clusterIP: 10.0.0.7, ports: [{port: 80}]}', 'held'));

describe('a new Service', () => {
  it.each<Row>([
    ['{selector: {a: b}}', ['spec.ports: Required value']],
    [
      '{ports: [{port: 0}]}',
      [`spec.ports[0].port: Invalid value: 0: ${PORT}`, `spec.ports[0].targetPort: Invalid value: 0: ${PORT}`],
    ],
    ['{ports: [{port: 80}, {port: 81}]}', ['spec.ports[0].name: Required value', 'spec.ports[1].name: Required value']],
    ['{ports: [{name: a, port: 80}, {name: a, port: 81}]}', ['spec.ports[1].name: Duplicate value: "a"']],
    [
      '{ports: [{name: a, port: 80}, {name: b, port: 80}]}',
      [
        'spec.ports[1]: Duplicate value: {"Name":"","Protocol":"TCP","AppProtocol":null,"Port":80,"TargetPort":0,"NodePort":0}',
      ],
    ],
    ['{ports: [{name: Web, port: 80}]}', [`spec.ports[0].name: Invalid value: "Web": ${NAME}`]],
    [
      '{ports: [{port: 80, protocol: HTTP}]}',
      ['spec.ports[0].protocol: Unsupported value: "HTTP": supported values: "SCTP", "TCP", "UDP"'],
    ],
    [
      '{ports: [{port: 80, targetPort: "80"}]}',
      ['spec.ports[0].targetPort: Invalid value: "80": must contain at least one letter (a-z)'],
    ],
    [
      '{type: Balancer, ports: [{port: 80}]}',
      [
        'spec.type: Unsupported value: "Balancer": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
      ],
    ],
    [
      '{ports: [{port: 80, nodePort: 30080}]}',
      ["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"],
    ],
    [
      '{type: NodePort, ports: [{port: 80, nodePort: 80}]}',
      [
        'spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767',
      ],
    ],
    [
      '{type: NodePort, ports: [{name: a, port: 80, nodePort: 30080}, {name: b, port: 81, nodePort: 30080}]}',
      ['spec.ports[1].nodePort: Invalid value: 30080: provided port is already allocated'],
    ],
    [
      '{type: NodePort, clusterIP: None, ports: [{port: 80}]}',
      ['spec.clusterIPs[0]: Invalid value: "None": may not be set to \'None\' for NodePort services'],
    ],
    ['{type: ExternalName}', ['spec.externalName: Required value']],
    [
      '{type: ExternalName, externalName: a.b, clusterIP: 10.96.1.1}',
      ['spec.clusterIPs: Forbidden: may not be set for ExternalName services'],
    ],
    [
      '{sessionAffinity: Cookie, ports: [{port: 80}]}',
      ['spec.sessionAffinity: Unsupported value: "Cookie": supported values: "ClientIP", "None"'],
    ],
    [
      '{sessionAffinity: ClientIP, sessionAffinityConfig: {clientIP: {timeoutSeconds: 90000}}, ports: [{port: 80}]}',
      [
        'spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 90000: must be greater than 0 and less than 86400',
      ],
    ],
    ['{clusterIP: 1.2.3, ports: [{port: 80}]}', [`spec.clusterIPs[0]: Invalid value: "1.2.3": ${ADDRESS}`]],
    [
      '{clusterIP: 192.168.0.1, ports: [{port: 80}]}',
      [
        'spec.clusterIPs: Invalid value: ["192.168.0.1"]: failed to allocate IP 192.168.0.1: the provided network does not match the current range',
      ],
    ],
    [
      '{clusterIP: 10.0.0.7, ports: [{port: 80}]}',
      [
        'spec.clusterIPs: Invalid value: ["10.0.0.7"]: failed to allocate IP 10.0.0.7: provided IP is already allocated',
      ],
    ],
    [
      '{ipFamilyPolicy: RequireDualStack, ports: [{port: 80}]}',
      [
        'spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services',
      ],
    ],
    [
      '{ipFamilies: [IPv6], ports: [{port: 80}]}',
      ['spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster'],
    ],
    ['{externalIPs: [nowhere], ports: [{port: 80}]}', [`spec.externalIPs[0]: Invalid value: "nowhere": ${ADDRESS}`]],
    [
      '{externalIPs: [127.0.0.1], ports: [{port: 80}]}',
      ['spec.externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)'],
    ],
    [
      '{externalTrafficPolicy: Local, ports: [{port: 80}]}',
      ['spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services'],
    ],
    [
      '{internalTrafficPolicy: Near, ports: [{port: 80}]}',
      ['spec.internalTrafficPolicy: Unsupported value: "Near": supported values: "Cluster", "Local"'],
    ],
    [
      '{loadBalancerSourceRanges: [10.0.0.0/33], ports: [{port: 80}]}',
      [
        "spec.LoadBalancerSourceRanges: Forbidden: may only be used when `type` is 'LoadBalancer'",
        'spec.LoadBalancerSourceRanges[0]: Invalid value: "10.0.0.0/33": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
      ],
    ],
    [
      '{allocateLoadBalancerNodePorts: false, ports: [{port: 80}]}',
      ["spec.allocateLoadBalancerNodePorts: Forbidden: may only be used when `type` is 'LoadBalancer'"],
    ],
  ])('%s', (spec, faults) => {
    expect(post(world, service(spec))).toMatchObject({ status: 422, faults });
  });

  it('has a name that may stand for a host', () => {
    expect(post(world, service('{ports: [{port: 80}]}', '1st')).faults).toEqual([
      "metadata.name: Invalid value: \"1st\": a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
    ]);
  });
});

describe('a Service', () => {
  const spec = '{selector: {a: b}, ports: [{port: 80}]}';

  it('keeps its address', () => {
    const { faults } = change(world, service(spec, 'kept'), {
      spec: { clusterIP: '10.96.9.9', clusterIPs: ['10.96.9.9'] },
    });
    expect(faults).toEqual(['spec.clusterIPs[0]: Invalid value: ["10.96.9.9"]: may not change once set']);
  });

  it('gives up its address and node ports to become another type', () => {
    const path = '/api/v1/namespaces/default/services/turned';
    change(world, service(spec, 'turned'), { spec: { type: 'NodePort' } });
    change(world, service(spec, 'turned'), { spec: { type: 'ClusterIP' } });
    expect(request(world, 'GET', path).body).toMatchObject({
      spec: { ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }] },
    });
    change(world, service(spec, 'turned'), { spec: { type: 'ExternalName', externalName: 'a.b' } });
    expect((request(world, 'GET', path).body as { spec: object }).spec).toEqual({
      externalName: 'a.b',
      internalTrafficPolicy: 'Cluster',
      ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
      selector: { a: 'b' },
      sessionAffinity: 'None',
      type: 'ExternalName',
    });
  });

  it('that is headless and selects nothing asks for both families', () => {
    post(world, service('{clusterIP: None}', 'loose'));
    expect(request(world, 'GET', '/api/v1/namespaces/default/services/loose').body).toMatchObject({
      spec: { clusterIPs: ['None'], ipFamilies: ['IPv4', 'IPv6'], ipFamilyPolicy: 'RequireDualStack' },
    });
  });

  it('has one node port for two protocols of a port', () => {
    const ports = '[{name: a, port: 53, protocol: UDP}, {name: b, port: 53, protocol: TCP}]';
    post(world, service(`{type: NodePort, ports: ${ports}}`, 'names'));
    const { body } = request(world, 'GET', '/api/v1/namespaces/default/services/names');
    const [first, second] = (body as { spec: { ports: { nodePort: number }[] } }).spec.ports;
    expect(first!.nodePort).toBe(second!.nodePort);
  });
});
