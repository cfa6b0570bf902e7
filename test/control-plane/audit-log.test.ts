import { expect } from 'chai';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAuditLog, writesBy, type AuditEvent } from './audit-log.ts';

const event = (username: string, verb: string, resource: string): AuditEvent => ({
  auditID: `${username}-${verb}-${resource}`,
  verb,
  requestURI: '/',
  user: { username },
  objectRef: { resource },
  requestReceivedTimestamp: '2026-01-01T00:00:00.000000Z',
});

describe('the audit log', () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'numasim-audit-'))));
  afterEach(() => rmSync(directory, { recursive: true }));

  it('is read up to the last complete line', () => {
    const file = join(directory, 'audit.log');
    const events = [event('a', 'get', 'pods'), event('b', 'patch', 'pods')];
    writeFileSync(file, events.map((line) => `${JSON.stringify(line)}\n`).join('') + '{"auditID":"half');
    expect(readAuditLog(file)).to.deep.equal(events);
  });

  it('is empty before the first request', () => {
    expect(readAuditLog(join(directory, 'none'))).to.deep.equal([]);
  });

  it('tells the writes of one user: changes only, and no reviews, which store nothing', () => {
    const writes = ['create', 'update', 'patch', 'delete', 'deletecollection'].map((verb) =>
      event('me', verb, 'pods'),
    );
    const others = [
      event('you', 'create', 'pods'),
      ...['get', 'list', 'watch'].map((verb) => event('me', verb, 'pods')),
      event('me', 'create', 'subjectaccessreviews'),
    ];
    expect(writesBy('me', [...others, ...writes])).to.deep.equal(writes);
  });
});
