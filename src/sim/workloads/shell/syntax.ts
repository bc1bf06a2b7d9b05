/** What a shell script is made of, once it has been read. Nodes are numbered, so that a running script is plain data. */

export type Part =
  | { readonly kind: 'text'; readonly text: string; readonly isQuoted: boolean }
  | {
      readonly kind: 'variable';
      readonly name: string;
      /** `:-`, `-`, `:=`, `:+`, `:?`, `#`, `##`, `%`, `%%`, `/`, `//`, `:` of `${name<op>arg}`; `length` of `${#name}`. */
      readonly operator?: string;
      readonly argument?: Word;
      readonly isQuoted: boolean;
    }
  | { readonly kind: 'command'; readonly node: number; readonly isQuoted: boolean }
  | { readonly kind: 'arithmetic'; readonly expression: Word; readonly isQuoted: boolean };

export type Word = readonly Part[];

export interface Redirection {
  readonly descriptor: number;
  readonly operator: '>' | '>>' | '<' | '>&' | '<&' | '<<<';
  readonly target: Word;
}

interface Redirected {
  readonly redirections: readonly Redirection[];
}

export type ShellNode =
  | { readonly kind: 'list'; readonly items: readonly { readonly node: number; readonly isBackground: boolean }[] }
  | { readonly kind: 'and-or'; readonly left: number; readonly operator: '&&' | '||'; readonly right: number }
  | { readonly kind: 'not'; readonly node: number }
  | { readonly kind: 'pipeline'; readonly nodes: readonly number[] }
  | ({
      readonly kind: 'simple';
      readonly assignments: readonly { readonly name: string; readonly value: Word; readonly isAppend: boolean }[];
      readonly words: readonly Word[];
    } & Redirected)
  | ({
      readonly kind: 'if';
      readonly branches: readonly { readonly condition: number; readonly body: number }[];
      readonly otherwise?: number;
    } & Redirected)
  | ({
      readonly kind: 'loop';
      readonly isUntil: boolean;
      readonly condition: number;
      readonly body: number;
    } & Redirected)
  | ({
      readonly kind: 'for';
      readonly name: string;
      readonly words?: readonly Word[];
      readonly body: number;
    } & Redirected)
  /** `for ((start; while; step))`. */
  | ({
      readonly kind: 'count';
      readonly start: Word;
      readonly condition: Word;
      readonly step: Word;
      readonly body: number;
    } & Redirected)
  | ({
      readonly kind: 'case';
      readonly word: Word;
      readonly items: readonly { readonly patterns: readonly Word[]; readonly body: number }[];
    } & Redirected)
  | ({ readonly kind: 'group'; readonly body: number } & Redirected)
  | ({ readonly kind: 'subshell'; readonly body: number } & Redirected)
  | { readonly kind: 'function'; readonly name: string; readonly body: number };

export interface Script {
  readonly nodes: readonly ShellNode[];
  readonly root: number;
}

/** What is wrong with a script's text, as the shell says it: `sh: syntax error: unexpected "done"`. */
export class SyntaxFault extends Error {}
