/** An authority of the test's own, so that it can sign certificates for people in groups. */
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  cryptoProvider,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import type { Credentials, KeyPair } from '../../../src/node/serve/authority.ts';

cryptoProvider.set(webcrypto as unknown as Crypto);

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const makeKeys = (): Promise<CryptoKeyPair> =>
  webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']) as Promise<CryptoKeyPair>;

export interface Lab {
  readonly credentials: Credentials;
  /** A certificate with the common name, and an organization for each group. */
  person(name: string, groups: readonly string[]): Promise<KeyPair>;
}

export async function makeLab(): Promise<Lab> {
  const keys = await makeKeys();
  const authority = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=lab',
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [new BasicConstraintsExtension(true)],
  });
  const signed = async (subject: string): Promise<KeyPair> => {
    const own = await makeKeys();
    const certificate = await X509CertificateGenerator.create({
      subject,
      issuer: authority.subject,
      publicKey: own.publicKey,
      signingKey: keys.privateKey,
      signingAlgorithm: ALGORITHM,
      extensions: [new SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }])],
    });
    const key = await webcrypto.subtle.exportKey('pkcs8', own.privateKey);
    return { certificate: certificate.toString('pem'), key: PemConverter.encode(key, 'PRIVATE KEY') };
  };
  return {
    credentials: {
      authority: authority.toString('pem'),
      server: await signed('CN=kube-apiserver'),
      admin: await signed('O=system:masters, CN=admin'),
      adminName: 'admin',
      adminToken: 'lab',
    },
    person: (name, groups) => signed([...groups.map((group) => `O=${group}`), `CN=${name}`].join(', ')),
  };
}
