export { Client } from './operations.js';
export { Problem } from './problem.js';
export type { CallOptions, ClientOptions } from './transport.js';
export type * from './types.js';
