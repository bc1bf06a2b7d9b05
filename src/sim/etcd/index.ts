export { Store, type Change, type StoredValue, type StoreState, type Swap } from './store.ts';
export { etcdMemberMachine } from './machine.ts';
