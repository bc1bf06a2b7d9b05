/** Scripts as public manifests write them, each in a pod: what it logs, and how it ends. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { World } from '../../../src/sim/world.ts';
import { exec, findPod, log, scriptPod } from '../../support/shell.ts';
import { advance, apply, bootWorld } from '../../support/world.ts';

interface Idiom {
  readonly script: string;
  readonly says: readonly (string | RegExp)[];
  /** 0 by default. */
  readonly code?: number;
  readonly image?: string;
  readonly shell?: string;
}

const bash = { image: 'debian:12', shell: 'bash' } as const;

const IDIOMS: Readonly<Record<string, Idiom>> = {
  'init-container': {
    script:
      'until nslookup web.$(cat /var/run/secrets/kubernetes.io/serviceaccount/namespace).svc.cluster.local; do echo waiting for web; sleep 2; done; echo ready',
    says: [/Server:\s+10\.0\.0\.10/, 'ready'],
  },
  pi: {
    script: "perl -Mbignum=bpi -wle 'print bpi(50)'",
    image: 'perl:5.34.0',
    says: ['3.1415926535897932384626433832795028841971693993751'],
  },
  heredoc: { script: 'cat > /tmp/conf <<EOF\nhome=$HOME\nEOF\ncat /tmp/conf', says: ['home=/root'] },
  counting: {
    script: 'i=0; while [ $i -lt 3 ]; do i=$((i+1)); echo $i; done; seq 3 -1 2',
    says: ['1', '2', '3', '3', '2'],
  },
  jobs: {
    script: 'sleep 1 & pid=$!; (echo sub) & kill $pid; wait $pid; echo $?; wait; echo done',
    says: ['143', 'sub', 'done'],
  },
  conditions: {
    script:
      '[ -f /tmp/a ] || echo none; touch /tmp/a; test -e /tmp/a && echo there; [[ "v1.2" =~ ^v[0-9] ]] && echo match; case x.txt in *.md) echo md;; *.txt|*.text) echo text;; esac',
    says: ['none', 'there', 'match', 'text'],
  },
  parameters: {
    script: 'f=/a/b.tar.gz; echo ${f##*/} ${f%%.*} ${NONE:-default}; set -- x y; echo $# $2; echo $((2 ** 3))',
    says: ['b.tar.gz /a/b default', '2 y', '8'],
  },
  options: {
    script: 'while getopts "a:b" o -b -a 1; do echo "$o $OPTARG"; done; echo $OPTIND',
    says: ['b ', 'a 1', '4'],
  },
  strict: { script: 'set -euo pipefail\nfalse | true\necho never', code: 1, says: [] },
  'exit-code': { script: 'f() { return 3; }; f || echo $?; exit 7', code: 7, says: ['3'] },
  expr: { script: 'i=`expr 1 + 2`; echo $i; expr length hello; expr substr hello 2 3', says: ['3', '5', 'ell'] },
  dates: { script: 'date +%Y-%m-%d; date -d @0 +%Y; date -u +%Z', says: [/^2026-01-0\d$/, '1970', 'UTC'] },
  printf: { script: "printf '%s=%03d %.1f\\n' a 7 2.5", says: ['a=007 2.5'] },
  tee: { script: 'echo hi | tee /tmp/a; echo more | tee -a /tmp/a > /dev/null; wc -l < /tmp/a', says: ['hi', '2'] },
  grep: {
    script: 'echo abc | grep -q b && echo yes; printf "1\\n2\\n" | grep -vc 1; echo k=v | grep -oE "[a-z]$"',
    says: ['yes', '1', 'v'],
  },
  awk: {
    script:
      "echo 'a b c' | awk '{print $1, $3}'; printf '1 x\\n3 y\\n' | awk '{s+=$1} END {print s, NR}'; printf 'x 1\\ny 5\\n' | awk '$2 > 1 {print $1}'; awk 'BEGIN{printf \"%.2f\\n\", 10/4}'; echo a:b | awk -F: '{print toupper($2)}'; echo 'k v' | awk '{a[$1]=$2} END {for (k in a) print k \"=\" a[k]}'",
    says: ['a c', '4 2', 'y', '2.50', 'B', 'k=v'],
  },
  'awk-limits': {
    script: "awk 'function f(x) { return x } { print f($1) }' /etc/hostname",
    code: 2,
    says: [/^awk: .*pilothouse runs a part of the language$/],
  },
  sed: {
    script: "echo a/b | sed 's#/#-#g'; printf 'a\\nb\\n' | sed -n 2p; echo abc | sed -E 's/(a)(b)/\\2\\1/'",
    says: ['a-b', 'b', 'bac'],
  },
  'cut-tr': {
    script: 'echo a,b,c | cut -d, -f2; echo hi | tr a-z A-Z; tr -dc a-z0-9 < /dev/urandom | head -c 8 | wc -c',
    says: ['b', 'HI', '8'],
  },
  curl: {
    image: 'curlimages/curl:8.5.0',
    script: "curl -s -o /dev/null -w '%{http_code}\\n' http://web; curl -sf http://nowhere || echo $?",
    says: ['200', '6'],
  },
  wget: {
    script: 'wget -qO- http://web | head -n 1; wget -q --spider http://web && echo up',
    says: [/Welcome to nginx/, 'up'],
  },
  nc: { script: 'nc -z -w 2 web 80 && echo open; nc -z -w 1 web 81 || echo closed', says: ['open', 'closed'] },
  redirections: {
    script: 'ls /nope > /tmp/o 2>&1 || cat /tmp/o; echo err >&2; { echo a; echo b; } > /tmp/g; wc -l < /tmp/g',
    says: ['ls: /nope: No such file or directory', 'err', '2'],
  },
  timeout: {
    script: 'timeout 1 sleep 5; echo $?; command -v sh; exec echo replaced',
    says: ['124', '/bin/sh', 'replaced'],
  },
  'read-line': {
    script: 'printf "a b\\nc d\\n" > /tmp/l; while read x y; do echo $y; done < /tmp/l',
    says: ['b', 'd'],
  },
  braces: {
    ...bash,
    script: 'echo {1..3} x{a,b}; for ((i=0; i<2; i++)); do echo $i; done',
    says: ['1 2 3 xa xb', '0', '1'],
  },
  arrays: {
    ...bash,
    script: 'a=(x y z)\necho ${a[1]}',
    code: 2,
    says: [/syntax error/, 'pilothouse: arrays, select and process substitution of bash are not supported'],
  },
  python: {
    image: 'python:3.12',
    script: 'python3 -c "print(1)"; echo $?',
    says: ['pilothouse: python3 -c is not simulated; it is taken to have done its work', '0'],
  },
  'redis-cli': {
    image: 'redis:7',
    script: 'redis-cli ping; redis-cli -h cache ping; redis-cli -h cache set a 1',
    code: 1,
    says: [
      'Could not connect to Redis at 127.0.0.1:6379: Connection refused',
      'PONG',
      'pilothouse: redis-cli -h cache set a 1: not supported, redis-cli can only ask whether its server is up',
    ],
  },
  psql: {
    image: 'postgres:16',
    script: 'pg_isready -h localhost; psql -h localhost -c "select 1"',
    code: 2,
    says: ['localhost:5432 - no response', 'localhost:5432 - no response'],
  },
};

const server = (name: string, image: string, port: number): string => `apiVersion: v1
kind: Pod
metadata: { name: ${name}, labels: { app: ${name} } }
spec: { containers: [{ name: main, image: '${image}', ports: [{ containerPort: ${port} }] }] }
---
apiVersion: v1
kind: Service
metadata: { name: ${name} }
spec: { selector: { app: ${name} }, ports: [{ port: ${port} }] }
`;

describe('a script of a public manifest', () => {
  let world: World;
  beforeAll(() => {
    world = bootWorld();
    apply(world, `${server('web', 'nginx:1.27', 80)}---\n${server('cache', 'redis:7', 6379)}`);
    advance(world, 15);
    for (const [name, { script, ...how }] of Object.entries(IDIOMS))
      apply(world, scriptPod(name, script, { ...how, more: '  restartPolicy: Never\n' }));
    advance(world, 120);
  });

  it.each(Object.entries(IDIOMS))('does as it says: %s', (name, { says, code = 0 }) => {
    const lines = log(world, name);
    if (name === 'init-container') {
      for (const line of says)
        expect(lines).toContainEqual(typeof line === 'string' ? line : expect.stringMatching(line));
    } else expect(lines).toEqual(says.map((line) => (typeof line === 'string' ? line : expect.stringMatching(line))));
    expect(findPod(world, name).status?.containerStatuses?.[0]?.state?.terminated?.exitCode).toBe(code);
  });
});

describe('a script that serves', () => {
  it('by nc or python listens on the port that it names', () => {
    const world = bootWorld();
    apply(
      world,
      [
        scriptPod('nc', "while true; do printf 'HTTP/1.1 200 OK\\r\\n\\r\\nhi' | nc -l -p 8080; done"),
        scriptPod('python', 'python3 -m http.server 8000', { image: 'python:3.12' }),
        scriptPod('ask', 'sleep 1000'),
      ].join('---\n'),
    );
    for (const [name, port] of [
      ['nc', 8080],
      ['python', 8000],
    ] as const)
      apply(
        world,
        `apiVersion: v1\nkind: Service\nmetadata: { name: ${name} }\nspec: { selector: { app: ${name} }, ports: [{ port: ${port} }] }\n`,
      );
    advance(world, 30);
    for (const [host, port] of [
      ['nc', '8080'],
      ['python', '8000'],
    ] as const)
      expect(exec(world, 'ask', 'nc', '-zv', '-w', '1', host, port).stderr).toContain(`:${port}) open`);
  });
});
