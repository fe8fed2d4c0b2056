export type StageName = 'pretrain' | 'finetune' | 'classify' | 'evaluate';
