/** One run of a command: its flags, its requests, and what it has written. */
import type { KubeObject } from '../../sim/api/object.ts';
import { Discovery } from './client/discovery.ts';
import { Rest } from './client/rest.ts';
import type { FlagValues } from './client/flags.ts';
import type { KubeconfigState, KubectlContext, KubectlStep, Wake, Written } from './context.ts';
import { failure } from './failure.ts';

export class Session {
  /** In the order in which it was written: a terminal shows both streams. */
  readonly written: Written[] = [];
  code = 0;
  config: KubeconfigState | undefined;
  /** What a failed edit leaves behind. */
  kept: { readonly path: string; readonly text: string } | undefined;
  readonly rest: Rest;
  private found: Discovery | undefined;
  private told = 0;

  constructor(
    readonly context: KubectlContext,
    readonly flags: FlagValues,
    /** `kubectl get`. */
    readonly command: string,
    readonly argv: readonly string[],
  ) {
    this.rest = new Rest(context, flags);
  }

  get discovery(): Discovery {
    return (this.found ??= new Discovery(this.rest));
  }

  get isNamespaceGiven(): boolean {
    return this.flags.text('namespace') !== '';
  }

  get namespace(): string {
    return this.flags.text('namespace') || this.contextNamespace;
  }

  private get contextNamespace(): string {
    const { config } = this.context;
    const name = this.flags.text('context') || config.currentContext;
    return config.contexts.find((item) => item.name === name)?.namespace || 'default';
  }

  out(text: string): void {
    this.tellWarnings();
    this.write('stdout', text);
  }

  say(text: string): void {
    this.tellWarnings();
    this.write('stdout', `${text}\n`);
  }

  complain(text: string): void {
    this.tellWarnings();
    this.write('stderr', `${text}\n`);
  }

  err(text: string): void {
    this.tellWarnings();
    this.write('stderr', text);
  }

  private write(stream: Written['stream'], text: string): void {
    if (text !== '') this.written.push({ stream, text });
  }

  tellWarnings(): void {
    const { warnings } = this.rest;
    for (; this.told < warnings.length; this.told += 1) this.write('stderr', `Warning: ${warnings[this.told]}\n`);
  }

  get dryRun(): 'none' | 'client' | 'server' {
    const wanted = this.flags.text('dry-run');
    if (wanted === 'client' || wanted === 'server' || wanted === 'none' || wanted === '') return wanted || 'none';
    if (wanted === 'unchanged')
      throw failure('--dry-run=unchanged is invalid: the flag must be given a value: "none", "server", or "client"');
    throw failure(`Invalid dry-run value (${wanted}). Must be "none", "server", or "client".`);
  }

  get dryRunNote(): string {
    return { none: '', client: ' (dry run)', server: ' (server dry run)' }[this.dryRun];
  }
}

/** What a verb gives back: nothing when it has ended, or what it waits for. */
export type Pause = { readonly data: unknown; readonly wake: Wake } | undefined;

export type Verb = (session: Session) => Pause | void;
export type Resume = (session: Session, data: never, startedMs: number) => Pause | void;

export const stepDone = (session: Session): KubectlStep => ({
  done: true,
  written: session.written,
  code: session.code,
  ...(session.config ? { config: session.config } : {}),
  ...(session.kept ? { kept: session.kept } : {}),
});

export type Live = KubeObject & {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: NonNullable<KubeObject['metadata']> & { readonly name: string };
};
