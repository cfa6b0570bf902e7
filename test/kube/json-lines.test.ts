import { expect } from 'chai';
import fc from 'fast-check';

import { JsonLineError, JsonLines } from '../../src/kube/json-lines.ts';

function split(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...places, bytes.length].map((end, index) =>
    bytes.subarray(index === 0 ? 0 : places[index - 1], end),
  );
}

describe('the splitter of JSON lines', () => {
  it('gives the same objects wherever the stream is cut into chunks, also inside UTF-8 characters', () => {
    const objects = fc.array(fc.record({ text: fc.string({ unit: 'grapheme' }), n: fc.integer() }), {
      minLength: 1,
    });
    fc.assert(
      fc.property(objects, fc.array(fc.nat()), (sent, cuts) => {
        const bytes = Buffer.from(sent.map((object) => `${JSON.stringify(object)}\n`).join(''));
        const lines = new JsonLines();
        const received = split(bytes, cuts).flatMap((chunk) => [...lines.push(chunk)]);
        expect(received).to.deep.equal(sent);
        expect(lines.truncated).to.equal(false);
      }),
    );
  });

  it('gives a line as soon as its newline is there, not with the next chunk', () => {
    const lines = new JsonLines();
    expect([...lines.push(Buffer.from('{"a":1}\n{"b"'))]).to.deep.equal([{ a: 1 }]);
    expect([...lines.push(Buffer.from(':2}\n'))]).to.deep.equal([{ b: 2 }]);
  });

  it('knows that a stream was cut inside a line', () => {
    const lines = new JsonLines();
    expect([...lines.push(Buffer.from('{"a":1}\n{"b"'))]).to.have.length(1);
    expect(lines.truncated).to.equal(true);
  });

  it('takes carriage returns and empty lines', () => {
    expect([...new JsonLines().push(Buffer.from('\n{"a":1}\r\n\r\n'))]).to.deep.equal([{ a: 1 }]);
  });

  it('refuses a line that is no JSON', () => {
    expect(() => [...new JsonLines().push(Buffer.from('<html>\n'))]).to.throw(JsonLineError);
  });
});
