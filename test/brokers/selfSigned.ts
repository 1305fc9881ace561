import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** The files of a self-signed certificate for this machine, in PEM. */
export interface SelfSigned {
  readonly key: string;
  readonly certificate: string;
}

/** Makes a self-signed certificate for 127.0.0.1 in a folder. */
export const selfSigned = (folder: string): SelfSigned => {
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1'],
      ...['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', key, '-out', certificate],
    ],
    { stdio: 'ignore' },
  );
  return { key, certificate };
};
