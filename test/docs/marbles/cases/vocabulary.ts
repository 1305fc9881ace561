import { firstValueFrom, of } from 'rxjs';
import { LabelEncoder } from '../../../../src/text/LabelEncoder.js';
import { Tokenizer } from '../../../../src/text/Tokenizer.js';

/** What the cases with a model know. */
export const tokenizer = await firstValueFrom(of('cup final ferry').pipe(Tokenizer.fit()));
export const labelEncoder = LabelEncoder.of(['Sports', 'World']);
