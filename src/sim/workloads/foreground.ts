/**
 * What a command is that no shell knows: a server of the image, a tool that is taken to have done its work,
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

/** Tools of images that do something Pilothouse does not follow: taken to have done their work, and that is said in the log. */
export const TAKEN_FOR_DONE: readonly string[] =
  'adduser apk apt apt-get aws az bundle cargo chroot composer consul cron crond dnf envsubst gcloud gem git go gradle groupadd gunzip gzip helm ifconfig install ip iptables jq kubectl make microdnf modprobe mount mvn npm npx openssl ping pip pip3 rabbitmq-plugins rsync scp ssh supervisord sysctl tar umount unzip update-ca-certificates useradd vault yarn yq yum'.split(
    ' ',
  );

/** Programs that are written into the command line, or only say their version. */
const INLINE = /^(python3?|node|ruby|php|java)\s+(-c|-e|-p|-r|-v|-version|--version|--help)(\s|$)/;

const NO_COPIES =
  'pilothouse: kubectl cp is not supported: containers here hold no real files. Use kubectl exec with cat, or mount a ConfigMap.\n';

export function programFor(argv: readonly string[], process: RunningProcess, isMain: boolean): Verdict {
  const [word = ''] = argv;
  const name = word.replace(/^.*\//, '');
  const line = [name, ...argv.slice(1)].join(' ');
  if (INLINE.test(line))
    return task(0, '', `pilothouse: ${name} ${argv[1]} is not simulated; it is taken to have done its work\n`, 1_000);
  if (SERVER.test(line)) return { program: { kind: 'server' }, behaviour: served(imageBehaviour(process.image), line) };
  // `kubectl cp` is a tar in the container that speaks to a tar at home.
  if (name === 'tar' && argv.includes('-')) return task(1, '', NO_COPIES, 0);
  if (TAKEN_FOR_DONE.includes(name))
    return task(0, '', `pilothouse: ${commandName(word)} is not simulated; it is taken to have done its work\n`, 1_000);
  if (isShellImage(process.image)) return { program: { kind: 'missing' } };
  if (process.isTask) return task(0, '', '', 1_000);
  // What somebody runs beside the program of the container is a tool of it, as a health check is.
  if (!isMain)
    return task(0, '', `pilothouse: ${commandName(word)} is not simulated; it is taken to have done its work\n`, 50);
  return { program: { kind: 'server' }, behaviour: served(imageBehaviour(process.image), line) };
}
