import { sampleImdb, splitImdb } from '@ulmfit/data-imdb';

const reviews = sampleImdb({ seed: 1, train: 200, test: 200, unsup: 1000 }); // invented, of the shape of the real ones
const { train, validation, lm, test } = splitImdb(reviews, {
  seed: 1,
  trainReviews: 100,
  validationShare: 0.1,
});
console.log(train.length, validation.length, lm.length, test.length); // 90 10 1000 200
console.log(train[0]); // { id: 'train/neg/127_3.txt', split: 'train', label: 'neg', rating: 3, text: '...' }
