import { LIFE_PARAMETERS, type LifeParameters, type ParameterRow } from '../../firmware-sim/device/life/parameters.ts';
import { UsageError } from '../../firmware-sim/kernel/errors.ts';

type Value = number | boolean | string;

const ROWS: Readonly<Record<string, ParameterRow<Value>>> = LIFE_PARAMETERS;

function understood(name: string, { default: usual }: ParameterRow<Value>, text: string): Value {
  const wrong = (wanted: string): never => {
    throw new UsageError('bad-parameter', `--parameter ${name} takes ${wanted}, not ${JSON.stringify(text)}`);
  };
  if (typeof usual === 'string') return text === '' ? wrong('a word') : text;
  if (typeof usual === 'boolean') return text === 'true' || (text === 'false' ? false : wrong('true or false'));
  return /^-?\d{1,15}$/.test(text) ? Number(text) : wrong('a whole number');
}

/**
 * Parameters of a device as people write them, `NAME=VALUE` each; undefined for none.
 * @throws UsageError `bad-parameter` naming what there is or what would be right
 */
export function lifeParameters(texts: readonly string[]): Partial<LifeParameters> | undefined {
  if (texts.length === 0) return undefined;
  const entries = texts.map((text): [string, Value] => {
    const [name = '', ...value] = text.split('=');
    const row = Object.hasOwn(ROWS, name) ? ROWS[name] : undefined;
    if (!row || !text.includes('=')) {
      const names = Object.keys(ROWS).join(', ');
      throw new UsageError('bad-parameter', `--parameter ${JSON.stringify(text)}: write it as NAME=VALUE; there are ${names}`);
    }
    return [name, understood(name, row, value.join('='))];
  });
  return Object.fromEntries(entries) as Partial<LifeParameters>;
}
