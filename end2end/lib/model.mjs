// An OpenAI-compatible endpoint on a free port of this machine that says what a journey has it say.
import { createServer } from 'node:http';

/**
 * `answers` gives for each question, by the name of its schema, the object to answer with, from what was asked. A stream says each of
 * its halves when `goOn()` was called for it.
 */
export async function scriptedModel(answers) {
  const asked = [];
  const waiting = [];
  let allowed = 0;
  const mayGoOn = () => allowed > 0 ? void (allowed -= 1) : new Promise((resolve) => waiting.push(resolve));
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    const { messages, stream, response_format: format } = JSON.parse(body);
    const { name } = format.json_schema;
    asked.push({ name, authorization: request.headers.authorization });
    const content = JSON.stringify(answers[name](JSON.parse(messages[1].content)));
    const usage = { prompt_tokens: 100, completion_tokens: 50 };
    if (!stream) {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ choices: [{ message: { role: 'assistant', content } }], usage }));
      return;
    }
    response.setHeader('content-type', 'text/event-stream');
    const say = (piece) => response.write(`data: ${JSON.stringify(piece)}\n\n`);
    const half = Math.floor(content.length / 2);
    await mayGoOn();
    say({ choices: [{ delta: { content: content.slice(0, half) } }] });
    await mayGoOn();
    say({ choices: [{ delta: { content: content.slice(half) } }] });
    say({ choices: [], usage });
    response.end('data: [DONE]\n\n');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/v1`,
    asked,
    goOn: () => waiting.length ? waiting.shift()() : void (allowed += 1),
    stop: () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); }),
  };
}
