/**
 * Bundles the measurements as a release is bundled, one file a module, so that they run at the speed of the page and a
 * profile still knows the rooms. Under the tool that runs TypeScript directly every function costs more.
 */
import { join } from 'node:path';
import { build } from 'vite';

const OUT = '.cache/bench';

/** The file to run. */
export async function buildMeasurements(root: string): Promise<string> {
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: true,
      outDir: OUT,
      emptyOutDir: true,
      target: 'node20',
      minify: false,
      rollupOptions: {
        input: ['src/node/bench/measure.ts', 'src/node/bench/rest-load.ts'],
        output: { preserveModules: true, preserveModulesRoot: 'src', entryFileNames: '[name].mjs' },
      },
    },
  });
  return join(root, OUT, 'node/bench/measure.mjs');
}
