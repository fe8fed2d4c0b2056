import * as tf from '@tensorflow/tfjs-core';
import { doctor, formatDoctor, installEngine, useBackend } from '@ulmfit/backend-node';

await installEngine({ log: console.error }); // once a machine; later about a second
const { backend, warnings } = await useBackend(); // 'tensorflow', else 'wasm', else 'cpu'
console.log(backend);
for (const warning of warnings) console.error(warning);

tf.matMul(tf.ones([64, 1152]), tf.ones([1152, 4608])).dispose();
console.log(formatDoctor(await doctor())); // what runs, and why nothing faster does
