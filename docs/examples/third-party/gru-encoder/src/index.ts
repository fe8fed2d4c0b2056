export { createGru, type GruConfig, type GruEncoder, type GruTaps } from './gru.js';
export { gru, type GruSizes } from './gru-architecture.js';
