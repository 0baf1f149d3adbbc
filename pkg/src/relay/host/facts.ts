/**
 * What is so, as the number by which a table that the generator has written out of a rule has the answer: the first fact
 * counts 1 where it is so, the second 2, the third 4.
 */
export const facts = (...are: readonly boolean[]): number =>
  are.reduce((sum, is, at) => sum + (Number(is) << at), 0);
