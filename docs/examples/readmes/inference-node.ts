import { loadModel } from '@ulmfit/inference/node';

const model = await loadModel('@example/tickets-model', { from: import.meta.dirname });
if (model.kind === 'classifier') console.log(await model.predict(['My card was charged twice.']));
model.dispose();
