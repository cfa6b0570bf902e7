/** Starts a control plane, prints its directory, and waits to be killed. */
import { startControlPlane } from '../start-control-plane.ts';

const { directory } = await startControlPlane();
process.stdout.write(`${directory}\n`);
setInterval(() => undefined, 60_000);
