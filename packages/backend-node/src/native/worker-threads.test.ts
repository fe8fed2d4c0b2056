import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { cacheDirectory } from '@ulmfit/files';
import { findTfjsNode } from '../install/tfjs-node-package.js';
import { tryToLoad } from '../install/try-to-load.js';
import { findKernelLibraries } from './kernel-library.js';
import { nativeMissing, withNativeReason } from './kernels.test-helper.js';

/** Loads both and runs an op on two threads. */
const RUN = `
const { workerData, parentPort } = require('node:worker_threads');
const util = require('node:util');
util.isNullOrUndefined ??= (value) => value === null || value === undefined;
util.isArray ??= Array.isArray;
process.env.TF_CPP_MIN_LOG_LEVEL = '2';
const tf = require(workerData.tfjsNode);
require(workerData.kernels).setThreads(2);
const inputs = [tf.zeros([3000, 200]), tf.zeros([200]), tf.zeros([3000], 'int32')];
const attributes = [{ name: 'needs_gradient', type: tf.backend().binding.TF_ATTR_BOOL, value: true }];
const [losses] = tf.backend().executeMultipleOutputs('UlmfitSoftmaxCrossEntropy', attributes, inputs, 3);
parentPort.postMessage(losses.dataSync()[2999]);`;

it.skipIf(nativeMissing !== undefined)(
  withNativeReason('the kernels outlive the worker thread that alone has loaded them'),
  async () => {
    const tfjsNode = await findTfjsNode();
    const engine = tfjsNode && (await tryToLoad(tfjsNode));
    if (!engine || 'broken' in engine) throw new Error('the engine loads elsewhere');
    const [kernels] = await findKernelLibraries(cacheDirectory(), engine.tensorflowVersion);
    for (let i = 0; i < 2; i++) {
      const worker = new Worker(RUN, { eval: true, workerData: { tfjsNode: tfjsNode.directory, kernels } });
      const loss = await new Promise((resolve, reject) => {
        worker.once('message', resolve);
        worker.once('error', reject);
      });
      expect(loss).toBeCloseTo(Math.log(200), 4);
      await worker.terminate();
    }
  },
);
