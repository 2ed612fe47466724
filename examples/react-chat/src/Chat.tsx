import { useState, type FormEvent } from 'react';

const models = [
  { id: 'small', name: 'Small model', featureId: 'small_messages' },
  { id: 'large', name: 'Large model (10 credits)', featureId: 'large_messages' },
];

type Props = {
  /** Whether the customer can pay for one more use of the feature, as the page knows it. The server asks again. */
  may: (featureId: string) => boolean;
  onSent: () => Promise<unknown>;
};

export function Chat({ may, onSent }: Props) {
  const [model, choose] = useState(models[0]);
  const [lines, setLines] = useState<string[]>([]);
  const [text, setText] = useState('');
  const [sending, setSending] = useState(false);

  async function send(event: FormEvent) {
    event.preventDefault();
    setSending(true);
    const answered = await post({ text, model: model.id });
    // 402: used up elsewhere meanwhile. The new balance brings the prompt to upgrade.
    if (answered.status !== 402) setLines(said => [...said, text, answered.line]);
    if (answered.status === 200) setText('');
    await onSent();
    setSending(false);
  }

  return (
    <section aria-label="Chat">
      <ol className="lines">{lines.map((line, at) => <li key={at}>{line}</li>)}</ol>
      <fieldset>
        <legend>Model</legend>
        {models.map(each => (
          <label key={each.id}>
            <input type="radio" name="model" checked={each === model} onChange={() => choose(each)} /> {each.name}
          </label>
        ))}
      </fieldset>
      {may(model.featureId) ? (
        <form onSubmit={send}>
          <input aria-label="Message" value={text} onChange={event => setText(event.target.value)} placeholder="Say something" maxLength={500} readOnly={sending} required />
          <button disabled={sending}>Send</button>
        </form>
      ) : (
        <p role="status" className="upgrade">
          You have used up what your plan includes for the {model.name.toLowerCase()}. <a href="#plans">Upgrade to go on</a>
        </p>
      )}
    </section>
  );
}

async function post(message: { text: string; model: string }) {
  try {
    const response = await fetch('/api/messages', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(message) });
    const body = await response.json();
    return { status: response.status, line: String(body.answer ?? body.message) };
  } catch {
    return { status: 0, line: 'That did not work. Try again.' };
  }
}
