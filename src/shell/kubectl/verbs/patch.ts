/** `kubectl patch`. Upstream: kubectl/pkg/cmd/patch/patch.go. Left out: `--local`. */
import { parseManifest } from '../../../manifest/index.ts';
import type { PATCH_TYPES } from '../client/changes.ts';
import { each, sendPatch, writeQuery } from '../client/changes.ts';
import { flagsOf, DRY_RUN_FLAG, FILE_FLAGS, PRINT_FLAGS } from '../client/flags.ts';
import { liveObjects, selectionOf } from '../client/infos.ts';
import { pathOf } from '../client/rest.ts';
import { failure, throwAll } from '../failure.ts';
import { changePrinter } from '../printers/output.ts';
import type { Session } from '../session.ts';
import { goJson } from '../../../sim/api/go-json.ts';

export const PATCH_FLAGS = flagsOf(
  `${FILE_FLAGS} ${PRINT_FLAGS} ${DRY_RUN_FLAG} patch/p patch-file type=strategic subresource field-manager local:bool`,
);

export function patch(session: Session): void {
  const { flags } = session;
  const text = patchText(session);
  const type = flags.text('type').toLowerCase();
  if (!['json', 'merge', 'strategic'].includes(type))
    throw failure(`--type must be one of [json merge strategic], not ${JSON.stringify(flags.text('type'))}`);
  if (flags.args.length === 0 && flags.all('filename').length === 0)
    throw failure(
      "You must provide one or more resources by argument or filename.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   '<resource> <name>'\n   '<resource>'",
    );
  const failures: Error[] = [];
  const found = liveObjects(session, { ...selectionOf(session), needsName: true }, failures);
  const tell = changePrinter(session);
  const body = patchJson(text);
  each(found, failures, (item) => {
    const { resource, namespace, name } = item;
    const subresource = flags.text('subresource');
    const before = subresource ? session.rest.json('GET', pathOf(resource, namespace, name, subresource)) : item.object;
    if (session.dryRun === 'client') return tell('patched', before);
    const query = writeQuery(session, 'kubectl-patch');
    const patched = sendPatch(session, item, type as keyof typeof PATCH_TYPES, body, query, subresource);
    const isSame = goJson(patched) === goJson(before);
    tell(isSame ? 'patched (no change)' : 'patched', patched);
  });
  throwAll(failures);
}

function patchText({ flags, context }: Session): string {
  const given = flags.text('patch');
  const file = flags.text('patch-file');
  if (given && file) throw failure('cannot specify --patch and --patch-file together');
  if (!given && !file) throw failure('must specify --patch or --patch-file containing the contents of the patch');
  if (!file) return given;
  const text = context.readFile(file);
  if (text === undefined) throw failure(`unable to read patch file: open ${file}: no such file or directory`);
  return text;
}

/** A patch may be YAML; it is sent as JSON. */
function patchJson(text: string): unknown {
  if (/^\s*[[{]/.test(text)) {
    try {
      return JSON.parse(text);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  const wrapped = `wrapped:\n${text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')}\n`;
  const { documents, faults } = parseManifest('patch', wrapped);
  const wrong = faults.find(({ severity, code }) => severity === 'error' && code.startsWith('yaml'));
  if (wrong || !documents[0])
    throw failure(`unable to parse ${JSON.stringify(text)}: yaml: ${wrong?.message ?? 'not a mapping'}`);
  return (documents[0].object as { wrapped?: unknown }).wrapped;
}
