/** The catalog of a small AI chatbot: counted messages, seats, a switch, and credits that pay for AI usage. */
export async function chatbotCatalog({ autumn }) {
  await autumn.features.create({ featureId: 'messages', name: 'Messages', type: 'metered', consumable: true });
  await autumn.features.create({ featureId: 'reports', name: 'Reports', type: 'metered', consumable: true });
  await autumn.features.create({ featureId: 'seats', name: 'Seats', type: 'metered', consumable: false });
  await autumn.features.create({ featureId: 'sso', name: 'Single sign-on', type: 'boolean' });
  await autumn.features.create({ featureId: 'ai_usage', name: 'AI usage', type: 'metered', consumable: true });
  await autumn.features.create({
    featureId: 'credits', name: 'Credits', type: 'credit_system', creditSchema: [{ meteredFeatureId: 'ai_usage', creditCost: 1 }],
  });
  await autumn.plans.create({
    planId: 'free', name: 'Free', autoEnable: true,
    items: [
      { featureId: 'messages', included: 5, reset: { interval: 'month' } },
      { featureId: 'seats', included: 2 },
      { featureId: 'credits', included: 12, reset: { interval: 'month' } },
    ],
  });
  await autumn.plans.create({ planId: 'team', name: 'Team', addOn: true, items: [{ featureId: 'sso' }] });
  await autumn.plans.create({ planId: 'endless', name: 'Endless', addOn: true, items: [{ featureId: 'messages', unlimited: true }] });
}
