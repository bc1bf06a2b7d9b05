/** Monaco with YAML and the schemas of Kubernetes, loaded when the editor is first shown. */
import * as monaco from 'monaco-editor/esm/vs/editor/editor.api.js';
import 'monaco-editor/esm/vs/basic-languages/yaml/yaml.contribution.js';
import 'monaco-editor/esm/vs/editor/contrib/hover/browser/hoverContribution.js';
import 'monaco-editor/esm/vs/editor/contrib/suggest/browser/suggestController.js';
import 'monaco-editor/esm/vs/editor/contrib/snippet/browser/snippetController2.js';
import 'monaco-editor/esm/vs/editor/contrib/codeAction/browser/codeActionContributions.js';
import 'monaco-editor/esm/vs/editor/contrib/gotoError/browser/gotoError.js';
import 'monaco-editor/esm/vs/editor/contrib/linesOperations/browser/linesOperations.js';
import 'monaco-editor/esm/vs/editor/contrib/multicursor/browser/multicursor.js';
import 'monaco-editor/esm/vs/editor/contrib/indentation/browser/indentation.js';
import 'monaco-editor/esm/vs/editor/contrib/clipboard/browser/clipboard.js';
import 'monaco-editor/esm/vs/editor/contrib/contextmenu/browser/contextmenu.js';
import 'monaco-editor/esm/vs/editor/contrib/wordOperations/browser/wordOperations.js';
import 'monaco-editor/esm/vs/editor/contrib/toggleTabFocusMode/browser/toggleTabFocusMode.js';
import 'monaco-editor/esm/vs/editor/browser/widget/diffEditor/diffEditor.contribution.js';
import 'monaco-editor/esm/vs/editor/contrib/find/browser/findController.js';
import 'monaco-editor/esm/vs/editor/contrib/folding/browser/folding.js';
import 'monaco-editor/esm/vs/editor/contrib/comment/browser/comment.js';
import 'monaco-editor/esm/vs/editor/contrib/bracketMatching/browser/bracketMatching.js';
import EditorWorker from 'monaco-editor/esm/vs/editor/editor.worker.js?worker';
import { configureMonacoYaml } from 'monaco-yaml';
import YamlWorker from './yaml.worker.ts?worker';
import schemas from './generated/schemas.json' with { type: 'json' };

self.MonacoEnvironment = {
  getWorker: (_id: string, label: string) => (label === 'yaml' ? new YamlWorker() : new EditorWorker()),
};

/** Monaco's own dark theme with comments light enough to be read: theirs fall short of a contrast of 4.5 to 1. */
monaco.editor.defineTheme('dark', {
  base: 'vs-dark',
  inherit: true,
  rules: [{ token: 'comment', foreground: '8bb174' }],
  colors: {},
});

export const showShade = (shade: 'light' | 'dark'): void => monaco.editor.setTheme(shade === 'dark' ? 'dark' : 'vs');

/** One schema that looks at apiVersion and kind first: alternatives would all be offered at once. */
function dispatching(): object {
  const { kinds, definitions } = schemas as unknown as {
    kinds: Record<string, string>;
    definitions: Record<string, object>;
  };
  const entries = Object.entries(kinds);
  return {
    definitions,
    type: 'object',
    properties: {
      apiVersion: { type: 'string', enum: [...new Set(entries.map(([key]) => key.slice(0, key.lastIndexOf('/'))))] },
      kind: { type: 'string', enum: [...new Set(entries.map(([key]) => key.slice(key.lastIndexOf('/') + 1)))] },
    },
    allOf: entries.map(([key, name]) => {
      const slash = key.lastIndexOf('/');
      return {
        if: {
          required: ['apiVersion', 'kind'],
          properties: { apiVersion: { const: key.slice(0, slash) }, kind: { const: key.slice(slash + 1) } },
        },
        then: { $ref: `#/definitions/${name}` },
      };
    }),
  };
}

/** What is being written, by the address of its model; models of other addresses (those of a diff) get no schema. */
export const MODEL_PREFIXES = { manifest: 'inmemory://editor/', scheduler: 'inmemory://scheduler/' } as const;

export type TextKind = keyof typeof MODEL_PREFIXES;

const kubernetes = {
  uri: 'inmemory://kubernetes.json',
  fileMatch: [`${MODEL_PREFIXES.manifest}*`],
  schema: dispatching(),
};
const fixed = { enableSchemaRequest: false, validate: false } as const;
const yaml = configureMonacoYaml(monaco, { ...fixed, schemas: [kubernetes] });

/** Completion and hover of the scheduler's configuration, in the words of the reader's language. */
export function takeSchedulerSchema(schema: object): void {
  const scheduler = { uri: 'inmemory://scheduler.json', fileMatch: [`${MODEL_PREFIXES.scheduler}*`], schema };
  void yaml.update({ ...fixed, schemas: [kubernetes, scheduler] });
}

export { monaco };
