/**
 * Share links: a scenario as deflated JSON in base64url, behind a version, for the hash of an address. Nothing leaves the
 * browser. What comes in is hostile until shown otherwise: the text, the inflated size and the shape are all bounded.
 */
import { Deflate, Inflate } from 'fflate';
import { decodeScenario } from './scenario.ts';
import { RunFault } from './fault.ts';
import type { Scenario } from './types.ts';

/** Version of the envelope: how the payload is packed. What it holds has a version of its own. */
const ENVELOPE = 'p1.';

/** Longer links are cut by browsers' address bars and chat programs: a file is offered instead. */
export const LINK_CHARACTER_LIMIT = 32_000;
/** From here on some programs shorten a link (Discord takes 2,000 characters a message). */
export const LINK_CHARACTER_WARNING = 1_800;
/** An inflated payload may not be larger, so that a small link cannot fill the memory. */
export const PAYLOAD_BYTE_LIMIT = 4 * 1024 * 1024;

export function encodeShareLink(scenario: Scenario): string {
  const bytes = new TextEncoder().encode(JSON.stringify(scenario));
  const chunks: Uint8Array[] = [];
  const deflate = new Deflate({ level: 9 }, (chunk) => chunks.push(chunk));
  deflate.push(bytes, true);
  return ENVELOPE + toBase64Url(join(chunks));
}

/** Throws a `RunFault` that says what is wrong with the link. */
export function decodeShareLink(payload: string): Scenario {
  const version = /^([a-z]\d+)\./.exec(payload);
  if (!version) throw new RunFault('link.notALink', 'This is not a Pilothouse link: it does not begin with a version.');
  if (`${version[1]}.` !== ENVELOPE) {
    throw new RunFault('link.futureVersion', `This link is of version ${version[1]}, which this build cannot read.`, {
      version: version[1]!,
    });
  }
  const bytes = inflate(fromBase64Url(payload.slice(ENVELOPE.length)));
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new RunFault('link.damaged', 'The link is damaged or cut short: its contents are not readable.', {}, error);
  }
  return decodeScenario(value);
}

function inflate(packed: Uint8Array): Uint8Array {
  const chunks: Uint8Array[] = [];
  let total = 0;
  let isComplete = false;
  const stream = new Inflate((chunk, isFinal) => {
    total += chunk.length;
    if (total > PAYLOAD_BYTE_LIMIT) {
      throw new RunFault('link.tooLarge', `The link unpacks to more than ${PAYLOAD_BYTE_LIMIT} bytes.`, {
        limit: PAYLOAD_BYTE_LIMIT,
      });
    }
    chunks.push(chunk);
    isComplete ||= isFinal;
  });
  try {
    // Small bites, so that a bomb is noticed before it has grown.
    for (let at = 0; at < packed.length; at += 1024) {
      stream.push(packed.subarray(at, at + 1024), at + 1024 >= packed.length);
    }
  } catch (error) {
    if (error instanceof RunFault) throw error;
    throw new RunFault('link.damaged', 'The link is damaged or cut short: it cannot be unpacked.', {}, error);
  }
  if (!isComplete) throw new RunFault('link.damaged', 'The link is damaged or cut short: it ends too early.');
  return join(chunks);
}

function join(chunks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

function toBase64Url(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function fromBase64Url(text: string): Uint8Array {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) {
    throw new RunFault('link.damaged', 'The link holds characters that no link has.');
  }
  // Four characters are three bytes: one that is left over belongs to nothing, and atob would throw.
  if (text.length % 4 === 1) throw new RunFault('link.damaged', 'The link is cut short.');
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
