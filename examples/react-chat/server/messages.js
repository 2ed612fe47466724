const features = { small: 'small_messages', large: 'large_messages' };

/**
 * POST {text, model: "small" | "large"} gives {answer}, or 402 when the visitor has nothing left to pay with. Asks
 * first, answers, and counts what was answered: a message that failed costs nothing. Two tabs at once can both be
 * allowed the last message; where that matters, check with sendEvent: true takes it in the same step.
 */
export const messages = autumn => async (request, response) => {
  const { text, model } = request.body ?? {};
  const featureId = features[model];
  if (typeof text !== 'string' || text.trim() === '' || !featureId) return response.status(400).json({ message: 'Say something, to a model we have.' });

  const customerId = request.visitor;
  const { allowed } = await autumn.check({ customerId, featureId });
  if (!allowed) return response.status(402).json({ message: 'No messages left.' });

  const answer = await ask(model, text);
  await autumn.track({ customerId, featureId, value: 1, properties: { model } });
  return response.json({ answer });
};

/** The place for your model. */
async function ask(model, text) {
  return `You said "${text}". I am the ${model} model, and I only repeat.`;
}
