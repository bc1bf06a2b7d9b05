/** A world as tests drive it: apply, advance, look. Virtual time only. */
import type { Pod } from 'kubernetes-types/core/v1';
import { parse } from 'yaml';
import { defaultOptions } from '../../src/sim/azure/index.ts';
import { summarizePod } from '../../src/sim/api/index.ts';
import type { KubeObject, Stored } from '../../src/sim/api/object.ts';
import { CLIENT } from '../../src/sim/kernel/index.ts';
import type { WorldOptions } from '../../src/sim/options.ts';
import { World } from '../../src/sim/world.ts';

export function bootWorld(options: Partial<WorldOptions> = {}): World {
  const world = new World({ ...defaultOptions('test'), ...options });
  world.boot();
  return world;
}

/** `kubectl apply` of YAML documents; throws what the server refuses. */
export function apply(world: World, text: string): readonly Stored[] {
  return world.kernel.runTurn(CLIENT, 0, () =>
    text.split(/^---$/m).map((part) => {
      const applied = world.apply(parse(part) as KubeObject);
      if (!applied.ok) throw new Error(applied.status.message);
      return applied.object;
    }),
  );
}

export function request(
  world: World,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): { status: number; body: never } {
  const answer = world.kernel.runTurn(CLIENT, 0, () =>
    world.request({ method, path, headers, body: body === undefined ? '' : JSON.stringify(body) }),
  );
  return answer as unknown as { status: number; body: never };
}

export function advance(world: World, seconds: number): void {
  world.kernel.advanceTo(world.now + seconds * 1000);
}

export function podsOf(world: World, app: string, namespace = 'default'): readonly Stored<Pod>[] {
  return [...world.list('pods', namespace)].filter(({ metadata }) => metadata.labels?.['app'] === app) as Stored<Pod>[];
}

export const statuses = (pods: readonly Pod[]): readonly string[] => pods.map((pod) => summarizePod(pod).status);

/** `reason: message` of the events about an object, oldest first. */
export function eventsOf(world: World, object: Stored): readonly string[] {
  return (world.eventsAbout(object) as readonly (Stored & { reason?: string; message?: string })[]).map(
    ({ reason, message }) => `${reason}: ${message}`,
  );
}

export function deployment(name: string, replicas: number, image: string, more = ''): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  replicas: ${replicas}
  selector:
    matchLabels:
      app: ${name}
  template:
    metadata:
      labels:
        app: ${name}
    spec:
      containers:
        - name: ${name}
          image: ${image}
          ports:
            - containerPort: 8080
${more}`;
}

export function service(name: string, port = 8080): string {
  return `apiVersion: v1
kind: Service
metadata:
  name: ${name}
spec:
  selector:
    app: ${name}
  ports:
    - port: 80
      targetPort: ${port}
`;
}
