/** The certificates and keys of one control plane, made for it and thrown away with it. */
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from 'selfsigned';

/** PEM files on disk. */
export interface Certificates {
  /** Signs the serving certificate; clients trust it. */
  readonly caFile: string;
  /** The API server's, for 127.0.0.1 and localhost. */
  readonly servingCertFile: string;
  readonly servingKeyFile: string;
  /** Key pair that signs and checks the tokens of ServiceAccounts. */
  readonly serviceAccountKeyFile: string;
  readonly serviceAccountPublicKeyFile: string;
}

const subject = (name: string): { name: string; value: string }[] => [{ name: 'commonName', value: name }];

/** Makes them in `directory`, keys readable by the owner only; valid for a year. */
export async function makeCertificates(directory: string): Promise<Certificates> {
  const ca = await generate(subject('numasim-control-plane-ca'), {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: anHourAgo(),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, digitalSignature: true, critical: true },
    ],
  });
  const serving = await generate(subject('kube-apiserver'), {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: anHourAgo(),
    ca: { key: ca.private, cert: ca.cert },
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 7, ip: '127.0.0.1' },
          { type: 2, value: 'localhost' },
        ],
      },
    ],
  });
  const serviceAccount = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const save = (name: string, pem: string): string => {
    const file = join(directory, name);
    writeFileSync(file, pem, { mode: 0o600 });
    return file;
  };
  return {
    caFile: save('ca.crt', ca.cert),
    servingCertFile: save('serving.crt', serving.cert),
    servingKeyFile: save('serving.key', serving.private),
    serviceAccountKeyFile: save('service-account.key', serviceAccount.privateKey),
    serviceAccountPublicKeyFile: save('service-account.pub', serviceAccount.publicKey),
  };
}

/** A clock that is set back a little must not make the certificate "not yet valid". */
function anHourAgo(): Date {
  return new Date(Date.now() - 3_600_000);
}
