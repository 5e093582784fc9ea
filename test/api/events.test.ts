// The stream of events: live, resumed without a hole, told of a gap, and bounded for a slow reader.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { apiLimits } from '../../firmware/limits/api-limits.ts';
import { ApiFixture } from './fixture.ts';

class Reader {
  readonly #source: AsyncIterator<Uint8Array>;

  constructor(source: AsyncIterator<Uint8Array>) {
    this.#source = source;
  }

  static async open(fixture: ApiFixture, lastId?: string): Promise<Reader> {
    const answer = await fixture.answer({
      path: '/api/v1/events',
      ...(lastId === undefined ? {} : { headers: { 'last-event-id': lastId } }),
    });
    assert.equal(answer.headers?.['content-type'], 'text/event-stream');
    const { body } = answer;
    assert.ok(typeof body === 'object' && Symbol.asyncIterator in body);
    const reader = new Reader(body[Symbol.asyncIterator]());
    assert.equal(await reader.next(), ':\n\n');
    return reader;
  }

  async next(): Promise<string> {
    const { done, value } = await this.#source.next();
    return done === true ? 'end' : new TextDecoder().decode(value);
  }

  async id(): Promise<string | undefined> {
    return /^id: (\d+)$/m.exec(await this.next())?.[1];
  }

  async close(): Promise<void> {
    await this.#source.return?.();
  }
}

describe('events', () => {
  test('come as they happen', async () => {
    const fixture = new ApiFixture();
    fixture.events.report();
    const reader = await Reader.open(fixture);
    fixture.events.report();
    const text = await reader.next();
    assert.match(text, /^id: 2\nevent: appliance-started\ndata: \{"id":2,.*\}\n\n$/);
    await reader.close();
  });

  test('are resumed after the last one that the reader has', async () => {
    const fixture = new ApiFixture();
    for (let count = 0; count < 4; count++) fixture.events.report();
    const reader = await Reader.open(fixture, '2');
    assert.equal(await reader.id(), '3');
    fixture.events.report();
    assert.equal(await reader.id(), '4');
    assert.equal(await reader.id(), '5');
    await reader.close();
  });

  test('a stream that is cut fifty times tells each once, and leaves nothing behind', async () => {
    const fixture = new ApiFixture();
    fixture.events.report();
    const ids: number[] = [];
    let last = '0';
    for (let cut = 0; cut < 50; cut += 1) {
      const reader = await Reader.open(fixture, last);
      // Some while it reads, some while it is away.
      for (let more = 0; more <= cut % 3; more += 1) fixture.events.report();
      const read = 1 + (cut % 2);
      for (let count = 0; count < read; count += 1) {
        last = (await reader.id()) ?? 'none';
        ids.push(Number(last));
      }
      await reader.close();
      fixture.events.report();
      assert.equal(fixture.events.listeners.size, 0);
    }
    assert.deepEqual(
      ids,
      ids.map((_, at) => at + 1),
    );
  });

  test('a reader hears when some are gone', async () => {
    const fixture = new ApiFixture();
    for (let count = 0; count < 4; count++) fixture.events.report();
    fixture.events.forgotten = 3;
    const reader = await Reader.open(fixture, '1');
    assert.equal(await reader.next(), 'event: gap\ndata: {}\n\n');
    assert.equal(await reader.id(), '4');
    await reader.close();
  });

  test('a slow reader misses none, and its queue is bounded', async () => {
    const fixture = new ApiFixture();
    const reader = await Reader.open(fixture);
    const count = apiLimits.eventQueue * 2 + 3;
    for (let sent = 0; sent < count; sent++) fixture.events.report();
    for (let id = 1; id <= count; id++) assert.equal(await reader.id(), String(id));
    await reader.close();
  });

  test('a heartbeat keeps the connection awake', async () => {
    const fixture = new ApiFixture();
    const reader = await Reader.open(fixture);
    const beat = reader.next();
    await fixture.clock.advance(apiLimits.eventHeartbeatMs);
    assert.equal(await beat, ':\n\n');
    await reader.close();
  });

  test('a reader that goes leaves nothing behind, even while it waits', async () => {
    const fixture = new ApiFixture();
    const reader = await Reader.open(fixture);
    const waiting = reader.next();
    await reader.close();
    await waiting;
    assert.equal(fixture.events.listeners.size, 0);
  });

  test('a Last-Event-ID that is none is refused', async () => {
    const fixture = new ApiFixture();
    const headers = { 'last-event-id': 'yesterday' };
    assert.equal((await fixture.ask({ path: '/api/v1/events', headers })).status, 400);
  });
});
