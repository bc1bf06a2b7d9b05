import { beforeAll, describe, expect, it } from 'vitest';
import { newShell, runShell, signalShell, wakeTime } from '../../../src/sim/workloads/shell/machine.ts';
import type { ShellHost } from '../../../src/sim/workloads/shell/host.ts';
import { copyShell } from '../../../src/sim/workloads/shell/state.ts';
import { ContainerFiles, VolumeStore } from '../../../src/sim/workloads/volumes.ts';

interface Ran {
  readonly out: string;
  readonly err: string;
  readonly code: number | undefined;
  readonly seconds: number;
}

/** Runs a script alone, in virtual time, for at most an hour; state is copied at every step, as a saved world would. */
function run(script: string, { term = undefined as number | undefined, limitMs = 3_600_000 } = {}): Ran {
  const volumes = new VolumeStore();
  let [now, out, err] = [0, '', ''];
  let state = newShell(['sh', '-c', script], { NAME: 'value' }, '/');
  const step = (): void => {
    state = copyShell(state);
    const host: ShellHost = {
      nowMs: now,
      epochMs: Date.UTC(2026, 0, 2, 3, 4, 5),
      hostname: 'box',
      podIp: '10.244.0.9',
      memoryLimitBytes: 2 ** 30,
      files: new ContainerFiles(volumes, 'root', [], 'busybox:1.36', now, {}, false),
      output: (stream, text) => (stream === 'stdout' ? (out += text) : (err += text)),
      ask: () => 0,
      draw: () => 7,
      program: () => ({ kind: 'missing' }),
      isListening: () => false,
    };
    runShell(state, host);
  };
  step();
  while (state.exitCode === undefined) {
    const next = Math.min(wakeTime(state) ?? Infinity, term !== undefined && term > now ? term : Infinity);
    if (next > limitMs) break;
    now = next;
    if (now === term) signalShell(state, 'TERM');
    step();
  }
  return { out, err, code: state.exitCode, seconds: now / 1000 };
}

describe('a script', () => {
  it.each<[string, string]>([
    ['echo hello world', 'hello world\n'],
    ['echo \'single $NAME\' "double $NAME" $NAME', 'single $NAME double value value\n'],
    ['X=1; Y="$X and ${Z:-none}"; echo "$Y" ${#Y}', '1 and none 10\n'],
    ['for i in 1 2 3; do echo -n "$i "; done; echo', '1 2 3 \n'],
    ['i=0; while [ $i -lt 3 ]; do i=$((i + 1)); echo $i; done', '1\n2\n3\n'],
    ['i=5; until [ $i -le 3 ]; do i=$((i-1)); done; echo $i', '3\n'],
    ['for i in $(seq 1 5); do if [ $i = 2 ]; then continue; fi; [ $i -eq 4 ] && break; echo $i; done', '1\n3\n'],
    ['case $NAME in v*) echo starts;; *) echo other;; esac', 'starts\n'],
    ['if false; then echo a; elif true; then echo b; else echo c; fi', 'b\n'],
    ['true && echo yes || echo no; false && echo yes || echo no', 'yes\nno\n'],
    ['echo "$(echo inner; echo more)" `echo back`', 'inner\nmore back\n'],
    ["printf '%s-%03d\\n' a 7 b 8", 'a-007\nb-008\n'],
    ['greet() { local who=$1; echo "hi $who"; return 3; }; greet you; echo $?', 'hi you\n3\n'],
    ['seq 1 20 | grep 1 | wc -l', '11\n'],
    ['echo 한글 | wc -c; echo 한글 | wc -m; echo a b | wc', '7\n3\n      1       2       4\n'],
    ['echo a b > /tmp/f; wc /tmp/f; wc -lc /tmp/f /tmp/f', '1 2 4 /tmp/f\n1 4 /tmp/f\n1 4 /tmp/f\n2 8 total\n'],
    ['printf "b\\na\\nb\\n" | sort | uniq -c', '      1 a\n      2 b\n'],
    ['echo a:b:c | cut -d: -f2; echo "one two" | awk \'{print $2}\'; echo abc | sed s/b/X/', 'b\ntwo\naXc\n'],
    ['echo text > /tmp/f; echo more >> /tmp/f; cat /tmp/f; wc -l < /tmp/f', 'text\nmore\n2\n'],
    ['cat <<EOF\nhello $NAME\nEOF\necho done', 'hello value\ndone\n'],
    ["cat <<'EOF'\nhello $NAME\nEOF", 'hello $NAME\n'],
    ['printf "1 a\\n2 b\\n" | while read n w; do echo "$w$n"; done', 'a1\nb2\n'],
    ['(X=inner; echo $X); echo ${X:-outer}', 'inner\nouter\n'],
    ['set -- a b c; echo $# $2; shift; echo "$@"', '3 b\nb c\n'],
    [
      'f=/a/b/file.tar.gz; echo ${f##*/} ${f%.*} ${f%%.*} ${f#/a}',
      'file.tar.gz /a/b/file.tar /a/b/file /b/file.tar.gz\n',
    ],
    ['echo $((2 + 3 * 4)) $(( (7 > 3) ? 10 : 20 )) $((17 % 5)) $((2**10))', '14 10 2 1024\n'],
    ['[[ $NAME == v* && -n $NAME ]] && echo yes', 'yes\n'],
    ['for ((i=0; i<3; i++)); do echo -n $i; done; echo', '012\n'],
    ['echo {1..4} x{a,b}', '{1..4} x{a,b}\n'],
    ["bash -c 'echo {1..4} x{a,b}'", '1 2 3 4 xa xb\n'],
    ['mkdir -p /data/a; touch /data/a/x /data/a/y; ls /data/a; rm /data/a/x; ls /data/a', 'x\ny\ny\n'],
    ['hostname; date -u +%Y-%m-%dT%H:%M:%S', 'box\n2026-01-02T03:04:05\n'],
    ['yes | head -n 2; echo end', 'y\ny\nend\n'],
    ['export A=1; env | grep ^A=; sh -c "echo sub \\$A"', 'A=1\nsub 1\n'],
    ['echo a | { read x; echo "got $x"; }', 'got a\n'],
    ['! false && echo negated', 'negated\n'],
    ['trap "echo bye" EXIT; echo hi', 'hi\nbye\n'],
    ['for f in /etc/os*; do echo $f; done', '/etc/os-release\n'],
    ['x=$(false) || echo failed', 'failed\n'],
  ])('%j says %j', (script, expected) => {
    expect(run(script)).toMatchObject({ out: expected, err: '' });
  });

  it.each<[string, number, number]>([
    ['sleep 5', 5, 0],
    ['echo hello; sleep 1m; exit 3', 60, 3],
    ['sleep 2 & sleep 1; wait', 2, 0],
    ['false', 0, 1],
    ['n=0; until [ $n -ge 3 ]; do n=$((n+1)); sleep 2; done', 6, 0],
    ['set -e; sleep 1; false; sleep 5', 1, 1],
    ['set -e; false || true; if false; then :; fi; sleep 1', 1, 0],
    ['timeout 3 sleep 10', 3, 124],
    ['no-such-command', 0, 127],
    ['sleep 1 | sleep 4', 4, 0],
    ['(sleep 2; exit 5)', 2, 5],
    ['exec sleep 3', 3, 0],
  ])('%j takes %d s and ends with %d', (script, seconds, code) => {
    expect(run(script)).toMatchObject({ seconds, code });
  });

  it.each(['sleep infinity', 'while true; do date; sleep 1; done', 'tail -f /dev/null', 'while :; do :; done'])(
    '%j runs on',
    (script) => {
      expect(run(script, { limitMs: 30_000 }).code).toBeUndefined();
    },
  );

  it('says what is wrong with its syntax, as the shell does', () => {
    expect(run('if true; then echo a')).toMatchObject({
      err: 'sh: syntax error: unexpected end of file (expecting "fi")\n',
      code: 2,
    });
    expect(run('no-such-command').err).toBe('sh: no-such-command: not found\n');
    expect(run('cat /nope')).toMatchObject({ err: "cat: can't open '/nope': No such file or directory\n", code: 1 });
    expect(run('set -u; echo $MISSING')).toMatchObject({ err: 'sh: MISSING: parameter not set\n', code: 2 });
  });

  it('hears SIGTERM only through a trap, and after the command in its foreground', () => {
    expect(run('sleep 30', { term: 5_000 })).toMatchObject({ seconds: 30, code: 0 });
    const trapped = 'trap "echo stopping; exit 0" TERM; while true; do sleep 10; done';
    expect(run(trapped, { term: 5_000 })).toMatchObject({ out: 'stopping\n', seconds: 10, code: 0 });
    const waiting = 'trap "echo stopping; exit 143" TERM; sleep 1000 & wait $!';
    expect(run(waiting, { term: 5_000 })).toMatchObject({ out: 'stopping\n', seconds: 5, code: 143 });
  });
});

describe('a script that never waits', () => {
  let ran: Ran;
  beforeAll(() => {
    ran = run('i=0; while true; do i=$((i+1)); done', { limitMs: 5_000 });
  });

  it('does not stop the clock', () => {
    expect(ran.code).toBeUndefined();
    expect(ran.seconds).toBe(5);
  });
});
