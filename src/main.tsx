import { mountApp } from './ui/index.ts';

mountApp(document.getElementById('root')!);
