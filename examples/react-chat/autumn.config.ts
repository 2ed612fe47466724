import { feature, item, plan } from 'atmn';

export const smallMessages = feature({ id: 'small_messages', name: 'Messages', type: 'metered', consumable: true });
export const largeMessages = feature({ id: 'large_messages', name: 'Messages to the large model', type: 'metered', consumable: true });
export const workspaces = feature({ id: 'workspaces', name: 'Workspaces', type: 'metered', consumable: false });
export const credits = feature({
  id: 'credits',
  name: 'Credits',
  type: 'credit_system',
  creditSchema: [{ meteredFeatureId: largeMessages.id, creditCost: 10 }],
});

export const free = plan({
  id: 'free',
  name: 'Free',
  autoEnable: true,
  items: [
    item({ featureId: smallMessages.id, included: 3, reset: { interval: 'month' } }),
    item({ featureId: credits.id, included: 20, reset: { interval: 'month' } }),
  ],
});

export const plus = plan({
  id: 'plus',
  name: 'Plus',
  description: 'Free while we are testing',
  items: [
    item({ featureId: smallMessages.id, included: 50, reset: { interval: 'month' } }),
    item({ featureId: credits.id, included: 200, reset: { interval: 'month' } }),
  ],
});

export const pro = plan({
  id: 'pro',
  name: 'Pro',
  price: { amount: 20, interval: 'month' },
  items: [
    item({ featureId: smallMessages.id, unlimited: true }),
    item({ featureId: credits.id, included: 2000, reset: { interval: 'month' } }),
  ],
});
