/** The shape of the support page: what is served, what acts on it, and where it deliberately differs from upstream. */

export interface Bilingual {
  readonly en: string;
  readonly ko: string;
}

export interface SupportedKind {
  /** `deployments.apps`. */
  readonly resource: string;
  readonly kind: string;
  readonly apiVersion: string;
  readonly isNamespaced: boolean;
  readonly support: 'simulated' | 'stored';
  readonly verbs: readonly string[];
  readonly subresources: readonly string[];
  /** Components and controllers that act on it, by upstream's names. */
  readonly actors: readonly string[];
  readonly limits?: Bilingual;
}

export interface SupportedCommand {
  readonly name: string;
  /** Commands beneath it: `status` of `rollout`. */
  readonly parts: readonly string[];
  /** What it says instead of being carried out. */
  readonly refusal?: string;
}

export interface Deviation {
  readonly id: string;
  readonly subject: Bilingual;
  readonly here: Bilingual;
  readonly why: Bilingual;
}

export interface SupportPage {
  readonly kinds: readonly SupportedKind[];
  readonly kubectl: readonly SupportedCommand[];
  /** Commands that only the terminal has, beside those of the shell. */
  readonly terminal: readonly string[];
  readonly shell: readonly string[];
  /** Programs that are taken to have done their work. */
  readonly pretended: readonly string[];
  readonly deviations: readonly Deviation[];
}
