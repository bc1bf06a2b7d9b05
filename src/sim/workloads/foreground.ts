/**
 * What a command is that no shell knows: a server of the image, a client of one, a tool that is taken to have done its work,
 * or nothing. What is only taken for done says so in the container's log.
 */
import type { Behaviour } from './behaviour.ts';
import type { RunningProcess } from './process.ts';
import { imageBehaviour, isShellImage } from './program.ts';
import { served, SERVER } from './server-command.ts';
import { commandName } from './shell/commands/index.ts';
import type { Program } from './shell/host.ts';

interface Verdict {
  readonly program: Program;
  /** The behaviour that the container has from now on. */
  readonly behaviour?: Behaviour;
}

const task = (code: number, output = '', error = '', afterMs = 100): Verdict => ({
  program: { kind: 'task', afterMs, code, output, error },
});

/** Clients of well-known servers: the port they speak to, and what they print. */
const CLIENTS: readonly {
  readonly name: RegExp;
  readonly port: number;
  readonly output: string;
  readonly failure: string;
}[] = [
  {
    name: /^redis-cli$/,
    port: 6379,
    output: 'PONG\n',
    failure: 'Could not connect to Redis at 127.0.0.1:6379: Connection refused\n',
  },
  {
    name: /^(mysqladmin|mysql|mariadb|mariadb-admin)$/,
    port: 3306,
    output: 'mysqld is alive\n',
    failure: "ERROR 2003 (HY000): Can't connect to MySQL server on '127.0.0.1:3306' (111)\n",
  },
  {
    name: /^(pg_isready|psql)$/,
    port: 5432,
    output: 'localhost:5432 - accepting connections\n',
    failure: 'localhost:5432 - no response\n',
  },
  {
    name: /^(mongo|mongosh)$/,
    port: 27017,
    output: '{ ok: 1 }\n',
    failure: 'MongoNetworkError: connect ECONNREFUSED 127.0.0.1:27017\n',
  },
  {
    name: /^(rabbitmqctl|rabbitmq-diagnostics)$/,
    port: 5672,
    output: 'Ping succeeded\n',
    failure: 'Error: unable to perform an operation on node. Please see diagnostics information\n',
  },
  {
    name: /^(grpc_health_probe|grpc-health-probe)$/,
    port: 0,
    output: 'status: SERVING\n',
    failure: 'timeout: failed to connect service\n',
  },
];

/** Tools of images that do something Pilothouse does not follow: taken to have done their work, and that is said in the log. */
export const TAKEN_FOR_DONE: readonly string[] =
  'adduser apk apt apt-get aws az bundle cargo chroot composer consul cron crond dnf envsubst gcloud gem git go gradle groupadd gunzip gzip helm ifconfig install ip iptables jq kubectl make microdnf modprobe mount mvn npm npx openssl perl ping pip pip3 rabbitmq-plugins rsync scp ssh supervisord sysctl tar umount unzip update-ca-certificates useradd vault yarn yq yum'.split(
    ' ',
  );

const NO_COPIES =
  'pilothouse: kubectl cp is not supported: containers here hold no real files. Use kubectl exec with cat, or mount a ConfigMap.\n';

export function programFor(
  argv: readonly string[],
  process: RunningProcess,
  isListening: (port: number) => boolean,
): Verdict {
  const [word = ''] = argv;
  const name = word.replace(/^.*\//, '');
  const line = [name, ...argv.slice(1)].join(' ');
  const client = CLIENTS.find((item) => item.name.test(name));
  if (client) {
    const port = client.port || Number(/-addr[= ]\S*:(\d+)/.exec(line)?.[1] ?? 0);
    return isListening(port) ? task(0, client.output) : task(1, '', client.failure);
  }
  if (SERVER.test(line)) return { program: { kind: 'server' }, behaviour: served(imageBehaviour(process.image), line) };
  // `kubectl cp` is a tar in the container that speaks to a tar at home.
  if (name === 'tar' && argv.includes('-')) return task(1, '', NO_COPIES, 0);
  if (TAKEN_FOR_DONE.includes(name))
    return task(0, '', `pilothouse: ${commandName(word)} is not simulated; it is taken to have done its work\n`, 1_000);
  if (isShellImage(process.image)) return { program: { kind: 'missing' } };
  if (process.isTask) return task(0, '', '', 1_000);
  return { program: { kind: 'server' }, behaviour: served(imageBehaviour(process.image), line) };
}
