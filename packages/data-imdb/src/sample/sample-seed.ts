/** The seed of the embedded sample: the sample is one data set, whatever a run's seed. */
export const SAMPLE_SEED = 1;
