// Names the nearest right word for a mistyped key or choice that a schema found.
import { z } from 'zod';
import { didYouMean } from '../config/did-you-mean.ts';

type Issue = z.ZodError['issues'][number];

/** ` Did you mean "x"?`, or nothing where nothing is near. */
export function suggestionFor(issue: Issue, schema: z.ZodType, value: unknown): string {
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    return didYouMean(key, keysAt(schema, issue.path));
  }
  if (issue.code !== 'invalid_value') return '';
  const given = valueAt(value, issue.path);
  const words = issue.values.filter((each) => typeof each === 'string');
  return typeof given === 'string' ? didYouMean(given, words) : '';
}

/** What an object at this place may have; nothing where the schema is none of objects. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  let here: unknown = schema;
  for (const step of path) {
    const open = unwrapped(here);
    if (open instanceof z.ZodObject) here = open.shape[String(step)];
    else if (open instanceof z.ZodArray) here = open.element;
    else return [];
  }
  const last = unwrapped(here);
  return last instanceof z.ZodObject ? Object.keys(last.shape) : [];
}

function unwrapped(schema: unknown): unknown {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodExactOptional) {
    return unwrapped(schema.unwrap());
  }
  if (schema instanceof z.ZodReadonly || schema instanceof z.ZodNullable) {
    return unwrapped(schema.unwrap());
  }
  return schema instanceof z.ZodDefault ? unwrapped(schema.unwrap()) : schema;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((here, step) => {
    if (typeof here !== 'object' || here === null) return undefined;
    return Object.entries(here).find(([name]) => name === String(step))?.[1];
  }, value);
}
