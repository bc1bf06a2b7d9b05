/** An expected failure of a run's outside: a bad link, file or request. `code` is translated by the page. */
export class RunFault extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly values: Readonly<Record<string, string | number>> = {},
    cause?: unknown,
  ) {
    super(message, { cause });
    this.name = 'RunFault';
  }
}
