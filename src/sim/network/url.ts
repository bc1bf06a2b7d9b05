/** URLs as a person types them into the request tracer. */

export interface Target {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly path: string;
}

export type ParsedUrl =
  { readonly ok: true; readonly target: Target } | { readonly ok: false; readonly failure: string };

/** Failures read as curl's. */
export function parseUrl(text: string): ParsedUrl {
  const trimmed = text.trim();
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(trimmed)?.[1]?.toLowerCase() ?? 'http';
  if (scheme !== 'http' && scheme !== 'https')
    return { ok: false, failure: `curl: (1) Protocol "${scheme}" not supported` };
  const match = /^([a-z0-9_.-]+)(?::(\d*))?(\/[^\s]*|\?[^\s]*)?$/i.exec(
    trimmed.replace(/^[a-z][a-z0-9+.-]*:\/\//i, ''),
  );
  if (!match) return { ok: false, failure: 'curl: (3) URL rejected: Malformed input to a URL function' };
  const [, host = '', portText, path = '/'] = match;
  const port = portText ? Number(portText) : scheme === 'https' ? 443 : 80;
  if (portText === '' || port < 1 || port > 65535)
    return { ok: false, failure: 'curl: (3) URL rejected: Port number was not a decimal number between 0 and 65535' };
  return { ok: true, target: { url: trimmed, host, port, path: path.startsWith('/') ? path : `/${path}` } };
}

export const isAddress = (host: string): boolean => /^\d+\.\d+\.\d+\.\d+$/.test(host);
