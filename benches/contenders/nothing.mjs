export const lead = () => undefined;
