/** `npm run generate`: writes public/support.md and public/support.ko.md, formatted as the project formats everything. */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { supportFiles } from './support/index.ts';

const root = resolve(import.meta.dirname, '../..');
for (const { path, text } of await supportFiles()) writeFileSync(resolve(root, path), text);
