/**
 * An API server that is stopped: nobody gets an answer, what runs goes on running, and all is told once it is back.
 * Upstream: kubectl/pkg/cmd/util/helpers.go (StandardErrorMessage), client-go/tools/cache/reflector.go,
 * pkg/kubelet/status/status_manager.go, pkg/controller/nodelifecycle.
 */
import type { Job } from 'kubernetes-types/batch/v1';
import type { Node, Pod } from 'kubernetes-types/core/v1';
import { describe, expect, it } from 'vitest';
import { parseScenario, Run, terminalOf, typeLine } from '../../src/run/index.ts';
import { kubectlEngine } from '../../src/shell/kubectl-engine.ts';
import type { Stored } from '../../src/sim/api/object.ts';
import { advance, apply, bootWorld, deployment, podsOf } from '../support/world.ts';
import { send } from './support/parity.ts';

const API_SERVER = 'kube-apiserver';

const WORK = `apiVersion: v1
kind: Pod
metadata: { name: crash }
spec: { containers: [{ name: c, image: "busybox:1.36", command: [sh, -c, "sleep 40; exit 1"] }] }
---
apiVersion: batch/v1
kind: Job
metadata: { name: task }
spec: { template: { spec: { restartPolicy: Never, containers: [{ name: c, image: "busybox:1.36", command: [sh, -c, "sleep 60"] }] } } }
`;

function terminal(): { readonly run: Run; type(line: string): string } {
  const run = new Run(parseScenario('seed: outage\n'), () => kubectlEngine);
  const screen = (): string => terminalOf(run.world).view().text;
  return {
    run,
    type(line) {
      const before = screen();
      typeLine(run, { line }, { 'web.yaml': deployment('web', 1, 'nginx:1.27') }, false);
      return screen().slice(before.length).replace(`$ ${line}\n`, '');
    },
  };
}

describe('A stopped API server', () => {
  it.each([
    'kubectl get pods',
    'kubectl apply -f web.yaml',
    'kubectl delete pod none',
    'kubectl describe node',
    'kubectl top nodes',
    'kubectl explain pod',
    'kubectl api-resources',
    'kubectl rollout status deploy/web',
  ])('refuses the connection of %s', (line) => {
    const { run, type } = terminal();
    run.command({ verb: 'fault', component: API_SERVER, action: 'stop' }, false);
    expect(type(line)).toBe(
      'The connection to the server pilothouse-dns.hcp.koreacentral.azmk8s.io:443 was refused - did you specify the right host or port?\n',
    );
    expect(type('echo $?')).toBe('1\n');
    run.command({ verb: 'fault', component: API_SERVER, action: 'start' }, false);
    expect(type('kubectl get nodes -o name | wc -l').trim()).toBe('3');
  });

  it('is told of by the page, which acts through it as well', () => {
    const world = bootWorld({ preset: 'plain' });
    world.stopComponent(API_SERVER);
    const answer = send(world, 'create', 'namespaces', '', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'a' },
    });
    expect(answer.code).toBe(503);
    expect(answer.body.message).toMatch(/^dial tcp .*:443: connect: connection refused$/);
    expect(world.find('namespaces', undefined, 'a')).toBeUndefined();
  });

  it('stops nothing that runs; what happened meanwhile is told when it is back, and no node is given up', () => {
    const world = bootWorld({ preset: 'plain' });
    apply(world, deployment('web', 3, 'nginx:1.27'));
    apply(world, WORK);
    advance(world, 30);
    const [first] = podsOf(world, 'web');
    expect(send(world, 'delete', 'pods', first!.metadata.name).code).toBe(200);
    advance(world, 0.2);
    const { revision } = world;
    world.stopComponent(API_SERVER);
    const life = (): string | undefined => world.lives().find(({ instance }) => instance === API_SERVER)?.state;
    expect(life()).toBe('stopped');
    advance(world, 600);
    expect(world.revision).toBe(revision);
    const crash = (): Stored<Pod> => world.find('pods', 'default', 'crash') as Stored<Pod>;
    expect(crash().status?.containerStatuses?.[0]?.restartCount).toBe(0);

    world.startComponent(API_SERVER);
    expect(life()).toBe('serving');
    advance(world, 30);
    expect(crash().status?.containerStatuses?.[0]?.restartCount).toBeGreaterThanOrEqual(4);
    const { status } = world.find('jobs.batch', 'default', 'task') as Stored<Job>;
    expect(status?.conditions?.map(({ type }) => type)).toEqual(['SuccessCriteriaMet', 'Complete']);
    // What the kubelet has seen meanwhile is told with the time at which it happened, but for what it gave up after two minutes.
    const since = world.options.epochMs + 40_000;
    const told = (world.eventsAbout(crash()) as unknown as { reason: string; firstTimestamp: string | null }[]).filter(
      ({ firstTimestamp }) => firstTimestamp !== null && Date.parse(firstTimestamp) > since,
    );
    expect(told.map(({ reason }) => reason)).toContain('BackOff');
    const pods = podsOf(world, 'web');
    expect(pods.map(({ metadata }) => metadata.name)).not.toContain(first!.metadata.name);
    expect(pods.map((pod) => pod.status?.phase)).toEqual(['Running', 'Running', 'Running']);
    advance(world, 120);
    for (const node of world.list('nodes') as Iterable<Stored<Node>>) {
      expect(node.status?.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('True');
      expect(node.spec?.taints).toBeUndefined();
    }
    const lost = [...world.list('events', 'default')] as unknown as { reason: string }[];
    expect(lost.filter(({ reason }) => reason === 'NodeNotReady')).toEqual([]);
  });
});
