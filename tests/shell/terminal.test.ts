/** The terminal as a person uses it: lines in, a screen out, in virtual time. */
import { beforeEach, describe, expect, it } from 'vitest';
import {
  decodeShareLink,
  encodeShareLink,
  parseScenario,
  Run,
  RunFault,
  terminalOf,
  typeLine,
} from '../../src/run/index.ts';
import { kubectlEngine } from '../../src/shell/kubectl-engine.ts';
import { SCREEN_LIMIT } from '../../src/shell/terminal/index.ts';
import { deployment, podsOf } from '../support/world.ts';

const WEB = deployment('web', 2, 'pilothouse/web:1.0');

const begin = (): Run => new Run(parseScenario('seed: terminal\n'), () => kubectlEngine);

let run: Run;
let files: Record<string, string>;

beforeEach(() => {
  run = begin();
  files = { 'web.yaml': WEB };
});

const screen = (of = run): string => terminalOf(of.world).view().text;
const isBusy = (): boolean => terminalOf(run.world).isBusy;
const pass = (ms: number): boolean => run.advance(run.now + ms);

/** Types a line and gives what it has added to the screen. */
function type(line: string, confirmFork = false): string {
  const before = screen();
  const outcome = typeLine(run, { line }, files, confirmFork);
  if (outcome.kind === 'looked') return outcome.text.replace(`$ ${line}\n`, '');
  expect(outcome.kind).toBe('typed');
  const after = screen();
  const added = after.startsWith(before) ? after.slice(before.length) : after;
  return added.replace(`$ ${line}\n`, '');
}

describe('a shell', () => {
  it('pipes, counts, sorts and cuts what kubectl prints', () => {
    expect(type('kubectl get nodes -o name | wc -l').trim()).toBe('3');
    const names = type('kubectl get ns --no-headers | sort -r | cut -d" " -f1').trim().split('\n');
    expect(names).toEqual([...names].sort().reverse());
    expect(names).toContain('kube-system');
    expect(type('kubectl get ns | grep -c kube-').trim()).toMatch(/^[2-9]$/);
    expect(type("kubectl get ns --no-headers | awk '{print $2}' | sort | uniq -c").trim()).toMatch(/^\d+ Active$/);
  });

  it('knows k from the start, keeps an alias, and lets a subshell and a pipeline use it', () => {
    expect(type('k get nodes -o name')).toBe(type('kubectl get nodes -o name'));
    type("alias kgn='kubectl get nodes -o name'");
    expect(type('kgn | head -1')).toBe(type('k get nodes -o name | head -1'));
    expect(type('alias')).toBe("k='kubectl'\nkgn='kubectl get nodes -o name'\n");
    type('unalias kgn');
    expect(type('kgn')).toContain('kgn: command not found');
  });

  it('keeps its variables, folder and status from line to line', () => {
    type('name=web; cd /tmp');
    expect(type('echo $name in $(pwd)')).toBe('web in /tmp\n');
    type('false');
    expect(type('echo $?')).toBe('1\n');
  });

  it('says of an unknown word what may have been meant, and of a network tool where to ask instead', () => {
    expect(type('kubctl get pods')).toBe(
      "kubctl: command not found. Did you mean 'kubectl'? 'help' lists what there is.\n",
    );
    expect(type('curl http://web')).toContain(
      'kubectl run test --rm -i --image=busybox:1.36 --restart=Never -- wget -qO- http://web',
    );
    expect(type('help')).toContain('kubectl explain pod.spec');
  });

  it('speaks Korean where the reader does', () => {
    typeLine(run, { line: 'nothing', language: 'ko' }, files, false);
    expect(screen()).toContain("'help'를 입력하면");
  });

  it('asks for more where a text is not complete', () => {
    const kindOf = (line: string): string => typeLine(run, { line }, files, false).kind;
    for (const line of ["echo 'a", 'for x in 1 2; do', 'kubectl get pods |', 'kubectl get \\', 'cat <<EOF'])
      expect(kindOf(line), line).toBe('incomplete');
    expect(type('for x in 1 2; do\necho $x\ndone')).toContain('1\n2\n');
    expect(type('cat <<EOF\nname: web\nEOF')).toContain('name: web\n');
  });

  it('reads the files of the editor as they are when the line is typed', () => {
    expect(type('ls')).toBe('web.yaml\n');
    files = { 'web.yaml': WEB, 'other.yaml': 'kind: Nothing\n' };
    expect(type('cat other.yaml')).toBe('kind: Nothing\n');
    files = { 'web.yaml': WEB };
    expect(type('cat other.yaml')).toContain('No such file');
    type('echo hello > notes.txt');
    expect(terminalOf(run.world).view().written).toEqual(['notes.txt']);
    expect(terminalOf(run.world).readFile('notes.txt')).toBe('hello\n');
  });

  it('lists what was typed, and clears its screen', () => {
    type('echo one');
    type('echo two');
    expect(type('history')).toBe('    1  echo one\n    2  echo two\n    3  history\n');
    const { generation } = terminalOf(run.world).view();
    type('clear');
    expect(screen()).toBe('');
    expect(terminalOf(run.world).view().generation).toBeGreaterThan(generation);
  });

  it('lets the oldest lines go when its scrollback is full, and says so in the trace', () => {
    type('i=0; while [ $i -lt 9000 ]; do echo "a line of text that is long enough: $i"; i=$((i+1)); done');
    pass(60_000);
    expect(screen().length).toBeLessThanOrEqual(SCREEN_LIMIT);
    expect(screen()).toMatch(/8999\n$/);
    const limits = run.world.kernel.trace.slice(1).filter((event) => event.type === 'limit');
    expect(limits.map(({ data }) => data.what)).toEqual(['terminal scrollback']);
  });
});

describe('what takes its time', () => {
  it('goes on in virtual time, and reads what is typed meanwhile afterwards', () => {
    type('sleep 5; echo done');
    expect(isBusy()).toBe(true);
    type('echo next');
    pass(4_000);
    expect(screen()).not.toContain('done\ndone');
    pass(2_000);
    expect(screen()).toBe('$ sleep 5; echo done\necho next\ndone\n$ echo next\nnext\n');
    expect(isBusy()).toBe(false);
  });

  it('ends at Ctrl+C, which is a command of the log as well', () => {
    type('sleep 100');
    run.command({ verb: 'terminal-key', key: 'interrupt' }, false);
    expect(isBusy()).toBe(false);
    expect(type('echo $?')).toBe('130\n');
    expect(run.commands.map(({ command }) => command.verb)).toEqual(['terminal', 'terminal-key', 'terminal']);
  });

  it('hands what is typed to a program that reads, up to the end of input', () => {
    type('cat');
    type('hello');
    expect(screen()).toBe('$ cat\nhello\nhello\n');
    run.command({ verb: 'terminal-key', key: 'end-of-input' }, false);
    expect(isBusy()).toBe(false);
  });

  it('is watched on a screen of its own, which gives the old one back', () => {
    type('echo before');
    type('watch -n 2 kubectl get nodes -o name');
    const first = screen();
    expect(first).toMatch(/^Every 2\.0s: kubectl get nodes -o name +laptop: \w{3} \w{3} +\d+ [\d:]{8} \d{4}\n\nnode\//);
    pass(2_500);
    expect(screen()).not.toBe(first);
    run.command({ verb: 'terminal-key', key: 'interrupt' }, false);
    expect(screen()).toContain('before\n');
    expect(screen()).not.toContain('Every');
  });

  it('follows changes with get --watch, woken by the watch and by nothing else', () => {
    type('kubectl get deployments --watch');
    expect(isBusy()).toBe(true);
    run.command({ verb: 'apply', file: 'web.yaml', text: WEB }, false);
    pass(30_000);
    expect(screen()).toMatch(/web +0\/2/);
    expect(screen()).toMatch(/web +2\/2/);
    const watches = run.world.kernel.trace
      .slice(1)
      .filter((event) => event.type === 'watch.deliver' && event.data.to === 'client');
    expect(watches.length).toBeGreaterThan(0);
    run.command({ verb: 'terminal-key', key: 'interrupt' }, false);
    const seq = run.world.kernel.trace.length;
    pass(5_000);
    type('echo over');
    const later = run.world.kernel.trace
      .slice(seq)
      .filter((event) => event.type === 'watch.deliver' && event.data.to === 'client');
    expect(later).toEqual([]);
  });

  it('never holds time up, however much a loop asks for', () => {
    type('while true; do kubectl get nodes > /dev/null; done');
    pass(2_000);
    run.command({ verb: 'terminal-key', key: 'interrupt' }, false);
    expect(isBusy()).toBe(false);
  });
});

describe('the terminal in a run', () => {
  it('shows at a time what it showed then, and the same again after a replay', () => {
    type('kubectl apply -f web.yaml');
    const early = run.now;
    const shownThen = screen();
    pass(20_000);
    type('kubectl get pods');
    const end = run.now;
    const [shownNow, hash] = [screen(), run.world.hash()];
    run.seek(early);
    expect(screen()).toBe(shownThen);
    run.seek(end);
    expect(screen()).toBe(shownNow);
    expect(run.world.hash()).toBe(hash);
  });

  it('travels in a link', () => {
    run.command({ verb: 'apply', file: 'web.yaml', text: WEB }, false);
    pass(20_000);
    type('kubectl get pods | head -2');
    const scenario = decodeShareLink(encodeShareLink(run.toScenario({ speed: 1 })));
    const other = new Run(scenario, () => kubectlEngine);
    other.seek(run.now);
    expect(screen(other)).toBe(screen());
    expect(other.world.hash()).toBe(run.world.hash());
  });

  it('is the cause of what its commands bring about', () => {
    type('kubectl apply -f web.yaml');
    pass(20_000);
    const { trace } = run.world.kernel;
    const started = trace
      .slice(1)
      .find((event) => event.type === 'container.start' && event.object?.name.startsWith('web-'))!;
    const root = trace.chain(started.seq).at(-1)!;
    expect(root.type === 'command' && root.data.title).toBe('kubectl apply -f web.yaml');
    const requests = trace.slice(1).filter((event) => event.type === 'api.request' && event.data.from === 'client');
    expect(requests.length).toBeGreaterThan(0);
  });

  it('answers from a copy what only reads in the past, and asks before a fork', () => {
    type('kubectl apply -f web.yaml');
    const early = run.now;
    pass(20_000);
    type('kubectl scale deployment web --replicas=3');
    pass(20_000);
    run.seek(early + 10_000);
    const commands = run.commands.length;
    expect(type('kubectl get pods --no-headers | wc -l').trim()).toBe('2');
    expect(run.commands).toHaveLength(commands);
    expect(() => type('kubectl delete deployment web')).toThrow(RunFault);
    expect(() => type('kubectl get pods -w')).toThrow(RunFault);
    expect(run.commands).toHaveLength(commands);
    type('kubectl delete deployment web', true);
    expect(run.commands).toHaveLength(commands);
    pass(40_000);
    expect(podsOf(run.world, 'web')).toHaveLength(0);
  });

  it.each([
    [{ verb: 'terminal', line: 5 }, /commands\[0\]\.command\.line/],
    [{ verb: 'terminal', line: 'x', files: { '../x': '' } }, /expected a file name/],
    [{ verb: 'terminal', line: 'x', columns: 1e9 }, /columns/],
    [{ verb: 'terminal', line: 'x'.repeat(200_000) }, /at most/],
    [{ verb: 'terminal-key', key: 'reboot' }, /expected one of interrupt, end-of-input/],
  ])('is refused where a link holds what nobody has typed: %j', (command, message) => {
    expect(() => parseScenario(JSON.stringify({ commands: [{ at: 0, command }] }))).toThrow(message);
  });
});
