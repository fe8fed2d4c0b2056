import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { gpuFault, isGpuEngine } from './gpu.js';
import { temporaryFolder } from './install/fake-wheel.test-helper.js';

it('says whether the driver or the card is missing', async () => {
  const root = await temporaryFolder();
  expect(gpuFault(root)).toMatch(/^there is no NVIDIA driver/);
  const driver = join(root, 'proc', 'driver', 'nvidia');
  await mkdir(join(driver, 'gpus'), { recursive: true });
  await writeFile(join(driver, 'version'), 'NVRM version: 1');
  expect(gpuFault(root)).toMatch(/knows of no card/);
  await mkdir(join(driver, 'gpus', '0000:01:00.0'));
  expect(gpuFault(root)).toMatch(/finds no card that it can use/);
});

it('leaves a driver that is outside of Linux to TensorFlow', async () => {
  const root = await temporaryFolder();
  await mkdir(join(root, 'dev', 'dxg'), { recursive: true });
  expect(gpuFault(root)).toMatch(/finds no card that it can use/);
});

it('knows an engine for graphics cards by the libraries beside it', async () => {
  const root = await temporaryFolder();
  const directory = join(root, 'tfjs-node');
  await mkdir(directory);
  expect(isGpuEngine({ directory })).toBe(false);
  await mkdir(join(root, 'engine', 'lib'), { recursive: true });
  await symlink(join(root, 'engine'), join(directory, 'deps'));
  expect(isGpuEngine({ directory })).toBe(false);
  await mkdir(join(root, 'engine', 'nvidia'));
  expect(isGpuEngine({ directory })).toBe(true);
});
