import '@tensorflow/tfjs';
import { testPlugin, testSchedule } from '@ulmfit/plugin-testkit';
import type { TrainingPlugin } from '@ulmfit/trainer';

const fall = (): TrainingPlugin => ({ name: 'fall', rate: ({ progress }) => 1 - progress });

await testPlugin(() => fall()); // it('keeps to the protocol', () => testPlugin(() => fall()));
testSchedule(fall());
