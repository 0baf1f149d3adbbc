export const relayLead = () => undefined;
