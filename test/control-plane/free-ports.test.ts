import { expect } from 'chai';
import { createServer } from 'node:net';
import { freePorts } from './free-ports.ts';

describe('free ports', () => {
  it('are different, can be listened on, and lie below the ephemeral range', async () => {
    const ports = await freePorts(20);
    expect(new Set(ports).size).to.equal(20);
    for (const port of ports) {
      expect(port).to.be.within(10_000, 32_000);
      const server = createServer();
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject).listen(port, '127.0.0.1', resolve);
      });
      server.close();
    }
  });
});
