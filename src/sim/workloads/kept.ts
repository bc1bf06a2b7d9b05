/** What servers that keep something are asked with, and where they keep it. */
import type { HttpRequest } from './behaviour.ts';
import type { Files } from './shell/host.ts';

export interface KeptRequest {
  readonly request: HttpRequest;
  readonly files: Files;
  readonly directory: string;
  readonly nowMs: number;
  readonly hostname: string;
}

export interface KeptReply {
  readonly status: number;
  readonly body: string;
}

export const replied = (status: number, body = ''): KeptReply => ({ status, body });

/** Makes the directory as well: it is no mount where nothing outlives the container. */
export function writeFile({ files, directory }: KeptRequest, name: string, text: string): KeptReply | undefined {
  const fault = files.makeDirectory(directory) ?? files.write(`${directory}/${name}`, text);
  return fault === undefined ? undefined : replied(507, `${directory}/${name}: ${fault}\n`);
}
