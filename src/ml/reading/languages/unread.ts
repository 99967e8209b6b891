/** Languages that meals are not read in: enough words to say which one it is, and to leave alone what looks like an English food. */
import { wordList } from './list';

export interface UnreadLanguage {
  /** ISO 639-1. */
  readonly code: string;
  readonly joins: readonly string[];
  readonly negations: readonly string[];
  /** Articles, prepositions, numbers, vessels, verbs of eating. */
  readonly fillers: readonly string[];
  /** Common words for foods that are another food's name elsewhere ("latte" is milk), or that tell the language. */
  readonly own: readonly string[];
}

/** Units that every language writes alike. */
export const metricUnits: readonly string[] = wordList('g kg mg ml cl dl l');

const unread = (code: string, joins: string, negations: string, fillers: string, own = ''): UnreadLanguage => ({
  code,
  joins: wordList(joins),
  negations: wordList(negations),
  fillers: wordList(fillers),
  own: wordList(own),
});

export const unreadLanguages: readonly UnreadLanguage[] = [
  unread(
    'it',
    'e ed con',
    'senza',
    `di del della dello dei degli delle il gli lo un uno una al alla allo nel nella per ho mangiato bevuto fetta fette bicchiere bicchieri tazza cucchiaio cucchiai
      piatto pezzo due tre quattro cinque mezzo mezza`,
    'latte caffe pane uova uovo burro formaggio pesce riso mela',
  ),
  unread(
    'pt',
    'e com',
    'sem',
    'de um uma do da dos das no na comi bebi copo copos colher fatia fatias prato pedaco duas dois tres o os',
    'leite pao ovo ovos queijo arroz feijao manteiga',
  ),
  unread(
    'nl',
    'en met',
    'zonder geen',
    'een van het de twee drie vier sneetje plakje glas kopje kom lepel bord stuk stukje ik heb gegeten gedronken',
    'melk brood ei eieren kaas boter boterham rijst',
  ),
  unread(
    'pl',
    'z ze i oraz',
    'bez',
    'dwa dwie trzy jedna jeden szklanka kromka kromki lyzka talerz kawalek na zjadlem zjadlam',
    'mleko chleb chleba jajka ser maslo ryz',
  ),
  unread(
    'sv',
    'och med',
    'utan',
    'en ett tva tre skiva skivor glas kopp tallrik bit jag at',
    'mjolk brod agg ost smor ris',
  ),
  unread(
    'tr',
    've ile',
    'siz',
    'bir iki uc dilim bardak kase tabak yedim ictim tane',
    'sut ekmek yumurta peynir pilav',
  ),
  unread(
    'id',
    'dan dengan',
    'tanpa',
    'sepiring segelas semangkuk sepotong dua tiga saya makan minum potong',
    'nasi telur susu roti',
  ),
  unread('vi', 'va voi', 'khong', 'mot hai ba bat ly dia toi an', 'com sua trung banh'),
];
