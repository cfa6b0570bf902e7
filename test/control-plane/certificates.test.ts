import { expect } from 'chai';
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificates, type Certificates } from './certificates.ts';

describe('the certificates of a control plane', () => {
  let directory: string;
  let certificates: Certificates;
  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'numasim-certificates-'));
    certificates = await makeCertificates(directory);
  });
  after(() => rmSync(directory, { recursive: true }));

  it('the serving certificate is signed by the CA, for the loopback address, and belongs to its key', () => {
    const ca = new X509Certificate(readFileSync(certificates.caFile));
    const serving = new X509Certificate(readFileSync(certificates.servingCertFile));
    expect(ca.ca).to.be.true;
    expect(serving.ca).to.be.false;
    expect(serving.verify(ca.publicKey)).to.be.true;
    expect(serving.checkIP('127.0.0.1')).to.equal('127.0.0.1');
    expect(serving.checkPrivateKey(createPrivateKey(readFileSync(certificates.servingKeyFile)))).to.be.true;
  });

  it('is valid now and for months', () => {
    const { validFromDate, validToDate } = new X509Certificate(readFileSync(certificates.servingCertFile));
    expect(validFromDate.getTime()).to.be.below(Date.now());
    expect(validToDate.getTime()).to.be.above(Date.now() + 180 * 24 * 3_600_000);
  });

  it('the keys of ServiceAccount tokens are a pair', () => {
    const fromPrivate = createPublicKey(readFileSync(certificates.serviceAccountKeyFile));
    const published = createPublicKey(readFileSync(certificates.serviceAccountPublicKeyFile));
    expect(fromPrivate.equals(published)).to.be.true;
  });

  it('can be read by their owner only', () => {
    for (const file of Object.values(certificates) as readonly string[]) {
      expect(statSync(file).mode & 0o077, file).to.equal(0);
    }
  });
});
