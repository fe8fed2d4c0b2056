export type StageName = 'linear' | 'pretrain' | 'finetune' | 'classify' | 'evaluate';
