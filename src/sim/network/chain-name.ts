/**
 * Names of iptables chains: the first 16 characters of the base32 of the sha256 of the port's name and protocol.
 * Upstream: pkg/proxy/iptables/proxier.go (portProtoHash).
 */
import { sha256 } from '../kernel/index.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function base32(bytes: Uint8Array, length: number): string {
  let [text, buffer, bits] = ['', 0, 0];
  for (const byte of bytes) {
    buffer = (buffer << 8) | byte;
    bits += 8;
    while (bits >= 5 && text.length < length) {
      bits -= 5;
      text += ALPHABET[(buffer >>> bits) & 31]!;
    }
    buffer &= (1 << bits) - 1;
  }
  return text;
}

const known = new Map<string, string>();

/** `KUBE-SVC-XXXXXXXXXXXXXXXX` of `namespace/name`, port name and protocol. */
export function chainName(service: string, portName: string, protocol: string): string {
  const key = `${service}${portName ? `:${portName}` : ''}${protocol.toLowerCase()}`;
  let chain = known.get(key);
  if (!chain) known.set(key, (chain = `KUBE-SVC-${base32(sha256(key), 16)}`));
  return chain;
}
