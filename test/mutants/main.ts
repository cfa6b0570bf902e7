/** `npm run --silent mutants [-- ID…]`: breaks the engine's rules one by one; a test must notice each. */
import { run } from './run.ts';

process.exitCode = await run(process.cwd(), process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  error: (text) => process.stderr.write(text),
});
