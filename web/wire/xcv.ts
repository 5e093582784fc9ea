// Calls of a port monitor through the API; what the monitor refuses is a problem like any other.
import type { XcvResultView } from '../../firmware/api/types.ts';
import { ApiProblem, ask, type Ask } from './api.ts';

export async function xcv(path: string, json: unknown, query: Ask['query']): Promise<unknown> {
  const result = await ask<XcvResultView>(path, { json, query });
  const { status, output, message = status } = result;
  if (status === 'ERROR_SUCCESS') return output;
  throw new ApiProblem({
    type: '',
    title: '',
    status: 400,
    detail: message,
    code: status,
    next: '',
    instance: path,
  });
}
