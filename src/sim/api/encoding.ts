/**
 * Base64 with the texts of Go's decoder. Upstream: encoding/base64 (CorruptInputError).
 */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Text as UTF-8 as base64. */
export function encodeBase64(text: string): string {
  const bytes = new TextEncoder().encode(text);
  let result = '';
  for (let index = 0; index < bytes.length; index += 3) {
    const [first = 0, second, third] = bytes.subarray(index, index + 3);
    const bits = (first << 16) | ((second ?? 0) << 8) | (third ?? 0);
    result += ALPHABET[bits >> 18]! + ALPHABET[(bits >> 12) & 63]!;
    result += second === undefined ? '=' : ALPHABET[(bits >> 6) & 63]!;
    result += third === undefined ? '=' : ALPHABET[bits & 63]!;
  }
  return result;
}

/** What base64 stands for, read as UTF-8; for text that has passed `base64Fault`. */
export function decodeBase64(text: string): string {
  const bytes: number[] = [];
  let [bits, count] = [0, 0];
  for (const char of text) {
    const value = ALPHABET.indexOf(char);
    if (value < 0) continue;
    bits = ((bits << 6) | value) & 0xffffff;
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes.push((bits >> count) & 255);
    }
  }
  return new TextDecoder().decode(new Uint8Array(bytes));
}

/** `illegal base64 data at input byte 3`, or undefined for base64. Line ends are skipped. */
export function base64Fault(text: string): string | undefined {
  const illegal = (at: number): string => `illegal base64 data at input byte ${at}`;
  let digits = 0;
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index]!;
    if (char === '\n' || char === '\r') continue;
    if (char === '=') {
      const rest = text.slice(index).replace(/[\r\n]/g, '');
      const wanted = digits % 4 === 2 ? '==' : digits % 4 === 3 ? '=' : undefined;
      if (wanted === undefined) return illegal(index);
      if (rest === wanted) return undefined;
      return illegal(wanted === '==' && rest.length === 1 ? text.length : index + wanted.length);
    }
    if (!ALPHABET.includes(char)) return illegal(index);
    digits += 1;
  }
  return digits % 4 === 0 ? undefined : illegal(text.length - (digits % 4));
}
