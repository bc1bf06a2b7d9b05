/**
 * The cluster's certificate authority: signs the server's certificate and those of users, all made anew at each start
 * unless a folder keeps them. Upstream: what `kubeadm init phase certs` makes.
 */
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import {
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

import { writeWhole } from './whole-file.ts';

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
  /** Signs more certificates; kept with the rest, where anything is kept. */
  readonly authorityKey: string;
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
  return {
    authority: signer.certificate.toString('pem'),
    authorityKey: await exported(signer.keys.privateKey),
    server: await serverCertificate(signer, hosts),
    admin: await sign(signer, `O=system:masters, CN=${adminName}`, ExtendedKeyUsage.clientAuth, []),
    adminName,
    adminToken: Buffer.from(webcrypto.getRandomValues(new Uint8Array(24))).toString('base64url'),
  };
}

/** A server that listens on every address of the machine is called by each of them. */
function namesOf(hosts: readonly string[]): readonly { type: 'dns' | 'ip'; value: string }[] {
  const isEverywhere = hosts.some((host) => host === '0.0.0.0' || host === '::');
  const own = isEverywhere ? Object.values(networkInterfaces()).flatMap((list) => list ?? []) : [];
  const addresses = ['127.0.0.1', '::1', '10.0.0.1', ...hosts, ...own.map(({ address }) => address)];
  return [...new Set([...SERVER_NAMES, ...addresses])].map((value) => ({ type: isIP(value) ? 'ip' : 'dns', value }));
}

const serverCertificate = (signer: Signer, hosts: readonly string[]): Promise<KeyPair> =>
  sign(signer, 'CN=kube-apiserver', ExtendedKeyUsage.serverAuth, namesOf(hosts));

export const CREDENTIALS_FILE = 'credentials.json';

/**
 * Credentials kept in a folder, so that a kubeconfig stays good over restarts. The server's own certificate is made
 * anew: it may be called by other names than the last time.
 */
export async function keptCredentials(
  folder: string,
  hosts: readonly string[],
  adminName: string,
): Promise<Credentials> {
  const file = join(folder, CREDENTIALS_FILE);
  if (!existsSync(file)) {
    const made = await makeCredentials(hosts, adminName);
    writeWhole(file, JSON.stringify(made));
    return made;
  }
  const kept = JSON.parse(readFileSync(file, 'utf8')) as Credentials;
  return { ...kept, server: await serverCertificate(await signerOf(kept), hosts) };
}

async function signerOf({ authority, authorityKey }: Credentials): Promise<Signer> {
  const certificate = new X509Certificate(authority);
  const der = PemConverter.decodeFirst(authorityKey);
  const privateKey = await webcrypto.subtle.importKey('pkcs8', der, ALGORITHM, true, ['sign']);
  return { certificate, keys: { privateKey, publicKey: await certificate.publicKey.export() } };
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
  return { certificate: certificate.toString('pem'), key: await exported(keys.privateKey) };
}

const exported = async (key: CryptoKey): Promise<string> =>
  PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');

const serial = (): string => Buffer.from(webcrypto.getRandomValues(new Uint8Array(8))).toString('hex');
