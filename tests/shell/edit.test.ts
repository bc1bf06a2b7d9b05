/** `kubectl edit` in the page: the editor is the page's own, and a line typed here says that it is saved. */
import type { Deployment } from 'kubernetes-types/apps/v1';
import { beforeEach, expect, it } from 'vitest';
import { decodeShareLink, encodeShareLink, parseScenario, Run, terminalOf, typeLine } from '../../src/run/index.ts';
import { kubectlEngine } from '../../src/shell/kubectl-engine.ts';
import type { Stored } from '../../src/sim/api/object.ts';
import { deployment } from '../support/world.ts';

let run: Run;
let files: Record<string, string>;
const FILE = 'kubectl-edit-web.yaml';
const NAMES = 'deployment.apps/web';

const terminal = (of = run): ReturnType<ReturnType<typeof terminalOf>['view']> => terminalOf(of.world).view();
const replicas = (of = run): number | undefined =>
  (of.world.find('deployments.apps', 'default', 'web') as Stored<Deployment>).spec?.replicas;
const given = (): string => terminalOf(run.world).readFile(FILE)!;

/** Types a line and gives what it has added to the screen. */
function type(line: string): string {
  const before = terminal().text;
  typeLine(run, { line }, files, false);
  return terminal().text.slice(before.length);
}

/** Saves a text as the page does: it stands in the editor when the empty line is typed. */
function save(text: string): string {
  files = { ...files, [FILE]: text };
  const said = type('').trimStart();
  if (!terminal().editing) delete files[FILE];
  return said;
}

beforeEach(() => {
  run = new Run(parseScenario('seed: edit\n'), () => kubectlEngine);
  files = {};
  run.command({ verb: 'apply', file: 'web.yaml', text: deployment('web', 2, 'nginx:1.27') }, false);
  run.advance(run.now + 20_000);
});

it('opens the object in the editor, and sends what has been changed when it is saved', () => {
  type('kubectl edit deployment web');
  expect(terminal()).toMatchObject({ isBusy: true, editing: { name: FILE }, written: [] });
  expect(given()).toMatch(/^# Please edit the object below\. Lines beginning with a '#' will be ignored,\n/);
  expect(given()).toContain('\n#\napiVersion: apps/v1\nkind: Deployment\n');
  expect(given()).not.toContain('managedFields');
  expect(save(given().replace('replicas: 2', 'replicas: 3'))).toBe(`${NAMES} edited\n`);
  expect(replicas()).toBe(3);
  expect(terminal().isBusy).toBe(false);
  expect(terminal().editing).toBeUndefined();
  expect(type('ls')).toBe('$ ls\n');
  const [manager] = (run.world.find('deployments.apps', 'default', 'web')!.metadata.managedFields ?? []).filter(
    (entry) => entry.manager === 'kubectl-edit',
  );
  expect(manager?.operation).toBe('Update');
});

it('changes nothing where nothing was changed, or where it is given up', () => {
  type('kubectl edit deployment web');
  expect(save(`# a remark\n${given()}`)).toBe('Edit cancelled, no changes made.\n');
  type('kubectl edit deployment web');
  run.command({ verb: 'terminal-key', key: 'interrupt' }, false);
  expect(terminal()).toMatchObject({ isBusy: false, written: [] });
  expect(type('echo $?')).toBe('$ echo $?\n130\n');
  expect(replicas()).toBe(2);
});

it('comes back with what is wrong in it, and goes on from what was typed', () => {
  type('kubectl edit deployment web');
  const { round } = terminal().editing!;
  expect(save(given().replace('replicas: 2', 'replicas: -2'))).toBe('error: deployments.apps "web" is invalid\n');
  expect(terminal().editing!.round).toBeGreaterThan(round);
  expect(given()).toContain(
    '# deployments.apps "web" was not valid:\n# * spec.replicas: Invalid value: -2: must be greater than or equal to 0\n#\n',
  );
  expect(given()).toContain('replicas: -2');
  expect(save(given().replace('replicas: -2', 'replicas: 4'))).toBe(`${NAMES} edited\n`);
  expect(replicas()).toBe(4);
});

it('says what cannot be read, and keeps what was typed when it is given up after all', () => {
  type('kubectl edit deployment web');
  save(given().replace('replicas: 2', 'replicas: [2'));
  expect(given()).toContain('# The edited file had a syntax error: ');
  const typed = given();
  expect(save(typed)).toBe(
    'A copy of your changes has been stored to "/tmp/kubectl-edit-web.yaml"\nerror: Edit cancelled, no valid changes were saved.\n',
  );
  expect(type('cat /tmp/kubectl-edit-web.yaml')).toContain('replicas: [2');
});

it('edits several objects at once, and leaves those alone that are as they were', () => {
  run.command({ verb: 'apply', file: 'api.yaml', text: deployment('api', 1, 'nginx:1.27') }, false);
  type('kubectl edit deployment api web');
  const name = terminal().editing!.name;
  const text = terminalOf(run.world).readFile(name)!;
  files = { [name]: text.replace('replicas: 2', 'replicas: 5') };
  expect(type('').trimStart()).toBe('deployment.apps/api skipped\ndeployment.apps/web edited\n');
  expect(replicas()).toBe(5);
});

it('rewinds into the middle of an edit, and travels in a link', () => {
  type('kubectl edit deployment web');
  run.advance(run.now + 1_000);
  const [middle, text] = [run.now, given()];
  run.advance(run.now + 1_000);
  save(text.replace('replicas: 2', 'replicas: 3'));
  run.advance(run.now + 5_000);
  const [end, hash] = [run.now, run.world.hash()];
  run.seek(middle);
  expect([terminal().editing?.name, given()]).toEqual([FILE, text]);
  const other = new Run(decodeShareLink(encodeShareLink(run.toScenario({ speed: 1 }))), () => kubectlEngine);
  other.seek(end);
  expect([replicas(other), other.world.hash()]).toEqual([3, hash]);
});
