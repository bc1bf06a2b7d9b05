/** Certificates for people, signed by the authority of a served cluster. */
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { cryptoProvider, PemConverter, X509Certificate, X509CertificateGenerator } from '@peculiar/x509';
import type { Credentials, KeyPair } from '../../../src/node/serve/authority.ts';

cryptoProvider.set(webcrypto as unknown as Crypto);

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** With the common name, and an organization for each group. */
export async function certificateOf(
  { authority, authorityKey }: Credentials,
  name: string,
  groups: readonly string[],
): Promise<KeyPair> {
  const own = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const der = PemConverter.decodeFirst(authorityKey);
  const certificate = await X509CertificateGenerator.create({
    subject: [...groups.map((group) => `O=${group}`), `CN=${name}`].join(', '),
    issuer: new X509Certificate(authority).subject,
    publicKey: own.publicKey as CryptoKey,
    signingKey: await webcrypto.subtle.importKey('pkcs8', der, ALGORITHM, true, ['sign']),
    signingAlgorithm: ALGORITHM,
  });
  const key = await webcrypto.subtle.exportKey('pkcs8', own.privateKey);
  return { certificate: certificate.toString('pem'), key: PemConverter.encode(key, 'PRIVATE KEY') };
}
