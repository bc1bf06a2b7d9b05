/** A terminal in a container, by way of the page's own: exec, run and attach with `-it`. */
import { beforeEach, describe, expect, it } from 'vitest';
import { decodeShareLink, encodeShareLink, parseScenario, Run, terminalOf, typeLine } from '../../src/run/index.ts';
import { kubectlEngine } from '../../src/shell/kubectl-engine.ts';

let run: Run;

const POD = `apiVersion: v1
kind: Pod
metadata: {name: box}
spec: {containers: [{name: box, image: "busybox:1.36", command: [sleep, "36000"]}]}
`;

const screen = (of = run): string => terminalOf(of.world).view().text;
const isBusy = (): boolean => terminalOf(run.world).isBusy;
const pass = (ms: number): boolean => run.advance(run.now + ms);
const press = (key: 'interrupt' | 'end-of-input'): unknown => run.command({ verb: 'terminal-key', key }, false);

/** Types a line and gives what it has added to the screen. */
function type(line: string): string {
  const before = screen();
  typeLine(run, { line }, {}, false);
  return screen().slice(before.length);
}

beforeEach(() => {
  run = new Run(parseScenario('seed: interactive\n'), () => kubectlEngine);
  run.command({ verb: 'apply', file: 'box.yaml', text: POD }, false);
  pass(20_000);
});

describe('kubectl exec -it', () => {
  it('asks for lines, shows what is typed once, and ends with the code of the shell', () => {
    expect(type('kubectl exec -it box -- sh')).toBe('$ kubectl exec -it box -- sh\n/ # ');
    expect(type('echo hello')).toBe('echo hello\nhello\n/ # ');
    expect(type('cd /tmp')).toBe('cd /tmp\n/tmp # ');
    expect(type('for i in 1 2')).toBe('for i in 1 2\n> ');
    expect(type('do echo $i; done')).toBe('do echo $i; done\n1\n2\n/tmp # ');
    expect(type('exit 3')).toBe('exit 3\ncommand terminated with exit code 3\n');
    expect(isBusy()).toBe(false);
    expect(type('echo $?')).toBe('$ echo $?\n3\n');
  });

  it('gives the prompt of the container back at Ctrl+C, and ends what ran in its foreground', () => {
    type('kubectl exec -it box -- sh');
    type('sleep 1000');
    pass(1_000);
    const before = screen();
    press('interrupt');
    expect(screen().slice(before.length)).toBe('^C\n/ # ');
    expect(type('echo $?')).toBe('echo $?\n130\n/ # ');
    expect(isBusy()).toBe(true);
    press('end-of-input');
    expect(isBusy()).toBe(false);
  });

  it('spares what runs in the background at Ctrl+C', () => {
    type('kubectl exec -it box -- sh');
    type('(sleep 5; echo later) &');
    type('sleep 1000');
    press('interrupt');
    const before = screen();
    pass(6_000);
    expect(screen().slice(before.length)).toContain('later\n');
  });

  it('interrupts a command that asks for nothing', () => {
    type('kubectl exec -it box -- sleep 1000');
    expect(isBusy()).toBe(true);
    press('interrupt');
    expect(isBusy()).toBe(false);
    expect(screen()).toContain('^C\ncommand terminated with exit code 130\n');
  });

  it('shows what is written while nobody types, when it is written', () => {
    type('kubectl exec -it box -- sh -c "sleep 3; echo late; sleep 3"');
    pass(2_900);
    expect(screen()).not.toContain('late\n');
    pass(200);
    expect(screen()).toContain('late\n');
    pass(3_000);
    expect(isBusy()).toBe(false);
  });

  it('goes without a terminal where only -i is asked for: lines go in, and nothing asks for them', () => {
    type('kubectl exec -i box -- cat');
    expect(type('one')).toBe('one\none\n');
    press('end-of-input');
    expect(isBusy()).toBe(false);
    type('kubectl exec -i box -- cat');
    press('interrupt');
    expect(isBusy()).toBe(false);
    expect(type('echo $?')).toContain('130\n');
  });

  it('says that a pipe is no terminal, and hands over what comes through it', () => {
    expect(type('echo hi | kubectl exec -it box -- cat')).toContain(
      'Unable to use a TTY - input is not a terminal or the right kind of file\nhi\n',
    );
  });

  it('ends when the container does', () => {
    type('kubectl exec -it box -- sh');
    run.command({ verb: 'delete', file: 'box.yaml', text: POD }, false);
    pass(60_000);
    expect(isBusy()).toBe(false);
    expect(screen()).toContain('command terminated with exit code 137\n');
  });

  it('rewinds into the middle of a session, and travels in a link', () => {
    type('kubectl exec -it box -- sh');
    type('name=before');
    pass(1_000);
    const [early, shownThen] = [run.now, screen()];
    pass(1_000);
    type('echo $name > /tmp/note; cat /tmp/note');
    pass(1_000);
    const [end, shownNow, hash] = [run.now, screen(), run.world.hash()];
    run.seek(early);
    expect(screen()).toBe(shownThen);
    run.seek(end);
    expect([screen(), run.world.hash()]).toEqual([shownNow, hash]);
    const other = new Run(decodeShareLink(encodeShareLink(run.toScenario({ speed: 1 }))), () => kubectlEngine);
    other.seek(end);
    expect([screen(other), other.world.hash()]).toEqual([shownNow, hash]);
  });
});

const RECORDED =
  'All commands and output from this session will be recorded in container logs, including credentials and sensitive information passed through the command prompt.';

describe('kubectl run and attach with -it', () => {
  it('brings a pod up, talks with its shell, and takes it away with the code of its end', () => {
    const line = 'kubectl run it -it --rm --image=busybox:1.36 --restart=Never';
    expect(type(line)).toBe(`$ ${line}\n`);
    pass(20_000);
    expect(screen()).toContain(`${RECORDED}\nIf you don't see a command prompt, try pressing enter.\n`);
    expect(type('')).toContain('/ # ');
    expect(type('echo in here')).toBe('echo in here\nin here\n/ # ');
    type('exit 4');
    pass(20_000);
    expect(isBusy()).toBe(false);
    expect(screen()).toMatch(/pod "it" deleted from default namespace\npod default\/it terminated \(Error\)\n$/);
    expect(type('echo $?')).toBe('$ echo $?\n4\n');
    pass(60_000);
    expect(run.world.find('pods', 'default', 'it')).toBeUndefined();
  });

  it('comes back to a shell with what has been typed there in its log', () => {
    type('kubectl run stay -it --image=busybox:1.36');
    pass(20_000);
    type('x=1');
    press('end-of-input');
    pass(5_000);
    expect(screen()).toContain(
      "Session ended, resume using 'kubectl attach stay -c stay -i -t' command when the pod is running\n",
    );
    pass(30_000);
    type('kubectl attach -it stay');
    expect(type('echo again')).toContain('echo again\nagain\n/ # ');
    press('end-of-input');
    pass(1_000);
    expect(type('kubectl logs stay')).toContain('echo again\nagain\n');
  });

  it('looks on without typing, and tells what cannot be attached to', () => {
    type('kubectl run tick --image=busybox:1.36 --restart=Never -- sh -c "sleep 15; echo tick; sleep 5"');
    pass(10_000);
    type('kubectl attach tick');
    pass(30_000);
    expect(screen()).toContain('pressing enter.\ntick\n');
    expect(isBusy()).toBe(false);
    expect(type('kubectl attach tick')).toContain(
      'error: cannot attach a container in a completed pod; current phase is Succeeded\n',
    );
    expect(type('kubectl attach box -c nope')).toContain(
      'error: cannot attach to the container: container nope not found in pod box\n',
    );
  });

  it('shows the log of what has ended before it could be attached to', () => {
    type('kubectl run once -i --rm --image=busybox:1.36 --restart=Never -- sh -c "echo hi; hostname"');
    pass(30_000);
    expect(isBusy()).toBe(false);
    expect(screen()).toMatch(/hi\nonce\npod "once" deleted from default namespace\n$/);
  });
});
