import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { expect } from 'chai';

const logger = new URL('../../src/operator/logger.ts', import.meta.url).href;

/** What a process that logs prints. */
async function printed(level: string, statements: string): Promise<{ stdout: string; lines: unknown[] }> {
  const program = `import { createLogger } from '${logger}'; const log = createLogger('${level}'); ${statements}`;
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [
    '--input-type=module',
    '-e',
    program,
  ]);
  const lines = stderr
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as unknown);
  return { stdout, lines };
}

describe('the operator’s log', () => {
  it('is one JSON object per line, on standard error alone', async () => {
    const { stdout, lines } = await printed('info', "log.info('began', { node: 'a' }); log.error('failed');");
    expect(stdout).to.equal('');
    expect(lines).to.have.length(2);
    expect(lines[0]).to.include({ level: 'info', message: 'began', node: 'a' });
    expect(lines[0])
      .to.have.property('timestamp')
      .that.matches(/^\d{4}-\d\d-\d\dT/);
    expect(lines[1]).to.include({ level: 'error', message: 'failed' });
  });

  it('leaves out what is less important than its level', async () => {
    const { lines } = await printed('warn', "log.debug('d'); log.info('i'); log.warn('w'); log.error('e');");
    expect(lines.map((line) => (line as { message: string }).message)).to.deep.equal(['w', 'e']);
  });
});
