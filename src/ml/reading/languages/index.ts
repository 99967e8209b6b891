/** Languages that meals are read in, besides English. */
import type { Language } from '../language';
import { german } from './de';
import { spanish } from './es';
import { french } from './fr';

export const languages: readonly Language[] = [german, spanish, french];
