/** `-o`: which form the objects of an answer take. Upstream: cli-runtime/pkg/{genericclioptions,printers}, kubectl/pkg/cmd/get. */
import type { KubeObject } from '../../../sim/api/object.ts';
import { kindNameOf } from '../client/discovery.ts';
import { failure, CommandFailure } from '../failure.ts';
import type { Session } from '../session.ts';
import { goJson, isMapping, type Fields } from '../../../sim/api/go-json.ts';
import { executeTemplate, parseTemplate, TemplateFault } from '../text/go-template.ts';
import { goSyntax } from '../text/go-value.ts';
import { goYaml } from '../text/go-yaml.ts';
import { evaluateJsonPath, JsonPathFault, jsonPathText, parseJsonPath } from '../text/json-path.ts';
import { customColumns } from './custom-columns.ts';
import { kyaml } from './kyaml.ts';

export interface ObjectPrinter {
  /** The text of one object, or of a List. */
  print(object: unknown): string;
  /** Whether a list is printed item by item (`name`). */
  readonly isEach?: boolean;
}

const FORMATS =
  'custom-columns,custom-columns-file,go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,kyaml,name,template,templatefile,wide,yaml';
/** Without tables: what commands other than `get` allow. */
const PLAIN_FORMATS =
  'go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,kyaml,name,template,templatefile,yaml';

const TEMPLATES =
  /^(go-template|template|templatefile|go-template-file|jsonpath|jsonpath-as-json|jsonpath-file)(?:=([\s\S]*))?$/;

/** Undefined for a table, be it wide or not. */
export function outputPrinter(session: Session, forGet = false): ObjectPrinter | undefined {
  const { flags } = session;
  const template = flags.optional('template');
  const format = flags.text('output') || (template === undefined ? '' : 'go-template');
  const keeps = flags.bool('show-managed-fields');
  const bare = (object: unknown): unknown => (keeps ? object : withoutManagedFields(object));
  switch (format) {
    case '':
      return undefined;
    case 'json':
      return { print: (object) => `${goJson(bare(object), '    ')}\n` };
    case 'yaml':
      return yamlPrinter(bare);
    case 'kyaml':
      return { print: (object) => kyaml(bare(object)) };
    case 'name':
      return { isEach: true, print: (object) => `${nameOf(object)}\n` };
    case 'wide':
      if (forGet) return undefined;
      break;
  }
  const found = TEMPLATES.exec(format);
  if (found) return templatePrinter(session, found[1]!, found[2] ?? template ?? '');
  if (forGet && format.startsWith('custom-columns')) return customColumns(session, format);
  throw failure(
    `unable to match a printer suitable for the output format ${JSON.stringify(format)}, allowed formats are: ${forGet ? FORMATS : PLAIN_FORMATS}`,
  );
}

function yamlPrinter(bare: (object: unknown) => unknown): ObjectPrinter {
  let count = 0;
  return {
    print: (object) => {
      count += 1;
      return `${count > 1 ? '---\n' : ''}${goYaml(bare(object))}`;
    },
  };
}

function templatePrinter(session: Session, kind: string, given: string): ObjectPrinter {
  const isFile = kind.endsWith('file');
  if (given === '') throw failure('template format specified but no template given');
  const text = isFile ? session.context.readFile(given) : given;
  if (text === undefined) throw failure(`error reading --template ${given}, open ${given}: no such file or directory`);
  const allows = session.flags.text('allow-missing-template-keys') !== 'false';
  return kind.startsWith('jsonpath') ? pathPrinter(kind, text, allows) : goPrinter(text, allows);
}

function pathPrinter(kind: string, text: string, allows: boolean): ObjectPrinter {
  try {
    const nodes = parseJsonPath(text);
    return {
      print: (data) => {
        try {
          if (kind !== 'jsonpath-as-json') return jsonPathText(nodes, data, allows);
          const found = evaluateJsonPath(nodes, data, allows).flatMap((item) => (typeof item === 'string' ? [] : item));
          return `${goJson(found, '    ')}\n`;
        } catch (error) {
          if (!(error instanceof JsonPathFault)) throw error;
          throw failure(
            `error executing jsonpath ${JSON.stringify(text)}: Error executing template: ${error.message}. Printing more information for debugging the template:\n\ttemplate was:\n\t\t${text}\n\tobject given to jsonpath engine was:\n\t\t${goSyntax(data)}\n\n\n`,
          );
        }
      },
    };
  } catch (error) {
    if (error instanceof JsonPathFault) throw failure(`error parsing jsonpath ${text}, ${error.message}`);
    throw error;
  }
}

function goPrinter(text: string, allows: boolean): ObjectPrinter {
  try {
    const nodes = parseTemplate(text);
    return {
      print: (data) => {
        try {
          return executeTemplate(nodes, data, allows);
        } catch (error) {
          if (!(error instanceof TemplateFault)) throw error;
          throw new CommandFailure(
            `Error executing template: template: output:${error.message}. Printing more information for debugging the template:\n\ttemplate was:\n\t\t${text}\n\traw data was:\n\t\t${goJson(data)}\n\tobject given to template engine was:\n\t\t${goSyntax(data)}\n\nerror: error executing template ${JSON.stringify(text)}: template: output:${error.message}`,
          );
        }
      },
    };
  } catch (error) {
    if (error instanceof TemplateFault)
      throw failure(`error parsing template ${text}, template: output:${error.message}`);
    throw error;
  }
}

export function withoutManagedFields(object: unknown): unknown {
  if (!isMapping(object)) return object;
  const { items, metadata } = object;
  const bare =
    isMapping(metadata) && 'managedFields' in metadata
      ? { ...object, metadata: omit(metadata, 'managedFields') }
      : object;
  return Array.isArray(items) ? { ...bare, items: items.map(withoutManagedFields) } : bare;
}

export function omit(fields: Fields, ...names: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}

/** `deployment.apps/web`; a subresource is named by its own kind: `scale.autoscaling/web`. */
export function nameOf(object: unknown): string {
  const { apiVersion = '', kind = '', metadata } = object as KubeObject;
  const group = apiVersion.includes('/') ? apiVersion.split('/')[0]! : '';
  return `${kindNameOf({ kind, group })}/${metadata?.name ?? ''}`;
}

/**
 * Prints the outcome of a change: `pod/web created`, or the object as `-o` asks. Upstream: printers.NamePrinter.
 */
export function changePrinter(session: Session): (operation: string, object: unknown, note?: string) => void {
  const printer = outputPrinter(session);
  return (operation, object, note = session.dryRunNote) => {
    if (printer) session.out(printer.print(object));
    else session.say(`${nameOf(object)} ${operation}${note}`);
  };
}
