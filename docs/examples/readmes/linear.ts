import { linearFromParts, linearToParts, trainLinear } from '@ulmfit/linear';

const rows = [
  { text: 'A warm and funny film.', labels: [1] },
  { text: 'Dull from start to end.', labels: [0] },
]; // or any iterable, asynchronous ones too
const linear = await trainLinear(rows, { classes: 2, multiLabel: false });
linear.logits(['Warm, if a bit dull.']); // [texts, classes]
linear.explain('Warm, if a bit dull.', 1).terms; // what each term adds to the logit of class 1

const { json, arrays } = linearToParts(linear); // for a file; linearFromParts({ json, arrays }) is the same model
