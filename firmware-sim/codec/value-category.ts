import { INTEGER_TYPES } from './axdr-types.ts';
import { ZCL_INTEGERS } from './zcl.ts';

/** How values of a type are written as JSON. */
export type Category = 'integer' | 'float' | 'boolean' | 'null' | 'bits' | 'text' | 'octets';

export const CATEGORIES: Readonly<Record<string, Category>> = {
  INTEGER: 'integer',
  ENUMERATED: 'integer',
  float32: 'float',
  float64: 'float',
  boolean: 'boolean',
  BOOLEAN: 'boolean',
  bool: 'boolean',
  'null-data': 'null',
  'dont-care': 'null',
  NULL: 'null',
  'bit-string': 'bits',
  'BIT STRING': 'bits',
  'visible-string': 'text',
  'utf8-string': 'text',
  string: 'text',
  UTF8String: 'text',
  PrintableString: 'text',
  IA5String: 'text',
  UTCTime: 'text',
  GeneralizedTime: 'text',
  'OBJECT IDENTIFIER': 'text',
};

/** Types whose value is a list of values. */
export const CONTAINERS = new Set([
  'array',
  'structure',
  'compact-array',
  'SEQUENCE',
  'SEQUENCE OF',
  'SET',
  'SET OF',
  'EXPLICIT',
  'CHOICE',
  'list',
  'group',
]);

export function categoryOf(type: string): Category {
  return CATEGORIES[type] ?? (INTEGER_TYPES[type] || ZCL_INTEGERS[type] ? 'integer' : 'octets');
}

/** Texts that hold any letter; the others have one octet for each. */
export const UTF8_TYPES = new Set(['utf8-string', 'UTF8String']);
