/**
 * The cluster's certificate authority: signs the server's certificate and those of users, all made anew at each start
 * unless a folder keeps them. Upstream: what `kubeadm init phase certs` makes.
 */
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { X509Certificate } from '@peculiar/x509';
import {
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

cryptoProvider.set(webcrypto as unknown as Crypto);

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;
const YEARS_MS = 3_650 * DAY_MS;

export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

export interface Credentials {
  readonly authority: string;
  readonly server: KeyPair;
  readonly admin: KeyPair;
  /** Name of the administrator, who is in the group `system:masters`. */
  readonly adminName: string;
  /** Speaks for the administrator where no certificate can (`--token-auth-file`). */
  readonly adminToken: string;
}

interface Signer {
  readonly certificate: X509Certificate;
  readonly keys: CryptoKeyPair;
}

const generateKeys = (): Promise<CryptoKeyPair> =>
  webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']) as Promise<CryptoKeyPair>;

const validity = (): { notBefore: Date; notAfter: Date } => ({
  notBefore: new Date(Date.now() - DAY_MS),
  notAfter: new Date(Date.now() + YEARS_MS),
});

/** Names of the API server, as clients inside and outside call it. */
const SERVER_NAMES = [
  'localhost',
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
];

export async function makeCredentials(hosts: readonly string[], adminName: string): Promise<Credentials> {
  const signer = await makeAuthority();
  const names = [
    ...SERVER_NAMES.map((value) => ({ type: 'dns' as const, value })),
    ...['127.0.0.1', '::1', '10.0.0.1', ...hosts].map((value) => ({
      type: /^[\d.]+$|:/.test(value) ? ('ip' as const) : ('dns' as const),
      value,
    })),
  ];
  return {
    authority: signer.certificate.toString('pem'),
    server: await sign(signer, 'CN=kube-apiserver', ExtendedKeyUsage.serverAuth, names),
    admin: await sign(signer, `O=system:masters, CN=${adminName}`, ExtendedKeyUsage.clientAuth, []),
    adminName,
    adminToken: Buffer.from(webcrypto.getRandomValues(new Uint8Array(24))).toString('base64url'),
  };
}

/** Credentials kept in a folder, so that a kubeconfig stays good over restarts. */
export async function keptCredentials(
  folder: string,
  hosts: readonly string[],
  adminName: string,
): Promise<Credentials> {
  const file = join(folder, 'credentials.json');
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Credentials;
  const made = await makeCredentials(hosts, adminName);
  writeFileSync(file, JSON.stringify(made), { mode: 0o600 });
  return made;
}

async function makeAuthority(): Promise<Signer> {
  const keys = await generateKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: 'CN=kubernetes',
    ...validity(),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.digitalSignature, true),
    ],
  });
  return { certificate, keys };
}

async function sign(
  signer: Signer,
  subject: string,
  usage: ExtendedKeyUsage,
  names: readonly { type: 'dns' | 'ip'; value: string }[],
): Promise<KeyPair> {
  const keys = await generateKeys();
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serial(),
    subject,
    issuer: signer.certificate.subject,
    ...validity(),
    publicKey: keys.publicKey,
    signingKey: signer.keys.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([usage]),
      ...(names.length > 0 ? [new SubjectAlternativeNameExtension([...names])] : []),
    ],
  });
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { certificate: certificate.toString('pem'), key: PemConverter.encode(key, 'PRIVATE KEY') };
}

const serial = (): string => Buffer.from(webcrypto.getRandomValues(new Uint8Array(8))).toString('hex');
