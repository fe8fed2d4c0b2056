#!/usr/bin/env node
// CommonJS, which Node starts sooner than modules: who asks for help has it at once, and nothing else is loaded.
const { existsSync } = require('node:fs');
const { join } = require('node:path');

const built = join(__dirname, '../dist/quick');
if (!existsSync(join(built, 'start.js'))) {
  console.error('ulmfit: not built yet; run `npm run build` in the workspace');
  process.exitCode = 2;
} else if (existsSync(join(built, 'start.cjs'))) require('../dist/quick/start.cjs').start();
else import('../dist/quick/start.js').then(({ start }) => start());
