/** A pod with a script, and what it has said. */
import type { Pod } from 'kubernetes-types/core/v1';
import type { Stored } from '../../src/sim/api/object.ts';
import { CLIENT } from '../../src/sim/kernel/index.ts';
import type { World } from '../../src/sim/world.ts';

export const findPod = (world: World, name: string, namespace = 'default'): Stored<Pod> =>
  world.find('pods', namespace, name) as Stored<Pod>;

/** A manifest of a pod that runs a script in busybox; `more` goes into its spec, `container` into its container. */
export function scriptPod(
  name: string,
  script: string,
  { more = '', container = '', image = 'busybox:1.36', shell = 'sh' } = {},
): string {
  const indented = script.replace(/^/gm, '            ');
  return `apiVersion: v1
kind: Pod
metadata:
  name: ${name}
  labels: { app: ${name} }
spec:
${more}  containers:
    - name: main
      image: ${image}
      command:
        - ${shell}
        - -c
        - |
${indented}
${container}`;
}

export function log(world: World, pod: string, container?: string, previous = false): readonly string[] {
  const read = world.streams.logs({ namespace: 'default', pod, ...(container ? { container } : {}) }, { previous });
  if (!read.ok) throw new Error(read.message);
  return read.value.map(({ text }) => text);
}

/** Runs a command to its end, for at most a minute. */
export function exec(world: World, pod: string, ...argv: string[]): { code: number; stdout: string; stderr: string } {
  const started = world.kernel.runTurn(CLIENT, 0, () => world.streams.exec({ namespace: 'default', pod }, argv));
  if (!started.ok) throw new Error(started.message);
  const { id } = started.value;
  const end = world.now + 60_000;
  while (world.streams.execution(id)?.exitCode === undefined && world.now < end)
    world.kernel.advanceTo(world.now + 100);
  const { exitCode = -1, stdout, stderr } = world.streams.execution(id)!;
  world.streams.close(id);
  return { code: exitCode, stdout, stderr };
}
